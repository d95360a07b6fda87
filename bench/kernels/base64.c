// Base64 (RFC 4648): encode and decode in turn.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static int8_t values[256];

static int encode(const uint8_t *in, int size, char *out) {
    char *start = out;
    for (int i = 0; i < size; i += 3) {
        uint32_t bits = in[i] << 16 | (i + 1 < size ? in[i + 1] << 8 : 0) | (i + 2 < size ? in[i + 2] : 0);
        *out++ = letters[bits >> 18];
        *out++ = letters[bits >> 12 & 63];
        *out++ = i + 1 < size ? letters[bits >> 6 & 63] : '=';
        *out++ = i + 2 < size ? letters[bits & 63] : '=';
    }
    return out - start;
}

static int decode(const char *in, int size, uint8_t *out) {
    uint8_t *start = out;
    uint32_t bits = 0;
    int have = 0;
    for (int i = 0; i < size; i++) {
        int value = values[(uint8_t)in[i]];
        if (value < 0) continue;
        bits = bits << 6 | value;
        have += 6;
        if (have >= 8) *out++ = bits >> (have -= 8);
    }
    return out - start;
}

int main(int argc, char **argv) {
    int rounds = argc > 1 ? atoi(argv[1]) : 200, size = 1000000;
    uint8_t *data = malloc(size);
    char *text = malloc(size * 4 / 3 + 8);
    for (int i = 0; i < 256; i++) values[i] = -1;
    for (int i = 0; i < 64; i++) values[(uint8_t)letters[i]] = i;
    for (int i = 0; i < size; i++) data[i] = i * 2654435761u >> 23;
    uint32_t hash = 0;
    for (int round = 0; round < rounds; round++) {
        int length = encode(data, size, text);
        int back = decode(text, length, data);
        hash = hash * 31 + length + back + text[round] + data[size - 1 - round];
        data[round * 97 % size] ^= round;
    }
    printf("%u\n", hash);
    return 0;
}

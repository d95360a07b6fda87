// Blend one picture over another: bytes, widened, multiplied, and narrowed with saturation. The compiler makes the vectors.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static void blend(const uint8_t *restrict over, const uint8_t *restrict alpha, uint8_t *restrict under, int size) {
    for (int i = 0; i < size; i++) {
        unsigned sum = over[i] * alpha[i] + under[i] * (255 - alpha[i]) + 128;
        under[i] = (sum + (sum >> 8)) >> 8;
    }
}

static void brighten(uint8_t *picture, int size, int by) {
    for (int i = 0; i < size; i++) {
        int value = picture[i] + by;
        picture[i] = value > 255 ? 255 : value;
    }
}

int main(int argc, char **argv) {
    int rounds = argc > 1 ? atoi(argv[1]) : 4000, size = 640 * 480;
    uint8_t *over = malloc(size), *alpha = malloc(size), *under = malloc(size);
    for (int i = 0; i < size; i++) over[i] = i * 7, alpha[i] = i * 13 >> 3, under[i] = i >> 5;
    for (int round = 0; round < rounds; round++) {
        blend(over, alpha, under, size);
        if (round % 8 == 0) brighten(under, size, round & 3);
    }
    unsigned digest = 0;
    for (int i = 0; i < size; i++) digest = digest * 31 + under[i];
    printf("%08x\n", digest);
    return 0;
}

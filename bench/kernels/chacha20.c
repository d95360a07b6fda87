// ChaCha20 (RFC 8439), four blocks at a time: one vector a word.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint32_t u32x4 __attribute__((vector_size(16)));

static inline u32x4 rotate(u32x4 x, int by) { return x << by | x >> (32 - by); }

#define QUARTER(a, b, c, d)                        \
    a += b, d = rotate(d ^ a, 16);                 \
    c += d, b = rotate(b ^ c, 12);                 \
    a += b, d = rotate(d ^ a, 8);                  \
    c += d, b = rotate(b ^ c, 7);

static void blocks(const uint32_t state[16], uint32_t out[64]) {
    u32x4 start[16], x[16];
    for (int i = 0; i < 16; i++) start[i] = (u32x4){0} + state[i];
    start[12] += (u32x4){0, 1, 2, 3};
    memcpy(x, start, sizeof x);
    for (int round = 0; round < 10; round++) {
        QUARTER(x[0], x[4], x[8], x[12])
        QUARTER(x[1], x[5], x[9], x[13])
        QUARTER(x[2], x[6], x[10], x[14])
        QUARTER(x[3], x[7], x[11], x[15])
        QUARTER(x[0], x[5], x[10], x[15])
        QUARTER(x[1], x[6], x[11], x[12])
        QUARTER(x[2], x[7], x[8], x[13])
        QUARTER(x[3], x[4], x[9], x[14])
    }
    for (int i = 0; i < 16; i++) x[i] += start[i];
    // From a word a vector to a block after the other.
    for (int i = 0; i < 16; i += 4) {
        u32x4 low = __builtin_shufflevector(x[i], x[i + 1], 0, 4, 1, 5), high = __builtin_shufflevector(x[i], x[i + 1], 2, 6, 3, 7);
        u32x4 low2 = __builtin_shufflevector(x[i + 2], x[i + 3], 0, 4, 1, 5), high2 = __builtin_shufflevector(x[i + 2], x[i + 3], 2, 6, 3, 7);
        u32x4 rows[4] = {
            __builtin_shufflevector(low, low2, 0, 1, 4, 5), __builtin_shufflevector(low, low2, 2, 3, 6, 7),
            __builtin_shufflevector(high, high2, 0, 1, 4, 5), __builtin_shufflevector(high, high2, 2, 3, 6, 7),
        };
        for (int block = 0; block < 4; block++) memcpy(out + 16 * block + i, &rows[block], sizeof rows[block]);
    }
}

int main(int argc, char **argv) {
    int count = argc > 1 ? atoi(argv[1]) : 3000000;
    uint32_t state[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574}, out[64], digest = 0;
    for (int i = 4; i < 16; i++) state[i] = i * 0x9e3779b9u;
    for (int i = 0; i < count; i++) {
        blocks(state, out);
        state[12] += 4;
        digest = digest * 31 + out[i & 63];
    }
    printf("%08x\n", digest);
    return 0;
}

// SHA-256 (FIPS 180-4) of megabytes. Its constants are computed: fractions of roots of the first primes.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static uint32_t k[64], state[8];

static uint32_t rotate(uint32_t x, int bits) { return x >> bits | x << (32 - bits); }

static uint32_t fraction(double x) { return (uint32_t)((x - floor(x)) * 4294967296.0); }

static void start(void) {
    for (int n = 2, found = 0; found < 64; n++) {
        int prime = 1;
        for (int i = 2; i * i <= n; i++) prime &= n % i != 0;
        if (!prime) continue;
        if (found < 8) state[found] = fraction(sqrt(n));
        k[found++] = fraction(cbrt(n));
    }
}

static void compress(const uint8_t *block) {
    uint32_t w[64], s[8];
    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)block[4 * i] << 24 | block[4 * i + 1] << 16 | block[4 * i + 2] << 8 | block[4 * i + 3];
    for (int i = 16; i < 64; i++)
        w[i] = w[i - 16] + w[i - 7] + (rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3) +
               (rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10);
    for (int i = 0; i < 8; i++) s[i] = state[i];
    for (int i = 0; i < 64; i++) {
        uint32_t a = s[0], e = s[4];
        uint32_t t1 = s[7] + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & s[5]) ^ (~e & s[6])) + k[i] + w[i];
        uint32_t t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2]));
        for (int j = 7; j > 0; j--) s[j] = s[j - 1];
        s[4] += t1;
        s[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++) state[i] += s[i];
}

int main(int argc, char **argv) {
    int megabytes = argc > 1 ? atoi(argv[1]) : 70;
    static uint8_t buffer[1 << 20];
    start();
    for (int i = 0; i < 1 << 20; i++) buffer[i] = i * 31 >> 3;
    for (int round = 0; round < megabytes; round++)
        for (int i = 0; i < 1 << 20; i += 64) compress(buffer + i);
    uint64_t bits = (uint64_t)megabytes << 23;
    uint8_t last[64] = {0x80};
    for (int i = 0; i < 8; i++) last[63 - i] = bits >> 8 * i;
    compress(last);
    for (int i = 0; i < 8; i++) printf("%08x", state[i]);
    printf("\n");
    return 0;
}

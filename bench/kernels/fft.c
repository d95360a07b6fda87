// Radix-2 fast Fourier transform, forth and back.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct {
    double re, im;
} Complex;

static void reverse_bits(Complex *data, int n) {
    for (int i = 1, j = 0; i < n; i++) {
        int bit = n >> 1;
        for (; j & bit; bit >>= 1) j ^= bit;
        j ^= bit;
        if (i < j) {
            Complex swap = data[i];
            data[i] = data[j];
            data[j] = swap;
        }
    }
}

static void transform(Complex *data, const Complex *roots, int n, int inverse) {
    reverse_bits(data, n);
    for (int length = 2; length <= n; length *= 2) {
        int half = length / 2, stride = n / length;
        for (int i = 0; i < n; i += length)
            for (int j = 0; j < half; j++) {
                Complex w = roots[j * stride], *even = &data[i + j], *odd = &data[i + j + half];
                double im = inverse ? -w.im : w.im;
                Complex t = {odd->re * w.re - odd->im * im, odd->re * im + odd->im * w.re};
                *odd = (Complex){even->re - t.re, even->im - t.im};
                *even = (Complex){even->re + t.re, even->im + t.im};
            }
    }
}

int main(int argc, char **argv) {
    int rounds = argc > 1 ? atoi(argv[1]) : 30, n = 1 << 18;
    Complex *data = malloc(sizeof(Complex) * n), *roots = malloc(sizeof(Complex) * n / 2);
    for (int i = 0; i < n / 2; i++) {
        double angle = -2 * 3.14159265358979323846 * i / n;
        roots[i] = (Complex){cos(angle), sin(angle)};
    }
    for (int i = 0; i < n; i++) data[i] = (Complex){i % 17 - 8, i % 5};
    double spectrum = 0;
    for (int round = 0; round < rounds; round++) {
        transform(data, roots, n, 0);
        spectrum += hypot(data[round + 1].re, data[round + 1].im);
        transform(data, roots, n, 1);
        for (int i = 0; i < n; i++) data[i] = (Complex){data[i].re / n, data[i].im / n};
    }
    double sum = 0;
    for (int i = 0; i < n; i++) sum += data[i].re * (i % 3) + data[i].im;
    printf("%.6g %.6g\n", spectrum, sum);
    return 0;
}

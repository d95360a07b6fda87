// Mandelbrot set in pairs of doubles, until both have left.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef double f64x2 __attribute__((vector_size(16)));
typedef int64_t i64x2 __attribute__((vector_size(16)));

int main(int argc, char **argv) {
    int n = argc > 1 ? atoi(argv[1]) : 1200, most = 200;
    int64_t total = 0;
    for (int row = 0; row < n; row++) {
        f64x2 ci = (f64x2){0} + (2.0 * row / n - 1.0);
        for (int column = 0; column < n; column += 2) {
            f64x2 cr = {2.0 * column / n - 1.5, 2.0 * (column + 1) / n - 1.5};
            f64x2 zr = {0}, zi = {0};
            i64x2 count = {0};
            for (int i = 0; i < most; i++) {
                f64x2 rr = zr * zr, ii = zi * zi;
                i64x2 inside = rr + ii <= 4.0;
                if (!(inside[0] | inside[1])) break;
                count -= inside;
                zi = 2.0 * zr * zi + ci;
                zr = rr - ii + cr;
            }
            total += count[0] + count[1];
        }
    }
    printf("%lld\n", (long long)total);
    return 0;
}

// Five-point Jacobi relaxation on a square grid.
#include <stdio.h>
#include <stdlib.h>

static void relax(const double *restrict from, double *restrict to, int n) {
    for (int i = 1; i < n - 1; i++)
        for (int j = 1; j < n - 1; j++)
            to[i * n + j] = 0.2 * (from[i * n + j] + from[i * n + j - 1] + from[i * n + j + 1] +
                                   from[(i - 1) * n + j] + from[(i + 1) * n + j]);
}

int main(int argc, char **argv) {
    int steps = argc > 1 ? atoi(argv[1]) : 300, n = 700;
    double *a = malloc(sizeof(double) * n * n), *b = malloc(sizeof(double) * n * n);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) a[i * n + j] = b[i * n + j] = (double)i * (j + 2) / n;
    for (int step = 0; step < steps; step++) {
        relax(a, b, n);
        relax(b, a, n);
    }
    double sum = 0;
    for (int i = 0; i < n * n; i++) sum += a[i];
    printf("%.6g\n", sum);
    return 0;
}

// Product of two square matrices of floats in tiles that stay in cache.
#include <stdio.h>
#include <stdlib.h>

enum { TILE = 48 };

static void multiply_tile(const float *restrict a, const float *restrict b, float *restrict c, int n) {
    for (int i = 0; i < TILE; i++)
        for (int k = 0; k < TILE; k++) {
            float factor = a[i * n + k];
            for (int j = 0; j < TILE; j++) c[i * n + j] += factor * b[k * n + j];
        }
}

int main(int argc, char **argv) {
    int n = (argc > 1 ? atoi(argv[1]) : 1200) / TILE * TILE;
    float *a = malloc(sizeof(float) * n * n), *b = malloc(sizeof(float) * n * n);
    float *c = calloc((size_t)n * n, sizeof(float));
    for (int i = 0; i < n * n; i++) {
        a[i] = (i * 7 % 5) - 2;
        b[i] = (i * 3 % 7) - 3;
    }
    for (int i = 0; i < n; i += TILE)
        for (int k = 0; k < n; k += TILE)
            for (int j = 0; j < n; j += TILE) multiply_tile(a + i * n + k, b + k * n + j, c + i * n + j, n);
    double sum = 0;  // of small integers: exact
    for (int i = 0; i < n * n; i++) sum += c[i] * (i % 5);
    printf("%.0f\n", sum);
    return 0;
}

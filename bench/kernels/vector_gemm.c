// Product of two square matrices of floats: tiles of 4 rows and 8 columns in vectors.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef float f32x4 __attribute__((vector_size(16)));

static f32x4 load(const float *from) {
    f32x4 value;
    memcpy(&value, from, sizeof value);
    return value;
}

static void tile(const float *a, const float *b, float *c, int n) {
    f32x4 sums[4][2] = {0};
    for (int k = 0; k < n; k++) {
        f32x4 left = load(b + k * n), right = load(b + k * n + 4);
        for (int i = 0; i < 4; i++) {
            float one = a[i * n + k];
            f32x4 factor = {one, one, one, one};
            sums[i][0] += factor * left;
            sums[i][1] += factor * right;
        }
    }
    for (int i = 0; i < 4; i++) memcpy(c + i * n, sums[i], sizeof sums[i]);
}

int main(int argc, char **argv) {
    int n = (argc > 1 ? atoi(argv[1]) : 960) / 8 * 8;
    float *a = malloc(sizeof(float) * n * n), *b = malloc(sizeof(float) * n * n);
    float *c = malloc(sizeof(float) * n * n);
    for (int i = 0; i < n * n; i++) {
        a[i] = (i * 7 % 5) - 2;
        b[i] = (i * 3 % 7) - 3;
    }
    for (int i = 0; i < n; i += 4)
        for (int j = 0; j < n; j += 8) tile(a + i * n, b + j, c + i * n + j, n);
    double sum = 0;  // of small integers: exact
    for (int i = 0; i < n * n; i++) sum += c[i] * (i % 5);
    printf("%.0f\n", sum);
    return 0;
}

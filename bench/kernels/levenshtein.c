// Edit distance of pseudo-random words: the dynamic-programming table, one row at a time.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static int minimum(int a, int b) { return a < b ? a : b; }

static int distance(const char *a, int a_length, const char *b, int b_length, int *row) {
    for (int j = 0; j <= b_length; j++) row[j] = j;
    for (int i = 1; i <= a_length; i++) {
        int diagonal = row[0];
        row[0] = i;
        for (int j = 1; j <= b_length; j++) {
            int above = row[j];
            int replaced = diagonal + (a[i - 1] != b[j - 1]);
            row[j] = minimum(replaced, 1 + minimum(above, row[j - 1]));
            diagonal = above;
        }
    }
    return row[b_length];
}

int main(int argc, char **argv) {
    int n = argc > 1 ? atoi(argv[1]) : 16000;
    char *a = malloc(n), *b = malloc(n);
    int *row = malloc(sizeof(int) * (n + 1));
    uint32_t state = 1;
    for (int i = 0; i < n; i++) {
        state = state * 1664525 + 1013904223;
        a[i] = 'a' + (state >> 28);
        b[(i + 5) % n] = state >> 12 & 7 ? a[i] : 'z';
    }
    printf("%d\n", distance(a, n, b, n - n / 10, row));
    return 0;
}

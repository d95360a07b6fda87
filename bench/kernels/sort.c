// Quicksort of integers, then libc's qsort with a comparison function.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static void quicksort(int32_t *low, int32_t *high) {
    while (high - low > 16) {
        int32_t pivot = low[(high - low) / 2], *i = low, *j = high;
        while (i <= j) {
            while (*i < pivot) i++;
            while (*j > pivot) j--;
            if (i <= j) {
                int32_t swap = *i;
                *i++ = *j;
                *j-- = swap;
            }
        }
        quicksort(i, high);
        high = j;
    }
    for (int32_t *i = low + 1; i <= high; i++) {
        int32_t value = *i, *j = i;
        for (; j > low && j[-1] > value; j--) *j = j[-1];
        *j = value;
    }
}

static int compare(const void *a, const void *b) {
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

static void fill(int32_t *data, int n, uint32_t state) {
    for (int i = 0; i < n; i++) data[i] = (int32_t)(state = state * 1664525 + 1013904223) >> 4;
}

static uint32_t digest(const int32_t *data, int n) {
    uint32_t hash = 0;
    for (int i = 0; i < n; i++) hash = hash * 31 + data[i];
    return hash;
}

int main(int argc, char **argv) {
    int n = argc > 1 ? atoi(argv[1]) : 3000000;
    int32_t *data = malloc(sizeof(int32_t) * n);
    fill(data, n, 1);
    quicksort(data, data + n - 1);
    uint32_t first = digest(data, n);
    fill(data, n / 4, 2);
    qsort(data, n / 4, sizeof(int32_t), compare);
    printf("%08x %08x\n", first, digest(data, n / 4));
    return 0;
}

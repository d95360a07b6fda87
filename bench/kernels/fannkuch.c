// Fannkuch: over all permutations, how many prefix reversals bring 1 to the front.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void run(int n, int *checksum, int *most) {
    int permutation[17] = {0}, work[17], count[17], odd = 0, r = n;
    for (int i = 0; i < n; i++) permutation[i] = i;
    for (;;) {
        for (; r > 1; r--) count[r - 1] = r;
        memcpy(work, permutation, sizeof work);
        int flips = 0;
        for (int first = work[0]; first; first = work[0]) {
            for (int low = 0, high = first; low < high; low++, high--) {
                int swap = work[low];
                work[low] = work[high];
                work[high] = swap;
            }
            flips++;
        }
        if (flips > *most) *most = flips;
        *checksum += odd ? -flips : flips;
        odd = !odd;
        for (;; r++) {
            if (r == n) return;
            int first = permutation[0];
            memmove(permutation, permutation + 1, r * sizeof(int));
            permutation[r] = first;
            if (--count[r] > 0) break;
        }
    }
}

int main(int argc, char **argv) {
    int rounds = argc > 1 ? atoi(argv[1]) : 3, checksum = 0, most = 0;
    for (int round = 0; round < rounds; round++) run(10, &checksum, &most);
    printf("%d %d\n", checksum, most);
    return 0;
}

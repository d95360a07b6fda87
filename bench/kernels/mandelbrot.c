// How long each point of a square of the complex plane takes to escape.
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    int n = argc > 1 ? atoi(argv[1]) : 1600, limit = 200;
    long long total = 0;
    for (int y = 0; y < n; y++)
        for (int x = 0; x < n; x++) {
            double cr = 2.5 * x / n - 1.9, ci = 2.5 * y / n - 1.25, zr = 0, zi = 0;
            int i = 0;
            while (i < limit && zr * zr + zi * zi < 4) {
                double next = zr * zr - zi * zi + cr;
                zi = 2 * zr * zi + ci;
                zr = next;
                i++;
            }
            total += i;
        }
    // Per 100 points: where a build fuses multiplication and addition, a few points escape a step sooner or later.
    printf("%lld\n", total / (n * n / 100));
    return 0;
}

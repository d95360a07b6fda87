// Sieve of Eratosthenes on bytes, several times over.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv) {
    int limit = argc > 1 ? atoi(argv[1]) : 5000000;
    unsigned char *composite = malloc(limit + 1);
    unsigned long long sum = 0;
    for (int round = 0; round < 40; round++) {
        memset(composite, 0, limit + 1);
        for (int i = 2; i <= limit / i; i++)
            if (!composite[i])
                for (int j = i * i; j <= limit; j += i) composite[j] = 1;
        for (int i = 2 + round; i <= limit; i++)
            if (!composite[i]) sum += i;
    }
    printf("%llu\n", sum);
    return 0;
}

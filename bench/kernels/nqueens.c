// How many ways there are to place n queens: bit masks and recursion.
#include <stdio.h>
#include <stdlib.h>

static unsigned full;

static long long place(unsigned columns, unsigned left, unsigned right) {
    if (columns == full) return 1;
    long long ways = 0;
    for (unsigned open = full & ~(columns | left | right); open; open &= open - 1) {
        unsigned queen = open & -open;
        ways += place(columns | queen, (left | queen) << 1, (right | queen) >> 1);
    }
    return ways;
}

int main(int argc, char **argv) {
    int n = argc > 1 ? atoi(argv[1]) : 14;
    full = (1u << n) - 1;
    printf("%lld\n", place(0, 0, 0));
    return 0;
}

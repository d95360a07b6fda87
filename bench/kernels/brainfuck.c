// An interpreter of Brainfuck with matched brackets; the program counts, copies and clears cells, over and over.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

// 8 * 8 * 4 times: set a cell to 255, move it to two neighbours, and back; then print a letter.
static const char program[] =
    "++++++++[>++++++++[>++++[>-[>+>+<<-]>[<+>-]>[-<+<+>>]<[-]<[-]<-]<-]<-]"
    ">>>>>>++++++++[>++++++++++++<-]>+++++.[-]<<<<<<";

enum { LENGTH = sizeof program - 1 };

int main(int argc, char **argv) {
    int rounds = argc > 1 ? atoi(argv[1]) : 100;
    static uint8_t tape[1 << 12];
    static int match[LENGTH];
    int open[64], depth = 0;
    for (int i = 0; i < LENGTH; i++) {
        if (program[i] == '[') open[depth++] = i;
        if (program[i] == ']') {
            match[i] = open[--depth];
            match[match[i]] = i;
        }
    }
    uint64_t steps = 0;
    uint32_t hash = 0;
    for (int round = 0; round < rounds; round++) {
        int at = 0;
        for (int pc = 0; pc < LENGTH; pc++, steps++) {
            switch (program[pc]) {
                case '>': at++; break;
                case '<': at--; break;
                case '+': tape[at]++; break;
                case '-': tape[at]--; break;
                case '.': hash = hash * 31 + tape[at]; break;
                case '[':
                    if (!tape[at]) pc = match[pc];
                    break;
                case ']':
                    if (tape[at]) pc = match[pc];
                    break;
            }
        }
    }
    printf("%llu %u\n", (unsigned long long)steps, hash);
    return 0;
}

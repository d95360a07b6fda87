// Open-addressing hash table: inserts, look-ups, removals.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct {
    uint64_t key;  // 0: never used
    int64_t value; // below 0: removed
} Slot;

static Slot *slots;
static uint64_t mask;

static uint64_t mix(uint64_t x) {
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
}

static Slot *find(uint64_t key) {
    uint64_t i = mix(key) & mask;
    while (slots[i].key != 0 && slots[i].key != key) i = (i + 1) & mask;
    return &slots[i];
}

int main(int argc, char **argv) {
    int operations = argc > 1 ? atoi(argv[1]) : 12000000;
    mask = (1 << 20) - 1;
    slots = calloc(mask + 1, sizeof(Slot));
    uint64_t state = 42, hits = 0, sum = 0;
    for (int i = 0; i < operations; i++) {
        state = state * 6364136223846793005 + 1442695040888963407;
        uint64_t key = 1 + (state >> 33) % 600000;
        Slot *slot = find(key);
        if (slot->key == key && slot->value >= 0) {
            hits++;
            sum += slot->value;
            slot->value = i % 4 ? slot->value + 1 : -1;
        } else {
            slot->key = key;
            slot->value = i & 0xff;
        }
    }
    printf("%llu %llu\n", (unsigned long long)hits, (unsigned long long)sum);
    return 0;
}

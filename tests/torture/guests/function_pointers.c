// Calls through tables of functions, chosen at run time; callbacks that call back; a sort with a comparison.
#include "guest.h"

typedef u64 (*Operation)(u64, u32);

static NOINLINE u64 add(u64 a, u32 b) {
  return a + b;
}

static NOINLINE u64 repeat(u64 a, u32 b) {
  for (u32 i = 0; i < b; i++) a = rotate(a, 1) ^ i;
  return a;
}

static NOINLINE u64 spell(u64 a, u32 b) {
  note(a ^ b);
  return a + emit();
}

static NOINLINE u64 twice(u64 a, u32 b);

static Operation operations[] = {add, repeat, spell, twice};

static NOINLINE u64 twice(u64 a, u32 b) {
  Operation inner = operations[b & 1];
  u64 once = inner(a, b >> 1);
  return inner(once, b) ^ once;
}

static NOINLINE int by_last_digit(const u32 *a, const u32 *b) {
  return (int)(*a % 10) - (int)(*b % 10);
}

static NOINLINE int downwards(const u32 *a, const u32 *b) {
  return *a < *b ? 1 : -1;
}

static NOINLINE void sort(u32 *values, u32 n, int (*compare)(const u32 *, const u32 *)) {
  for (u32 i = 1; i < n; i++) {
    u32 value = values[i];
    u32 j = i;
    for (; j > 0 && compare(&values[j - 1], &value) > 0; j--) values[j] = values[j - 1];
    values[j] = value;
  }
}

int main(void) {
  u64 state = 0x0123456789abcdef;
  for (u32 i = 0; i < 12 * opaque; i++) {
    state = operations[(state ^ i) & 3](state, i + 2);
    if (i == 5) operations[0] = repeat;
  }
  note(state);
  u32 values[] = {31, 7, 42, 19, 23, 88, 5};
  sort(values, 7 * opaque, by_last_digit);
  for (u32 i = 0; i < 7; i++) note(values[i]);
  sort(values, 7 * opaque, opaque ? downwards : by_last_digit);
  for (u32 i = 0; i < 7; i++) note(values[i]);
  emit();
  return 0;
}

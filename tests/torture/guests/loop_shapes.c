// Loops with several back edges, several exits, data-dependent ends, counting down, 64-bit counters, two in a row.
#include "guest.h"

static char text[40] = "the quick brown fox jumps over";

static NOINLINE u32 length(const char *s) {
  const char *end = s;
  while (*end) end++;
  return (u32)(end - s);
}

static NOINLINE u32 collatz(u32 n) {
  u32 steps = 0;
  while (n != 1) {
    steps++;
    if (n & 1) {
      n = 3 * n + 1;
      continue;
    }
    n >>= 1;
  }
  return steps;
}

static NOINLINE u64 exits(const char *s, u32 n) {
  for (u32 i = 0;; i++) {
    if (i == n) return i;
    if (s[i] == 'q') return i + 0x100;
    if (s[i] == 0) return i + 0x200;
    if (((u32)s[i] ^ i) == 0x6b) return i + 0x300;
  }
}

static NOINLINE u64 downwards(u32 n) {
  u64 hash = 1;
  for (u32 i = n; i-- > 0;) hash = hash * 31 + (i ^ hash >> 40);
  return hash;
}

static NOINLINE u64 wide(u64 from, u64 to) {
  u64 hash = 0;
  for (u64 i = from; i < to; i += 0x100000001) hash = rotate(hash ^ i, 9);
  return hash;
}

static NOINLINE u64 two_in_a_row(u32 n) {
  u64 a = 0, b = 1;
  for (u32 i = 0; i < n; i++) a = a * 3 + (a >> 60) + i;
  for (u32 i = n + 5; i > n; i--) b = b * a ^ i;
  return a ^ b;
}

static NOINLINE u32 gcd(u32 a, u32 b) {
  for (;;) {
    if (b == 0) break;
    u32 rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

int main(void) {
  note(length(text + opaque - 1));
  note(collatz(7 * opaque));
  note(exits(text, 3 * opaque));
  note(exits(text, 30 * opaque));
  note(exits(text + 5, 40 * opaque));
  note(downwards(13 * opaque));
  note(wide(opaque, 11 * 0x100000001ull));
  note(two_in_a_row(6 * opaque));
  note(gcd(1071 * opaque, 462));
  emit();
  return 0;
}

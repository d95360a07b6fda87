// Loops that a compiler makes vectors of, with trip counts around the thresholds at which a loop looks out.
#include "guest.h"

static u32 ints[64];
static double doubles[64];

static NOINLINE u32 sum(const u32 *from, u32 n) {
  u32 total = 0;
  for (u32 i = 0; i < n; i++) total += from[i];
  return total;
}

static NOINLINE void scale(double *values, u32 n, double by) {
  for (u32 i = 0; i < n; i++) values[i] = values[i] * by + 1.0;
}

static NOINLINE double ordered(const double *values, u32 n) {
  double total = -0.0;
  for (u32 i = 0; i < n; i++) total += values[i];
  return total;
}

static NOINLINE u64 greatest(const u32 *from, u32 n) {
  u32 best = 0, at = 0;
  for (u32 i = 0; i < n; i++)
    if (from[i] > best) best = from[i], at = i;
  return (u64)at << 32 | best;
}

int main(void) {
  for (u32 i = 0; i < 64; i++) {
    ints[i] = (i * 0x9e3779b9u) * opaque;
    doubles[i] = (double)i / 7 * opaque;
  }
  static const u32 counts[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17};
  for (u32 i = 0; i < sizeof counts / sizeof counts[0]; i++) {
    u32 n = counts[i] * opaque;
    note(sum(ints, n));
    scale(doubles, n, 0.5);
    note(bits(ordered(doubles, n)));
    note(greatest(ints, n));
  }
  emit();
  return 0;
}

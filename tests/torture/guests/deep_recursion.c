// One function many times on the stack, each frame with values of its own of all types; a host call at the bottom.
#include "guest.h"

static NOINLINE u64 down(u32 depth, u64 a, double b, float c) {
  if (depth == 0) {
    note(a);
    return emit() + a;
  }
  u64 below = down(depth - 1, rotate(a, 5) + depth, b * 1.5 + depth, c * 0.75f - (float)depth);
  // All four values are needed after the call, and its result twice.
  return rotate(below, 7) ^ (a * depth + bits(b)) ^ ((u64)bits32(c) << 16) ^ below >> 3;
}

int main(void) {
  u32 depth = 60 * opaque;
  note(down(depth, 0x0123456789abcdef, 0.1, -0.3f));
  note(down(depth / 8, 7, -0.0, 1e-40f));
  emit();
  return 0;
}

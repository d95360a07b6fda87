// Functions that call each other, of different types: Hofstadter's sequences, Ackermann's function, a descent by turns.
#include "guest.h"

static NOINLINE u32 male(u32 n);

static NOINLINE u32 female(u32 n) {
  return n == 0 ? 1 : n - male(female(n - 1));
}

static NOINLINE u32 male(u32 n) {
  return n == 0 ? 0 : n - female(male(n - 1));
}

static NOINLINE u32 ackermann(u32 m, u32 n) {
  if (m == 0) return n + 1;
  return ackermann(m - 1, n == 0 ? 1 : ackermann(m, n - 1));
}

static NOINLINE float in_f32(u32 depth, float value, u64 mark);

static NOINLINE u64 in_i64(u32 depth, u64 value) {
  if (depth == 0) return value;
  float narrow = in_f32(depth - 1, (float)(value & 0xffff), value ^ depth);
  return rotate(value, 11) + bits32(narrow);
}

static NOINLINE double in_f64(u32 depth, double value) {
  if (depth == 0) return value;
  return (double)(in_i64(depth - 1, bits(value)) & 0xffffff) - value;
}

static NOINLINE float in_f32(u32 depth, float value, u64 mark) {
  if (depth == 0) return -value;
  double wide = in_f64(depth - 1, value * 0.5);
  return (float)wide + (float)(mark & 0xff);
}

int main(void) {
  note(female(7 * opaque));
  note(male(6 * opaque));
  note(ackermann(2, 2 * opaque));
  note(in_i64(14 * opaque, 0xfedcba9876543210));
  emit();
  return 0;
}

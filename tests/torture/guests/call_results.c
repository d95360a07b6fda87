// Results of calls that are dropped, used once, used twice, and used only after another call.
#include "guest.h"

static u32 calls;

static NOINLINE u64 step(u64 value) {
  calls++;
  for (u32 i = 0; i < 5 * opaque; i++) value = rotate(value, 13) * 0x9e3779b97f4a7c15;
  yield();
  return value;
}

static NOINLINE double half(double value) {
  (void)step(bits(value));
  return value * 0.5;
}

static NOINLINE void nothing(u32 n) {
  while (n-- > 0) calls += opaque;
}

int main(void) {
  step(1);
  u64 a = step(2);
  u64 b = step(a) + a;
  double c = half(3.5), d = half(c) - c;
  nothing(7);
  u64 both = step(b) ^ step(b ^ a);
  note(a);
  note(step(step(step(both))) + bits(d));
  half((double)calls);
  note(both * both);
  note(calls + bits(half(half(c + (double)(a & 255)))));
  emit();
  return 0;
}

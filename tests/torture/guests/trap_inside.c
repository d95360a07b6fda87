// A division by zero after loops and calls, with output before it.
#include "guest.h"

static NOINLINE u32 divide(u32 a, u32 b) {
  u32 sum = 0;
  for (u32 i = 0; i < 4 * opaque; i++) sum += a / (b - i);
  return sum;
}

static NOINLINE u32 countdown(u32 n) {
  if (n == 0) return 0;
  u32 quotient = divide(1000, n + 2);
  note(quotient);
  emit();
  return countdown(n - 1) + quotient;
}

int main(void) {
  note(countdown(9 * opaque));
  emit();
  return 0;
}

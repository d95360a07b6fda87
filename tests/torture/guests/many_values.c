// A frame of more than 64 live values of all types, across calls in a loop.
#include "guest.h"

static NOINLINE u64 mix(u64 a, u32 b, double c, float d) {
  u64 hash = a;
  for (u32 i = 0; i < 3 * opaque; i++) hash = rotate(hash ^ b, 17) + bits(c) - bits32(d);
  yield();
  return hash;
}

#define TWENTY(DO) \
  DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7) DO(8) DO(9) \
  DO(10) DO(11) DO(12) DO(13) DO(14) DO(15) DO(16) DO(17) DO(18) DO(19)
#define DECLARE(i) \
  u32 n##i = opaque * i + 1; \
  u64 l##i = (u64)opaque * i * 0x123456789 + 2; \
  float f##i = (float)opaque * i + 0.25f; \
  double d##i = (double)opaque * i + 0.1;
#define CHANGE(i) \
  n##i = n##i * 3 + turn; \
  l##i ^= l##i << 7 ^ turn; \
  f##i = f##i * 0.5f + (float)turn; \
  d##i = d##i * -1.25 + turn;
#define NOTE(i) \
  note(n##i); \
  note(l##i); \
  note(bits32(f##i)); \
  note(bits(d##i));

int main(void) {
  TWENTY(DECLARE)
  u64 hash = 0;
  for (u32 turn = 0; turn < 4 * opaque; turn++) {
    hash ^= mix(l3, n7, d11, f19);
    TWENTY(CHANGE)
    hash += mix(l19, 5, d0, f0);
  }
  TWENTY(NOTE)
  note(hash);
  emit();
  return 0;
}

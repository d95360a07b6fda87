// Floats of all kinds, seen by their bits: NaNs with payloads, signalling ones too, signed zeros, subnormals.
#include "guest.h"

static u64 doubles[8] = {
    0x7ff8000000000001, 0xfff8123456789abc, 0x7ff0000000000001, 0xfff4000000000002,
    0x8000000000000000, 0x0000000000000001, 0x800fffffffffffff, 0x7ff0000000000000,
};
static u32 floats[8] = {
    0x7fc00001, 0xffc12345, 0x7f800001, 0xffa00002, 0x80000000, 0x00000001, 0x807fffff, 0xff800000,
};
static double kept_double;
static float kept_float;

// The values are live across the loop and the call, and are only handed on: no operation may change a NaN's bits.
static NOINLINE u64 carry(double a, float b, u32 turns) {
  u64 hash = 1;
  for (u32 i = 0; i < turns; i++) hash = rotate(hash, 5) + i;
  if (turns > 2) hash += carry(a, b, turns - 2);
  return hash ^ bits(a) ^ (u64)bits32(b) << 13;
}

static NOINLINE double subnormal(double value, u32 n) {
  for (u32 i = 0; i < n; i++) value *= 0.5;
  return value;
}

int main(void) {
  for (u32 i = 0; i < 8 * opaque; i++) {
    double a = from_bits(doubles[i]);
    float b = from_bits32(floats[i]);
    note(carry(a, b, 6));
    kept_double = a;
    kept_float = b;
    note(carry(from_bits(bits(a) ^ 1ull << 63), from_bits32(bits32(b) ^ 1u << 31), 3));
    note(bits(kept_double));
    note(bits32(kept_float));
  }
  note(bits(subnormal(0x1p-1060 * opaque, 14)));
  note(bits(subnormal(-0x1p-1070 * opaque, 9)));
  note(bits(-0.0 * opaque));
  emit();
  return 0;
}

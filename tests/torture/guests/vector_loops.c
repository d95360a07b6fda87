// Vectors as a compiler keeps them: accumulators and constants in loops, tables of them in memory, values across calls,
// and calls through pointers that take and return them.
#include "guest.h"
#include <wasm_simd128.h>

static u32 ints[64];
static float floats[64];
static uint8_t bytes[96];

static void note_vector(v128_t value) {
  note(wasm_u64x2_extract_lane(value, 0));
  note(wasm_u64x2_extract_lane(value, 1));
}

static NOINLINE v128_t step(v128_t value, u32 by) {
  yield();
  return wasm_i32x4_add(value, wasm_u32x4_splat(by));
}

static NOINLINE v128_t twist(v128_t value, u32 by) {
  for (u32 i = 0; i < by; i++) {
    value = wasm_i8x16_shuffle(value, wasm_i16x8_neg(value), 1, 17, 0, 16, 3, 19, 2, 18, 5, 21, 4, 20, 7, 23, 6, 22);
    if (i == 2) yield();
  }
  return value;
}

static v128_t (*volatile steps[])(v128_t, u32) = {step, twist};

static NOINLINE v128_t dot(const float *left, const float *right, u32 n) {
  v128_t total = wasm_f32x4_splat(0), least = wasm_f32x4_splat(__builtin_inff());
  for (u32 i = 0; i + 4 <= n; i += 4) {
    v128_t product = wasm_f32x4_mul(wasm_v128_load(left + i), wasm_v128_load(right + i));
    total = wasm_f32x4_add(total, product);
    least = wasm_f32x4_min(least, product);
  }
  return wasm_f32x4_sub(total, least);
}

// Four at a time, then what is left: a compiler makes vectors of this itself.
static NOINLINE u32 sum(const u32 *from, u32 n) {
  u32 total = 0;
  for (u32 i = 0; i < n; i++) total += from[i] * 3 ^ i;
  return total;
}

static NOINLINE u32 count_byte(const uint8_t *from, u32 n, uint8_t wanted) {
  v128_t pattern = wasm_u8x16_splat(wanted);
  u32 count = 0;
  for (u32 i = 0; i + 16 <= n; i += 16)
    count += __builtin_popcount(wasm_i8x16_bitmask(wasm_i8x16_eq(wasm_v128_load(from + i), pattern)));
  return count;
}

static NOINLINE v128_t chain(v128_t value, u32 depth) {
  v128_t kept = wasm_v128_not(value);
  if (depth > 0) value = steps[depth & 1](chain(wasm_u16x8_shr(value, 1), depth - 1), depth);
  return wasm_v128_xor(value, kept);
}

int main(void) {
  for (u32 i = 0; i < 64; i++) {
    ints[i] = (i * 0x9e3779b9u) * opaque;
    floats[i] = (float)i / 7 - 3 * opaque;
  }
  for (u32 i = 0; i < 96; i++) bytes[i] = i * i * opaque;
  for (u32 n = 0; n <= 20; n += 5) {
    note_vector(dot(floats, floats + n, n + 8));
    note(sum(ints, n * opaque));
    note(count_byte(bytes, n * 4, 4));
  }
  note_vector(chain(wasm_u32x4_make(1, 2, 3, 0xffffffff * opaque), 5));
  emit();
  return 0;
}

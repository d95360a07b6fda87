// What the guests share. Output is a log of 64-bit words, written with one host call, so that a guest's stable points
// are its own and not those of a C library.
#include <stdint.h>
#include <string.h>
#include <wasi/api.h>

#define NOINLINE __attribute__((noinline))

typedef uint32_t u32;
typedef uint64_t u64;

// The compiler must not know the numbers that a guest computes with.
static volatile u32 opaque = 1;

static u64 words[512];
static u32 num_words;

static inline void note(u64 value) {
  words[num_words++ & 511] = value;
}

static inline u64 bits(double value) {
  u64 result;
  memcpy(&result, &value, sizeof result);
  return result;
}

static inline u32 bits32(float value) {
  u32 result;
  memcpy(&result, &value, sizeof result);
  return result;
}

static inline double from_bits(u64 value) {
  double result;
  memcpy(&result, &value, sizeof result);
  return result;
}

static inline float from_bits32(u32 value) {
  float result;
  memcpy(&result, &value, sizeof result);
  return result;
}

static inline u64 rotate(u64 value, u32 by) {
  return value << by | value >> (64 - by);
}

// A host call without an effect: a stable point under every policy.
static inline void yield(void) {
  if (__wasi_sched_yield() != 0) __builtin_trap();
}

// Write the log to standard output and begin a new one. Returns the number of bytes, so that callers can depend on it.
static NOINLINE u32 emit(void) {
  __wasi_ciovec_t vector = {(const uint8_t *)words, num_words * sizeof words[0]};
  __wasi_size_t written = 0;
  if (__wasi_fd_write(1, &vector, 1, &written) != 0) __builtin_trap();
  num_words = 0;
  return written;
}

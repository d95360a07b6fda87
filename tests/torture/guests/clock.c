// Clocks: the monotonic one never goes back, not even across a stop; the wall clock is about that of the host.
#include <time.h>

#include "guest.h"

static NOINLINE u64 now(clockid_t clock) {
  struct timespec time;
  if (clock_gettime(clock, &time)) __builtin_trap();
  return (u64)time.tv_sec * 1000000000 + (u64)time.tv_nsec;
}

int main(void) {
  u64 last = now(CLOCK_MONOTONIC), wall = now(CLOCK_REALTIME);
  u64 backwards = 0;
  for (u32 i = 0; i < 25 * opaque; i++) {
    u64 time = now(CLOCK_MONOTONIC);
    if (time < last || time - last > 600000000000ull) backwards |= 1ull << i;
    last = time;
  }
  note(backwards);
  note(now(CLOCK_REALTIME) - wall < 600000000000ull);
  note(now(CLOCK_REALTIME) > 1700000000000000000ull);
  emit();
  return 0;
}

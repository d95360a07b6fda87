// Sleeping, relative and until a time: at least as long as was asked, and the program goes on after it.
#include <time.h>
#include <unistd.h>

#include "guest.h"

static NOINLINE u64 now(void) {
  struct timespec time;
  if (clock_gettime(CLOCK_MONOTONIC, &time)) __builtin_trap();
  return (u64)time.tv_sec * 1000000000 + (u64)time.tv_nsec;
}

int main(void) {
  u64 begin = now();
  for (u32 i = 0; i < 3 * opaque; i++) {
    u64 before = now();
    note(usleep(2000));
    note(now() - before >= 2000000);
  }
  u64 until = now() + 3000000;
  struct timespec time = {(time_t)(until / 1000000000), (long)(until % 1000000000)};
  note((u64)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, 0));
  note(now() >= until);
  note(now() - begin >= 9000000);
  emit();
  return 0;
}

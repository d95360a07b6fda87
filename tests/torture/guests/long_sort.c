// Some ten thousand stable points: sorting, searching and sifting in a few thousand words.
#include "guest.h"

static u32 values[1500];
static unsigned char composite[4000];

static NOINLINE void quicksort(u32 *from, u32 n) {
  while (n > 1) {
    u32 pivot = from[n / 2], low = 0;
    from[n / 2] = from[n - 1];
    for (u32 i = 0; i < n - 1; i++) {
      u32 value = from[i];
      if (value >= pivot) continue;
      from[i] = from[low];
      from[low++] = value;
    }
    from[n - 1] = from[low];
    from[low] = pivot;
    quicksort(from, low);
    from += low + 1;
    n -= low + 1;
  }
}

static NOINLINE u32 count_primes(u32 n) {
  u32 count = 0;
  for (u32 i = 2; i < n; i++) {
    if (composite[i]) continue;
    count++;
    for (u32 j = 2 * i; j < n; j += i) composite[j] = 1;
  }
  return count;
}

int main(void) {
  u32 state = 12345 * opaque;
  for (u32 i = 0; i < 1500; i++) values[i] = (state = state * 1103515245 + 12345) >> 8;
  quicksort(values, 1500 * opaque);
  for (u32 i = 0; i < 1500; i += 100) note(values[i]);
  note(count_primes(4000 * opaque));
  emit();
  return 0;
}

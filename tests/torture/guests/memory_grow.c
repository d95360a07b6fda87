// Memory that grows while the program runs, also in vain, with values in the new pages.
#include "guest.h"

#define PAGE 65536

static NOINLINE u32 grow(u32 pages) {
  u32 old = (u32)__builtin_wasm_memory_grow(0, pages);
  note(old);
  note(__builtin_wasm_memory_size(0));
  return old;
}

static NOINLINE u64 fill(u32 page, u32 step) {
  u64 *words = (u64 *)(page * PAGE);
  u64 sum = 0;
  for (u32 i = 0; i < PAGE / 8; i += step) {
    sum += words[i];
    words[i] = (u64)page * i + 1;
  }
  return sum;
}

int main(void) {
  u32 first = grow(2 * opaque);
  note(fill(first, 1024));
  note(fill(first + 1, 2048));
  grow(0);
  if (grow(65536 * opaque) != (u32)-1) __builtin_trap();
  note(fill(first, 2048));
  emit();
  u32 second = grow(opaque);
  note(fill(second, 4096));
  note(fill(first, 1024));
  for (u32 i = 0; i < 3 * opaque; i++) note(fill(grow(1), 4096));
  emit();
  return 0;
}

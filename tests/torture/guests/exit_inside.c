// proc_exit from deep inside loops and calls: the status is that of the restored part too.
#include <stdlib.h>

#include "guest.h"

static NOINLINE u64 search(u32 depth, u64 path) {
  for (u32 i = 0; i < 3 * opaque; i++) {
    u64 here = path * 3 + i;
    if (here == 0x2f) {
      note(here);
      emit();
      exit((int)(here & 0x3f));
    }
    if (depth) path ^= search(depth - 1, here) & 1;
    note(here);
  }
  return path;
}

int main(void) {
  note(search(3 * opaque, 1));
  emit();
  return 0;
}

// Standard input read in pieces by the host call itself: what has been read is not read again.
#include <unistd.h>

#include "guest.h"

int main(void) {
  static unsigned char data[64];
  u64 hash = 0;
  for (;;) {
    ssize_t n = read(0, data, 37 + hash % 20);
    if (n <= 0) {
      note((u64)n);
      break;
    }
    for (ssize_t i = 0; i < n; i++) hash = rotate(hash, 7) * 31 + data[i];
    note(hash);
  }
  emit();
  return 0;
}

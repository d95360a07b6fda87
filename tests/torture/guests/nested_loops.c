// Loops four deep, left and repeated from each level to each outer one.
#include "guest.h"

static NOINLINE u64 scan(u32 n, const u32 *row) {
  u64 sum = 0;
  for (u32 a = 0; a < n; a++) {
    u64 outer = sum;
    for (u32 b = 0; b < n; b++) {
      for (u32 c = a; c < n + 1; c++) {
        u64 inner = outer ^ c;
        for (u32 d = 0; d < n + b; d++) {
          u32 what = row[(a * 7 + b * 5 + c * 3 + d) & 31];
          inner = rotate(inner, 3) + what;
          if (what == 3) goto next_c;
          if (what == 5) goto next_b;
          if (what == 7) goto next_a;
          if (what == 11) goto out_of_b;
          if (what == 99) goto out;
        }
        sum += inner;
      next_c:;
      }
    next_b:
      sum = rotate(sum, 1) + outer;
    }
  out_of_b:
    note(sum);
  next_a:
    sum ^= a;
  }
out:
  return sum;
}

int main(void) {
  u32 row[32];
  for (u32 i = 0; i < 32; i++) row[i] = (i * i * opaque + 3 * i) % 13;
  note(scan(3 * opaque, row));
  row[17] = 99;
  note(scan(4 * opaque, row));
  emit();
  return 0;
}

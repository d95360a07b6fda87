// Recursion inside loops inside recursion: each frame stands in a loop, and goes on in it when its callee is done.
#include "guest.h"

static u32 board[6];

static NOINLINE u32 queens(u32 n, u32 row) {
  if (row == n) {
    u64 placed = 0;
    for (u32 i = 0; i < n; i++) placed = placed << 4 | board[i];
    note(placed);
    return 1;
  }
  u32 found = 0;
  for (u32 column = 0; column < n; column++) {
    u32 safe = 1;
    for (u32 other = 0; other < row && safe; other++) {
      u32 distance = row - other;
      safe = board[other] != column && board[other] + distance != column && board[other] != column + distance;
    }
    if (!safe) continue;
    board[row] = column;
    found += queens(n, row + 1);
  }
  return found;
}

static NOINLINE u64 tree(u32 depth, u64 path) {
  u64 hash = path;
  for (u32 outer = 0; outer < 2; outer++) {
    for (u32 child = 0; child < depth; child++) {
      u64 kept = hash * (child + 2);
      hash = rotate(tree(depth - 1, path * 5 + child), outer + 1) ^ kept;
    }
    hash += outer;
  }
  return hash;
}

int main(void) {
  note(queens(4 * opaque, 0));
  note(tree(3 * opaque, 1));
  emit();
  return 0;
}

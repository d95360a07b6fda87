// Many stable points in a C library's allocator: lists made, turned and freed, while memory grows.
#include <stdlib.h>

#include "guest.h"

typedef struct Node {
  struct Node *next;
  u64 value;
  unsigned char filling[];
} Node;

static NOINLINE Node *build(u32 n, u32 size) {
  Node *list = 0;
  for (u32 i = 0; i < n; i++) {
    Node *node = malloc(sizeof *node + size + i % 7);
    if (!node) __builtin_trap();
    node->next = list;
    node->value = (u64)i * size;
    list = node;
  }
  return list;
}

static NOINLINE Node *turn(Node *list) {
  Node *turned = 0;
  while (list) {
    Node *next = list->next;
    list->next = turned;
    turned = list;
    list = next;
  }
  return turned;
}

static NOINLINE u64 free_every(Node **list, u32 nth) {
  u64 sum = 0;
  for (u32 i = 1; *list; i++) {
    Node *node = *list;
    if (i % nth) {
      list = &node->next;
      continue;
    }
    sum = sum * 3 + node->value;
    *list = node->next;
    free(node);
  }
  return sum;
}

int main(void) {
  for (u32 round = 1; round <= 4 * opaque; round++) {
    Node *list = turn(build(150, 40 * round * round));
    note(free_every(&list, 3));
    note(free_every(&list, 2));
    list = turn(list);
    note(free_every(&list, 1));
    emit();
  }
  return 0;
}

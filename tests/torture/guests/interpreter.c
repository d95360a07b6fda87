// A switch in a loop, which becomes br_table: a small machine that counts, calls and jumps.
#include "guest.h"

enum { PUSH, ADD, MULTIPLY, DUPLICATE, SWAP, JUMP_IF, NOTE, CALL, RETURN, DECREMENT, DROP, HALT };

static const signed char program[] = {
    PUSH, 3,         // a counter
    CALL, 11, DECREMENT, DUPLICATE, JUMP_IF, 2, DROP, HALT, 0,
    DUPLICATE, DUPLICATE, MULTIPLY, PUSH, 7, ADD, NOTE, PUSH, 4, DECREMENT, DUPLICATE, JUMP_IF, 20, DROP, RETURN,
};

static NOINLINE u64 interpret(const signed char *code, u32 start) {
  u64 stack[16];
  u32 returns[8];
  u32 top = 0, depth = 0, at = start;
  u64 steps = 0;
  for (;;) {
    steps++;
    switch (code[at++]) {
      case PUSH: stack[top++] = (u64)(int64_t)code[at++]; break;
      case ADD: top--; stack[top - 1] += stack[top]; break;
      case MULTIPLY: top--; stack[top - 1] *= stack[top]; break;
      case DUPLICATE: stack[top] = stack[top - 1]; top++; break;
      case SWAP: {
        u64 kept = stack[top - 1];
        stack[top - 1] = stack[top - 2];
        stack[top - 2] = kept;
        break;
      }
      case JUMP_IF: top--; at = stack[top] ? (u32)code[at] : at + 1; break;
      case NOTE: note(stack[--top]); break;
      case CALL: returns[depth++] = at + 1; at = (u32)code[at]; break;
      case RETURN: at = returns[--depth]; break;
      case DECREMENT: stack[top - 1]--; break;
      case DROP: top--; break;
      case HALT: return steps << 8 | top;
      default: __builtin_trap();
    }
  }
}

int main(void) {
  note(interpret(program, opaque - 1));
  emit();
  return 0;
}

// A stack machine that calls each instruction through a function pointer. The program counts Collatz steps.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct {
    int64_t stack[16];
    int64_t *top;
    int64_t slots[4];
    int pc;
} Machine;

typedef struct {
    void (*run)(Machine *, int64_t);
    int64_t operand;
} Instruction;

static void op_push(Machine *m, int64_t value) { *++m->top = value; }
static void op_load(Machine *m, int64_t slot) { *++m->top = m->slots[slot]; }
static void op_store(Machine *m, int64_t slot) { m->slots[slot] = *m->top--; }
static void op_add(Machine *m, int64_t unused) { m->top--, m->top[0] += m->top[1]; }
static void op_mul(Machine *m, int64_t unused) { m->top--, m->top[0] *= m->top[1]; }
static void op_half(Machine *m, int64_t unused) { m->top[0] >>= 1; }
static void op_odd(Machine *m, int64_t unused) { m->top[0] &= 1; }
static void op_less(Machine *m, int64_t unused) { m->top--, m->top[0] = m->top[0] < m->top[1]; }
static void op_jump(Machine *m, int64_t target) { m->pc = (int)target; }
static void op_jump_if(Machine *m, int64_t target) {
    if (*m->top--) m->pc = (int)target;
}
static void op_stop(Machine *m, int64_t unused) { m->pc = -1; }

enum { START, N, STEPS, LIMIT };

static const Instruction program[] = {
    {op_load, START}, {op_store, N},                                                       // 0: n = start
    {op_load, N}, {op_push, 2}, {op_less}, {op_jump_if, 22},                               // 2: while (n >= 2)
    {op_load, STEPS}, {op_push, 1}, {op_add}, {op_store, STEPS},                           // 6: steps++
    {op_load, N}, {op_odd}, {op_jump_if, 16}, {op_load, N}, {op_half}, {op_jump, 20},      // 10: n even: n / 2
    {op_load, N}, {op_push, 3}, {op_mul}, {op_jump, 28},                                   // 16: n odd: 3n ...
    {op_store, N}, {op_jump, 2},                                                           // 20
    {op_load, START}, {op_push, 1}, {op_add}, {op_store, START}, {op_load, START}, {op_jump, 31},  // 22: start++
    {op_push, 1}, {op_add}, {op_jump, 20},                                                 // 28: ... + 1
    {op_load, LIMIT}, {op_less}, {op_jump_if, 0}, {op_stop},                               // 31: until the limit
};

int main(int argc, char **argv) {
    static Machine machine;
    machine.top = machine.stack;
    machine.slots[START] = 1;
    machine.slots[LIMIT] = argc > 1 ? atoi(argv[1]) : 25000;
    while (machine.pc >= 0) {
        const Instruction *instruction = &program[machine.pc++];
        instruction->run(&machine, instruction->operand);
    }
    printf("%lld\n", (long long)machine.slots[STEPS]);
    return 0;
}

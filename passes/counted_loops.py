"""Which loops count: those whose iterations LLVM can count before they run, and so vectorize.

A loop counts where a local that each iteration changes by the same amount decides alone whether it goes round again:

    (loop $next ... (br_if $next (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))

Other loops (over a string up to its end, over a list) gain nothing from being strip-mined, and would pay for counting.
The answer is a guess about LLVM: nothing depends on its being right but speed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvvm.wasm import code as c
from mvvm.wasm.opcodes import OPS
from mvvm.wasm.operands import stack_effect

if TYPE_CHECKING:
    from mvvm.wasm.code import Block, Function
    from mvvm.wasm.module import ModuleInfo

_NOT_COUNTED = c.TAIL_CALLS | c.TRIES | c.THROWS | {c.BR_TABLE, c.BR_ON_NULL, c.BR_ON_NON_NULL}
_CONSTANTS = frozenset(op.code for op in OPS if op.name in ("i32.const", "i64.const"))
_STEPS = frozenset(op.code for op in OPS if op.name in ("i32.add", "i64.add", "i32.sub", "i64.sub"))
_ADDITIONS = frozenset(op.code for op in OPS if op.name in ("i32.add", "i64.add"))
_ZERO_TESTS = frozenset(op.code for op in OPS if op.name in ("i32.eqz", "i64.eqz"))
_COMPARISONS = frozenset(
    op.code
    for op in OPS
    if op.name[:4] in ("i32.", "i64.")
    and op.name[4:].removesuffix("_s").removesuffix("_u") in ("eq", "ne", "lt", "gt", "le", "ge")
)

# What is known of an operand: nothing; the same each time round; or a pair of one of these and a local.
_OTHER, _SAME = "other", "same"
_COUNTER, _STEPPED, _TEST = "counter", "stepped", "test"
_Operand = str | tuple[str, int]


def is_counted(function: Function, info: ModuleInfo, start: int, end: int) -> bool:
    """Whether the loop at position `start` of a body, which ends at `end`, counts. It has no loop inside."""
    return _Loop(function, info, start, end).counts()


class _Loop:
    def __init__(self, function: Function, info: ModuleInfo, start: int, end: int) -> None:
        self._function = function
        self._info = info
        self._start = start
        self._end = end
        block = function.immediates[start]
        assert isinstance(block, c.Block)
        self._block: Block = block
        self._sets: dict[int, int] = {}  # how often a local is set
        for op, immediate in self._instructions():
            if op in (c.LOCAL_SET, c.LOCAL_TEE):
                assert isinstance(immediate, int)
                self._sets[immediate] = self._sets.get(immediate, 0) + 1
        self._counters: set[int] = set()  # locals that turned out to be stepped
        self._tested: set[int] = set()  # locals that decide something
        self._inside: set[Block] = {block}

    def _instructions(self) -> list[tuple[int, object]]:
        begin, end = self._start + 1, self._end
        return list(zip(self._function.ops[begin:end], self._function.immediates[begin:end], strict=True))

    def counts(self) -> bool:
        stack: list[_Operand] = [_OTHER] * (self._block.height + len(self._block.type.params))
        falls_out = False  # whether the end is reached where the last back edge is not taken
        for op, immediate in self._instructions():
            if op in (c.BLOCK, c.LOOP, c.IF):
                assert isinstance(immediate, c.Block)
                if op == c.IF:
                    stack.pop()
                self._inside.add(immediate)
            elif op in (c.ELSE, c.END):
                assert isinstance(immediate, c.Block)
                types = immediate.type.params if op == c.ELSE else immediate.type.results
                stack[immediate.height :] = [_OTHER] * len(types)
            elif op == c.BR_IF:
                decides = self._decides(stack.pop())
                if immediate is self._block:
                    falls_out = not decides
                elif immediate not in self._inside and not decides:
                    return False
            elif op in (c.BR, c.RETURN):
                if op == c.RETURN or immediate not in self._inside:
                    return False
                falls_out &= immediate is not self._block
            elif op in _NOT_COUNTED:
                return False
            elif op != c.UNREACHABLE:
                self._step(op, immediate, stack)
        return not falls_out and bool(self._tested) and self._tested <= self._counters

    def _decides(self, condition: _Operand) -> bool:
        """Whether a condition is one of a counter's."""
        if not isinstance(condition, tuple) or condition[0] not in (_TEST, _COUNTER):
            return False
        self._tested.add(condition[1])
        return True

    def _step(self, op: int, immediate: object, stack: list[_Operand]) -> None:
        """Follow an instruction that is not a branch."""
        if op == c.LOCAL_GET:
            assert isinstance(immediate, int)
            sets = self._sets.get(immediate, 0)
            stack.append(_SAME if sets == 0 else (_COUNTER, immediate) if sets == 1 else _OTHER)
            return
        if op in (c.LOCAL_SET, c.LOCAL_TEE):
            assert isinstance(immediate, int)
            value = stack.pop()
            stepped = value == (_STEPPED, immediate) and self._sets[immediate] == 1
            if stepped:
                self._counters.add(immediate)
            if op == c.LOCAL_TEE:
                stack.append((_COUNTER, immediate) if stepped else _OTHER)
            return
        num_pops, pushes = stack_effect(op, immediate, self._function, self._info)
        operands = stack[len(stack) - num_pops :]
        del stack[len(stack) - num_pops :]
        stack.extend([self._result(op, operands)] if len(pushes) == 1 else [_OTHER] * len(pushes))

    @staticmethod
    def _result(op: int, operands: list[_Operand]) -> _Operand:
        if op in _CONSTANTS:
            return _SAME
        counters = [operand[1] for operand in operands if isinstance(operand, tuple) and operand[0] == _COUNTER]
        rest = [operand for operand in operands if not (isinstance(operand, tuple) and operand[0] == _COUNTER)]
        if len(counters) == 1 and all(operand == _SAME for operand in rest):
            if op in _STEPS and (op in _ADDITIONS or operands[1] == _SAME):
                return _STEPPED, counters[0]
            if op in _COMPARISONS or op in _ZERO_TESTS:
                return _TEST, counters[0]
        if op in _ZERO_TESTS and isinstance(operands[0], tuple) and operands[0][0] == _TEST:
            return operands[0]
        # What is made of nothing but what stays the same stays the same, unless memory or the like is read.
        return _SAME if rest == operands and operands and op in _STEPS and set(operands) == {_SAME} else _OTHER

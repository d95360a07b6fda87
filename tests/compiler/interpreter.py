"""A plain interpreter of i32 functions, which tells the Wasm view at every step."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from mvvm.abi.view import AT, IN_CALL, Frame, Value
from mvvm.passes.liveness import live_locals
from mvvm.wasm.code import (
    BLOCK,
    BR,
    BR_IF,
    BR_TABLE,
    CALL,
    DROP,
    ELSE,
    END,
    IF,
    LOCAL_GET,
    LOCAL_SET,
    LOCAL_TEE,
    LOOP,
    RETURN,
    Block,
    Function,
)
from mvvm.wasm.decode import Module
from mvvm.wasm.opcodes import by_code
from tests.compiler.wat import function

_TABLE = by_code()
_BINARY: dict[str, Callable[[int, int], int]] = {
    "i32.add": lambda a, b: a + b,
    "i32.sub": lambda a, b: a - b,
    "i32.mul": lambda a, b: a * b,
    "i32.and": lambda a, b: a & b,
    "i32.xor": lambda a, b: a ^ b,
    "i32.lt_u": lambda a, b: a < b,
    "i32.eq": lambda a, b: a == b,
}


class Step(NamedTuple):
    """A frame at some step, what a call returned that it is in, and what its function returned in the end."""

    frame: Frame
    returned: list[Value]
    results: list[Value]


class Interpreter:
    """Runs the functions of a module that imports none. `steps` are all that functions made, callees included."""

    def __init__(self, module: Module) -> None:
        self.functions = [_Body(function(module, position)) for position in range(len(module.bodies))]
        self.steps: list[Step] = []

    def call(self, index: int, args: list[int]) -> list[int]:
        """The results of a function."""
        body = self.functions[index]
        state = _State([*args, *[0] * (len(body.function.locals) - len(args))])
        results: list[Value] = []
        while state.position < len(body.function.ops):
            self.steps.append(Step(body.frame(state, state.position, AT), [], results))
            self._step(body, state, results)
        returned = state.pop_all(len(body.function.type.results))
        results += _values(returned)
        return returned

    def _step(self, body: _Body, state: _State, results: list[Value]) -> None:
        op, immediate = body.function.ops[state.position], body.function.immediates[state.position]
        if op == CALL:
            assert isinstance(immediate, int)
            callee = self.functions[immediate].function
            args = state.pop_all(len(callee.type.params))
            frame = body.frame(state, state.position, IN_CALL)
            returned = self.call(immediate, args)
            self.steps.append(Step(frame, _values(returned), results))
            state.stack += returned
            state.position += 1
        elif op in (BR, BR_IF, BR_TABLE, RETURN, IF, ELSE, END):
            _leave(body, state, op, immediate)
        else:
            _compute(state, op, immediate)
            state.position += 1


class _State:
    def __init__(self, locals_: list[int]) -> None:
        self.locals = locals_
        self.stack: list[int] = []
        self.position = 0

    def pop_all(self, count: int) -> list[int]:
        start = len(self.stack) - count
        values = self.stack[start:]
        del self.stack[start:]
        return values


class _Body:
    """A body with its places. A frame has live locals only."""

    def __init__(self, decoded: Function) -> None:
        self.function = decoded
        self.live = live_locals(decoded)
        self.starts: dict[object, int] = {}
        self.elses: dict[object, int] = {}
        self.ends: dict[object, int] = {}
        places = {BLOCK: self.starts, LOOP: self.starts, IF: self.starts, ELSE: self.elses, END: self.ends}
        for position, (op, block) in enumerate(zip(decoded.ops, decoded.immediates, strict=True)):
            if op in places:
                places[op][block] = position

    def frame(self, state: _State, position: int, kind: int) -> Frame:
        live = self.live[position if kind == AT else position + 1]
        locals_ = {index: ("i", state.locals[index]) for index in live}
        return Frame(self.function.index, self.function.offsets[position], kind, locals_, _values(state.stack))


def _values(numbers: list[int]) -> list[Value]:
    return [("i", number) for number in numbers]


def _leave(body: _Body, state: _State, op: int, immediate: object) -> None:
    """Interpret an instruction that may go elsewhere."""
    if op == RETURN:
        _branch(body, state, body.function.body)
    elif op == BR_TABLE:
        assert isinstance(immediate, list)
        _branch(body, state, immediate[min(state.stack.pop(), len(immediate) - 1)])
    elif op == BR or (op == BR_IF and state.stack.pop()):
        _branch(body, state, immediate)
    elif op == ELSE:
        state.position = body.ends[immediate] + 1
    elif op == IF and not state.stack.pop():
        state.position = body.elses.get(immediate, body.ends[immediate]) + 1
    else:
        state.position += 1


def _branch(body: _Body, state: _State, block: object) -> None:
    assert isinstance(block, Block)
    values = state.pop_all(len(block.label_types))
    state.stack[block.height :] = values
    state.position = 1 + (body.starts[block] if block.kind == LOOP else body.ends[block])


def _compute(state: _State, op: int, immediate: object) -> None:
    stack = state.stack
    row = _TABLE[op]
    assert row is not None
    if op in (LOCAL_GET, LOCAL_SET, LOCAL_TEE):
        assert isinstance(immediate, int)
        if op == LOCAL_GET:
            stack.append(state.locals[immediate])
        else:
            state.locals[immediate] = stack.pop() if op == LOCAL_SET else stack[-1]
    elif row.name == "i32.const":
        assert isinstance(immediate, int)
        stack.append(immediate & 0xFFFFFFFF)
    elif row.name == "i32.eqz":
        stack.append(int(stack.pop() == 0))
    elif op == DROP:
        stack.pop()
    elif op not in (BLOCK, LOOP):
        right, left = stack.pop(), stack.pop()
        stack.append(_BINARY[row.name](left, right) & 0xFFFFFFFF)

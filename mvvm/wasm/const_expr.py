"""Constant expressions: initial values of globals, offsets and items of segments.

They stay in the binary format until an instance is made. The loader imports this module: see mvvm.abi for
what it may not import.
"""

from __future__ import annotations

from mvvm.errors import InvalidModule, UnsupportedFeature
from mvvm.wasm.reader import signed, unsigned
from mvvm.wasm.references import machine_heap_type
from mvvm.wasm.types import F32, F64, FUNCREF, I32, I64, REFERENCES, V128

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_I32_CONST, _I64_CONST, _F32_CONST, _F64_CONST = 0x41, 0x42, 0x43, 0x44
_VECTOR, _V128_CONST = 0xFD, 0x0C  # a prefix, and the only sub-opcode there can be
_CONSTANTS = {_I32_CONST: I32, _I64_CONST: I64, _F32_CONST: F32, _F64_CONST: F64, _VECTOR: V128}
_SIZES = {_F32_CONST: 4, _F64_CONST: 8, _VECTOR: 16}
_GLOBAL_GET, _REF_NULL, _REF_FUNC, _END = 0x23, 0xD0, 0xD2, 0x0B
_ARITHMETIC = {0x6A: 32, 0x6B: 32, 0x6C: 32, 0x7C: 64, 0x7D: 64, 0x7E: 64}  # add, sub, mul: bits
_FEATURES = {0xFB: "garbage collection"}


def end_of(data: bytes, at: int) -> int:
    """The offset after the constant expression at `at`."""
    for _, _, after in _instructions(data, at):
        at = after
    return at


def evaluate(expression: bytes, global_bits: Callable[[int], int], func_ref: Callable[[int], int]) -> int:
    """The value of a valid constant expression as a bit pattern.

    `global_bits` gives the bits of a global, `func_ref` the funcref of a function index.
    """
    stack: list[int] = []
    for opcode, immediate, _ in _instructions(expression, 0):
        if opcode in _ARITHMETIC:
            right, left = stack.pop(), stack.pop()
            operation = (opcode - 0x6A) % 0x12
            value = left + right if operation == 0 else left - right if operation == 1 else left * right
            stack.append(value & ((1 << _ARITHMETIC[opcode]) - 1))
        elif opcode == _GLOBAL_GET:
            stack.append(global_bits(immediate))
        elif opcode == _REF_FUNC:
            stack.append(func_ref(immediate))
        elif opcode == _REF_NULL:
            stack.append(0)
        elif opcode != _END:
            stack.append(immediate)
    return stack.pop()


def gives(expression: bytes, type_: str, global_types: Sequence[str], num_functions: int) -> bool:
    """Whether a constant expression is sound and gives a value of `type_`.

    It may read the globals whose types are given, and name that many functions.
    """
    depth = at = 0
    try:
        for opcode, immediate, after in _instructions(expression, 0):
            at = after
            if opcode == _END:
                break
            depth += -1 if opcode in _ARITHMETIC else 1
            # All instructions of an expression are of one type, since arithmetic keeps it.
            if depth < 1 or _type_of(opcode, immediate, global_types, num_functions) != type_:
                return False
    except (InvalidModule, UnsupportedFeature):
        return False
    return depth == 1 and at == len(expression)


def _type_of(opcode: int, immediate: int, global_types: Sequence[str], num_functions: int) -> str | None:
    if opcode == _GLOBAL_GET:
        return global_types[immediate] if immediate < len(global_types) else None
    if opcode == _REF_FUNC:
        return FUNCREF if immediate < num_functions else None
    if opcode == _REF_NULL:
        return REFERENCES[immediate]
    if opcode in _ARITHMETIC:
        return I32 if _ARITHMETIC[opcode] == 32 else I64
    return _CONSTANTS[opcode]


def _instructions(data: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Opcode, immediate (constants as bit patterns) and the offset after it, of each instruction up to `end`."""
    opcode = -1
    try:
        while opcode != _END:
            opcode = data[at]
            at += 1
            immediate = 0
            if opcode in (_I32_CONST, _I64_CONST):
                immediate, at = signed(data, at)
                immediate &= 0xFFFFFFFF if opcode == _I32_CONST else 0xFFFFFFFF_FFFFFFFF
            elif opcode in _SIZES:
                if opcode == _VECTOR:
                    sub, at = unsigned(data, at)
                    if sub != _V128_CONST:
                        raise InvalidModule(f"opcode {opcode:#04x} {sub} in a constant expression")
                size = _SIZES[opcode]
                immediate = int.from_bytes(data[at : at + size], "little")
                at += size
            elif opcode in (_GLOBAL_GET, _REF_FUNC):
                immediate, at = unsigned(data, at)
            elif opcode == _REF_NULL:
                type_, at = machine_heap_type(data, at)
                immediate = REFERENCES.index(type_)
            elif opcode in _FEATURES:
                raise UnsupportedFeature(f"the module uses {_FEATURES[opcode]}, which mvvm does not compile")
            elif opcode != _END and opcode not in _ARITHMETIC:
                raise InvalidModule(f"opcode {opcode:#04x} in a constant expression")
            yield opcode, immediate, at
    except IndexError:
        raise InvalidModule("a constant expression ends early") from None

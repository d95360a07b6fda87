"""Constant expressions: initial values of globals, offsets and items of segments.

They stay in the binary format until an instance is made. The loader imports this module: see mvvm.abi for
what it may not import.
"""

from __future__ import annotations

from mvvm.errors import InvalidModule, UnsupportedFeature
from mvvm.wasm.reader import signed, unsigned

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_I32_CONST, _I64_CONST, _F32_CONST, _F64_CONST = 0x41, 0x42, 0x43, 0x44
_GLOBAL_GET, _REF_NULL, _REF_FUNC, _END = 0x23, 0xD0, 0xD2, 0x0B
_ARITHMETIC = {0x6A: 32, 0x6B: 32, 0x6C: 32, 0x7C: 64, 0x7D: 64, 0x7E: 64}  # add, sub, mul: bits
_FEATURES = {0xFD: "SIMD", 0xFB: "garbage collection"}


def end_of(data: bytes, at: int) -> int:
    """The offset after the constant expression at `at`."""

    def nothing(index: int) -> int:
        return 0

    return _run(data, at, nothing, nothing)[1]


def evaluate(expression: bytes, global_bits: Callable[[int], int], func_ref: Callable[[int], int]) -> int:
    """The value of a constant expression as a bit pattern.

    `global_bits` gives the bits of a global, `func_ref` the funcref of a function index.
    """
    return _run(expression, 0, global_bits, func_ref)[0]


def _run(data: bytes, at: int, global_bits: Callable[[int], int], func_ref: Callable[[int], int]) -> tuple[int, int]:
    stack: list[int] = []
    try:
        while True:
            opcode = data[at]
            at += 1
            if opcode == _END:
                return stack.pop(), at
            if opcode in (_I32_CONST, _I64_CONST):
                value, at = signed(data, at)
                stack.append(value & (0xFFFFFFFF if opcode == _I32_CONST else 0xFFFFFFFF_FFFFFFFF))
            elif opcode in (_F32_CONST, _F64_CONST):
                size = 4 if opcode == _F32_CONST else 8
                stack.append(int.from_bytes(data[at : at + size], "little"))
                at += size
            elif opcode in (_GLOBAL_GET, _REF_FUNC):
                index, at = unsigned(data, at)
                stack.append(global_bits(index) if opcode == _GLOBAL_GET else func_ref(index))
            elif opcode == _REF_NULL:
                at += 1
                stack.append(0)
            elif opcode in _ARITHMETIC:
                right, left = stack.pop(), stack.pop()
                operation = (opcode - 0x6A) % 0x12
                value = left + right if operation == 0 else left - right if operation == 1 else left * right
                stack.append(value & ((1 << _ARITHMETIC[opcode]) - 1))
            elif opcode in _FEATURES:
                raise UnsupportedFeature(f"the module uses {_FEATURES[opcode]}, which mvvm does not compile")
            else:
                raise InvalidModule(f"opcode {opcode:#04x} in a constant expression")
    except IndexError:
        raise InvalidModule("a constant expression ends early") from None

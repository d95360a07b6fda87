"""`run --invoke`: call an export with values from the command line, and print its results, as wasmtime does."""

from __future__ import annotations

import struct

from mvvm.errors import UsageError
from mvvm.runtime.command import instantiate
from mvvm.runtime.func import Func
from mvvm.wasm.types import F32, F64, I32, I64, NAMES, V128

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from mvvm.runtime.program import Program
    from mvvm.runtime.wasi import Wasi


def invoke(program: Program, wasi: Wasi, max_pages: int, name: str, args: Sequence[str]) -> int:
    """Call the exported function `name`; results go to standard output, one a line. Returns the exit status.

    A library's `_initialize` is called first. Raises UsageError, Trap.
    """
    exports = instantiate(program, wasi, max_pages).exports
    function = exports.get(name)
    if not isinstance(function, Func):
        known = sorted(export for export, item in exports.items() if isinstance(item, Func))
        raise UsageError(f"--invoke {name}: no function is exported by that name, but {', '.join(known) or 'none'}")
    params = function.type.params
    if len(args) != len(params):
        raise UsageError(
            f"--invoke {name}: it is {function.type}, so it takes {len(params)} arguments, not {len(args)}"
        )
    values = [parse_value(text, type_) for text, type_ in zip(args, params, strict=True)]
    initialize = exports.get("_initialize")
    if isinstance(initialize, Func) and name != "_initialize":
        initialize()
    results = function(*values)
    for value, type_ in zip(results if isinstance(results, tuple) else (results,), function.type.results, strict=False):
        print(format_value(value, type_))
    return 0


def parse_value(text: str, type_: str) -> object:
    """A value from the command line. Raises UsageError.

    Integers are decimal or hexadecimal (0xff), signed or unsigned; floats are decimal or hexadecimal (0x1.8p3),
    inf or nan; a v128 is an unsigned integer, whose low bytes are the first; a reference can only be `null`.
    """
    try:
        if type_ in (I32, I64):
            number = int(text, 0 if "x" in text.lower() else 10)
            bits = 32 if type_ == I32 else 64
            if not -(1 << (bits - 1)) <= number < 1 << bits:
                raise UsageError(f"{text} is out of range for {NAMES[type_]}")
            return number
        if type_ == V128:
            vector = int(text, 0 if "x" in text.lower() else 10)
            if not 0 <= vector < 1 << 128:
                raise UsageError(f"{text} is out of range for v128")
            return vector
        if type_ in (F32, F64):
            return float.fromhex(text) if "0x" in text.lower() else float(text)
    except (ValueError, OverflowError):
        pass
    if type_ not in (I32, I64, F32, F64, V128) and text == "null":
        return None
    raise UsageError(f"{text!r} is not a value of type {NAMES[type_]}")


def format_value(value: object, type_: str) -> str:
    """A result as wasmtime prints it: integers signed, floats with the fewest digits that tell them apart."""
    if isinstance(value, float):
        return _format_float(value, type_)
    if type_ in (I32, I64):
        return str(value)
    if isinstance(value, bytes):
        return str(int.from_bytes(value, "little"))
    return "<null reference>" if value is None else "<reference>"


def _format_float(value: float, type_: str) -> str:
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return str(value)
    from decimal import Decimal

    shortest = repr(value)
    if type_ == F32:
        candidates = (f"{value:.{digits}g}" for digits in range(1, 10))
        shortest = next(text for text in candidates if _as_f32(text) == value)
    return f"{Decimal(shortest):f}".removesuffix(".0")


def _as_f32(text: str) -> float:
    try:
        rounded: float = struct.unpack("<f", struct.pack("<f", float(text)))[0]
    except OverflowError:  # rounds to more than the largest f32
        return float("inf")
    return rounded

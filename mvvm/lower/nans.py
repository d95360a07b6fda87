"""NaNs that are the same on every machine: what `canonicalize_nans` makes of float instructions.

Wasm leaves sign and payload of a NaN that arithmetic gives open, and machines differ in them. With the option each
such result goes through a selection, which puts the canonical NaN in the place of any other:

    %raw = fadd double %a, %b
    %nan = fcmp uno double %raw, %raw
    %value = select i1 %nan, double %canonical, double %raw

Arithmetic, comparisons and conversions cannot tell one NaN from another, and what they give is canonical again, so
they go on with the value as it was before the selection: `FunctionLowering.raw` knows it. Whatever can tell (stores,
calls, returns, reinterpretation, sign bits, stable points) takes the value itself. Phis and `select` are there twice
likewise. LLVM removes the half that nothing uses: in a sum over a loop, no selection is left but that of the total.

LLVM may fold arithmetic on NaNs to any NaN, and `x * 1.0` to a signalling `x`: what comes of the selection is canonical
all the same. But it must not see that the canonical NaN is one: it takes `x < 0 ? NaN : sqrt(x)` for `sqrt(x)`. So
the NaN is loaded from a constant that LLVM believes may be set from outside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mvvm.lower.llvm_types import INVARIANT, f32_constant, f64_constant, float_bits
from mvvm.wasm.types import F32, F64

if TYPE_CHECKING:
    from collections.abc import Callable

    from mvvm.lower.function import FunctionLowering

    Handler = Callable[[FunctionLowering, Any], None]

# Positive, and of the payload only the bit that makes it quiet.
_CANONICAL = {"float": f32_constant(0x7FC00000), "double": f64_constant(0x7FF8000000000000)}

DEFINITIONS = "".join(
    [f"@nan.{llvm} = internal externally_initialized constant {llvm} {nan}\n" for llvm, nan in _CANONICAL.items()]
)
"""What a module of IR needs if its functions make NaNs canonical."""


def blind(handler: Handler, operands: int) -> Handler:
    """The handler of an instruction that cannot tell one NaN from another in its topmost `operands`."""

    def lower(f: FunctionLowering, immediate: Any) -> None:
        raw, stack = f.raw, f.stack
        if raw:
            stack[-operands:] = [raw.get(value, value) for value in stack[-operands:]]
        handler(f, immediate)

    return lower


def arithmetic(handler: Handler, operands: int, llvm: str) -> Handler:
    """The handler of an instruction that gives a NaN of open bits, in the type `llvm`."""
    handler = blind(handler, operands)

    def lower(f: FunctionLowering, immediate: Any) -> None:
        handler(f, immediate)
        canonicalize(f, llvm)

    return lower


def canonicalize(f: FunctionLowering, llvm: str) -> None:
    """Make the topmost operand canonical if it is a NaN, with the option."""
    if f.facts.canonicalize_nans:
        raw = f.stack[-1]
        is_nan = f.emit(f"fcmp uno {llvm} {raw}, {raw}")
        f.stack[-1] = value = f.emit(f"select i1 {is_nan}, {llvm} {canonical(f, llvm)}, {llvm} {raw}")
        f.raw[value] = raw


def canonical(f: FunctionLowering, llvm: str) -> str:
    """The canonical NaN of an LLVM type."""
    return f.once(f"%nan.{llvm}", f"load {llvm}, ptr @nan.{llvm}, {INVARIANT}")


def quieten(f: FunctionLowering, value: str, llvm: str) -> str:
    """The value, with a signalling NaN made quiet: for results that LLVM may give as they come in."""
    if f.facts.canonicalize_nans:
        return value  # it becomes canonical anyway
    if llvm == "float":
        return _quiet_f32(value) if value[0] != "%" else f.emit(f"call float @llvm.canonicalize.f32(float {value})")
    return _quiet_f64(value) if value[0] != "%" else f.emit(f"call double @llvm.canonicalize.f64(double {value})")


def _quiet_f32(constant: str) -> str:
    bits = float_bits(constant, F32)
    return f32_constant(bits | 1 << 22) if bits & 0x7FFFFFFF > 0x7F800000 else constant


def _quiet_f64(constant: str) -> str:
    bits = float_bits(constant, F64)
    return f64_constant(bits | 1 << 51) if bits & (1 << 63) - 1 > 0x7FF << 52 else constant

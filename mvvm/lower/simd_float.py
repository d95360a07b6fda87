"""Vector arithmetic on floats, lane by lane. What mvvm.lower.numeric says of NaNs is true here too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mvvm.lower.lanes import (
    F32X4,
    FLOATS,
    V128,
    Shape,
    call,
    cast,
    constant_bits,
    float_constant,
    known_lanes,
    pop,
    push,
)
from mvvm.lower.llvm_types import INVARIANT

if TYPE_CHECKING:
    from mvvm.lower.function import FunctionLowering
    from mvvm.lower.simd_rows import Handler

# Bits of 0, 1 and infinity without their sign, and of the canonical NaN.
_ONE = {32: 0x3F800000, 64: 0x3FF << 52}
_INFINITY = {32: 0x7F800000, 64: 0x7FF << 52}
_NAN = {32: 0x7FC00000, 64: 0xFFF << 51}

# As mvvm.lower.nans.DEFINITIONS.
_NAN_DEFINITIONS = {
    shape: f"@nan.{shape.name} = internal externally_initialized constant {shape.llvm} "
    f"splat ({shape.lane} {float_constant(shape, _NAN[shape.width])})\n"
    for shape in FLOATS
}


def push_arithmetic(f: FunctionLowering, value: str, shape: Shape) -> None:
    """Push a result whose NaNs have bits that Wasm leaves open: with the option they become canonical."""
    if f.facts.canonicalize_nans:
        f.declarations.add(_NAN_DEFINITIONS[shape])
        is_nan = f.emit(f"fcmp uno {shape.llvm} {value}, {value}")
        nan = f.once(f"%nan.{shape.name}", f"load {shape.llvm}, ptr @nan.{shape.name}, {INVARIANT}")
        value = f.emit(f"select <{shape.count} x i1> {is_nan}, {shape.llvm} {nan}, {shape.llvm} {value}")
    push(f, value, shape.llvm)


def quieten(f: FunctionLowering, value: str, shape: Shape) -> str:
    """The vector, with signalling NaNs made quiet: for results that LLVM may give as they come in."""
    if f.facts.canonicalize_nans:
        return value  # they become canonical anyway
    return call(f, shape.llvm, f"llvm.canonicalize.{shape.intrinsic}", (shape.llvm, value))


def _hidden(f: FunctionLowering, value: str, shape: Shape) -> str:
    """A constant that LLVM does not know, so that it does not fold the instruction to the other operand.

    That costs nothing where LLVM could not have done so: x + 0 is what compilers make of a vector that is x.
    """
    if f.facts.canonicalize_nans:
        return cast(f, value, shape.llvm)  # NaNs become canonical anyway
    bits = constant_bits(value, reverses_bytes=f.facts.reverses_bytes)
    name = f"vector.{bits:x}"
    f.declarations.add(f"@{name} = internal externally_initialized constant {V128} {value}\n")
    whole = f.once(f"%{name}", f"load {V128}, ptr @{name}, {INVARIANT}")
    return f.once(f"%{name}.{shape.name}", f"bitcast {V128} {whole} to {shape.llvm}")


def _are(f: FunctionLowering, value: str, shape: Shape, magnitudes: tuple[int, ...]) -> bool:
    """Whether a v128 is a constant whose lanes are all of these numbers, or their negatives."""
    lanes = known_lanes(f, value, shape)
    return lanes is not None and all(bits & (1 << (shape.width - 1)) - 1 in magnitudes for bits in lanes)


def _arithmetic(shape: Shape, operation: str) -> Handler:
    llvm, identities = shape.llvm, (0, _ONE[shape.width])

    def lower(f: FunctionLowering, _: Any) -> None:
        operands = [f.stack.pop(), f.stack.pop()]
        right, left = (
            _hidden(f, value, shape) if _are(f, value, shape, identities) else cast(f, value, llvm)
            for value in operands
        )
        push_arithmetic(f, f.emit(f"{operation} {llvm} {left}, {right}"), shape)

    return lower


def x86_extremum(f: FunctionLowering, shape: Shape, name: str, first: str, second: str) -> str:
    """x86's min or max: the second operand, unless the first one is less (or greater)."""
    instruction = f"llvm.x86.{'sse' if shape is F32X4 else 'sse2'}.{name}.{'ps' if shape is F32X4 else 'pd'}"
    return call(f, shape.llvm, instruction, (shape.llvm, first), (shape.llvm, second))


def extremum(shape: Shape, name: str) -> Handler:
    """Min or max. The result is a quiet NaN where an operand is a NaN; -0 is less than 0."""
    llvm, integers, intrinsic = shape.llvm, shape.mask, f"llvm.{name}imum.{shape.intrinsic}"
    infinity = (_INFINITY[shape.width],)
    nan = f"splat ({shape.lane} {float_constant(shape, _NAN[shape.width])})"
    merge = "or" if name == "min" else "and"

    def x86(f: FunctionLowering, left: str, right: str) -> str:
        """Both ways round, so that of two zeros both are there: they differ in the sign only."""
        ways = []
        for one, other in ((left, right), (right, left)):
            ways.append(f.emit(f"bitcast {llvm} {x86_extremum(f, shape, name, one, other)} to {integers}"))
        return f.emit(f"bitcast {integers} {f.emit(f'{merge} {integers} {ways[0]}, {ways[1]}')} to {llvm}")

    def lower(f: FunctionLowering, _: Any) -> None:
        second, first = f.stack.pop(), f.stack.pop()
        left, right = cast(f, first, llvm), cast(f, second, llvm)
        if f.facts.architecture == "aarch64":
            # The instruction does as Wasm says, unless LLVM does without it.
            if first == second or _are(f, second, shape, infinity):
                left = quieten(f, left, shape)
            elif _are(f, first, shape, infinity):
                right = quieten(f, right, shape)
            push_arithmetic(f, call(f, llvm, intrinsic, (llvm, left), (llvm, right)), shape)
            return
        if f.facts.architecture == "x86_64":
            number = x86(f, left, right)
        else:
            number = call(f, llvm, intrinsic, (llvm, left), (llvm, right))
        is_nan = f.emit(f"fcmp uno {llvm} {left}, {right}")
        push(f, f.emit(f"select <{shape.count} x i1> {is_nan}, {llvm} {nan}, {llvm} {number}"), llvm)

    return lower


def _pseudo_extremum(shape: Shape, name: str) -> Handler:
    """The second operand where it is less (or greater), else the first one."""
    condition = "olt" if name == "min" else "ogt"

    def lower(f: FunctionLowering, _: Any) -> None:
        right, left = pop(f, shape.llvm), pop(f, shape.llvm)
        if f.facts.architecture == "x86_64":
            push(f, x86_extremum(f, shape, name, right, left), shape.llvm)
            return
        chosen = f.emit(f"fcmp {condition} {shape.llvm} {right}, {left}")
        push(f, f.emit(f"select <{shape.count} x i1> {chosen}, {shape.llvm} {right}, {shape.llvm} {left}"), shape.llvm)

    return lower


def _round(shape: Shape, intrinsic: str) -> Handler:
    llvm = shape.llvm

    def lower(f: FunctionLowering, _: Any) -> None:
        value = pop(f, llvm)
        if f.facts.architecture == "riscv64" and intrinsic != "sqrt":
            value = quieten(f, value, shape)
        push_arithmetic(f, call(f, llvm, f"llvm.{intrinsic}.{shape.intrinsic}", (llvm, value)), shape)

    return lower


def _sign(shape: Shape, operation: str) -> Handler:
    """Abs or neg: the sign bit alone, of NaNs too."""
    sign = 1 << (shape.width - 1)
    mask = sign if operation == "xor" else sign - 1

    def lower(f: FunctionLowering, _: Any) -> None:
        value = pop(f, shape.mask)
        push(f, f.emit(f"{operation} {shape.mask} {value}, splat (i{shape.width} {mask})"), shape.mask)

    return lower


def _handlers() -> dict[str, Handler]:
    rows: dict[str, Handler] = {}
    for shape in FLOATS:
        name = shape.name
        for operation in ("add", "sub", "mul", "div"):
            rows[f"{name}.{operation}"] = _arithmetic(shape, f"f{operation}")
        for operation in ("min", "max"):
            rows[f"{name}.{operation}"] = extremum(shape, operation)
            rows[f"{name}.p{operation}"] = _pseudo_extremum(shape, operation)
        rounds = (("ceil", "ceil"), ("floor", "floor"), ("trunc", "trunc"), ("nearest", "roundeven"), ("sqrt", "sqrt"))
        for operation, intrinsic in rounds:
            rows[f"{name}.{operation}"] = _round(shape, intrinsic)
        rows[f"{name}.neg"] = _sign(shape, "xor")
        rows[f"{name}.abs"] = _sign(shape, "and")
    return rows


HANDLERS = _handlers()

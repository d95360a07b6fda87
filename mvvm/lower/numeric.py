"""Numeric instructions, as rows: mnemonic -> LLVM template, and functions for the few that can trap.

No fast-math flags and no nsw or nuw: Wasm promises neither. Where LLVM would fold an operation that Wasm defines
to quieten a signalling NaN (x * 1.0, x + 0.0 and the like), the operand is made quiet first. mvvm.lower.nans tells the
instructions that make NaNs, and those that cannot tell them apart, from the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mvvm.abi import traps
from mvvm.lower.llvm_types import double, f32_constant, f64_constant
from mvvm.lower.nans import arithmetic, blind, canonical, canonicalize, quieten

if TYPE_CHECKING:
    from collections.abc import Callable

    from mvvm.lower.function import FunctionLowering

    Handler = Callable[[FunctionLowering, Any], None]

_BITS = {"i32": 32, "i64": 64}
_FLOATS = {"f32": "float", "f64": "double"}


def _unary(template: str) -> Handler:
    def lower(f: FunctionLowering, _: Any) -> None:
        stack = f.stack
        stack[-1] = f.emit(template.format(stack[-1]))

    return lower


def _binary(operation: str) -> Handler:
    def lower(f: FunctionLowering, _: Any) -> None:
        stack = f.stack
        right = stack.pop()
        f._names += 1
        value = f"%v{f._names}"
        f.lines.append(f"  {value} = {operation} {stack[-1]}, {right}")
        stack[-1] = value

    return lower


def _add_i32(f: FunctionLowering, _: Any) -> None:
    """Add, and note a constant operand for mvvm.lower.memory."""
    stack = f.stack
    right = stack.pop()
    left = stack[-1]
    stack[-1] = value = f.emit(f"add i32 {left}, {right}")
    if right[0] != "%" and left[0] == "%":
        root, distance = f.sums.get(left, (left, 0))
        f.sums[value] = (root, _signed(distance + int(right)))


def _add_i64(f: FunctionLowering, _: Any) -> None:
    """The same for mvvm.lower.wide_address."""
    stack = f.stack
    right = stack.pop()
    left = stack[-1]
    stack[-1] = value = f.emit(f"add i64 {left}, {right}")
    if right[0] != "%" and left[0] == "%" and f.facts.has_wide_memory:
        root, distance = f.sums.get(left, (left, 0))
        f.sums[value] = (root, distance + int(right))


def _signed(number: int) -> int:
    """A number modulo 2**32, in the range of a signed i32."""
    return (number + 0x80000000) % 0x1_0000_0000 - 0x80000000


def _extremum(intrinsic: str, float_: str) -> Handler:
    """Min or max, whose result is a quiet NaN if an operand is a NaN.

    LLVM's intrinsics may return a signalling operand as it is, and do so on x86, so the NaN comes from an addition
    there, or is the canonical one. AArch64's instruction does as Wasm says, unless LLVM does without it.
    """
    llvm = _FLOATS[float_]

    def lower(f: FunctionLowering, _: Any) -> None:
        stack = f.stack
        right = stack.pop()
        left = stack[-1]
        if f.facts.architecture == "aarch64":
            if left == right or right in _INFINITIES:
                left = quieten(f, left, llvm)
            elif left in _INFINITIES:
                right = quieten(f, right, llvm)
            stack[-1] = f.emit(f"call {llvm} @llvm.{intrinsic}.{float_}({llvm} {left}, {llvm} {right})")
            canonicalize(f, llvm)
            return
        is_nan = f.emit(f"fcmp uno {llvm} {left}, {right}")
        same = f.facts.canonicalize_nans
        quiet = canonical(f, llvm) if same else _quiet(f, "fadd", llvm, left, right)
        number = f.emit(f"call nnan {llvm} @llvm.{intrinsic}.{float_}({llvm} {left}, {llvm} {right})")
        stack[-1] = f.emit(f"select i1 {is_nan}, {llvm} {quiet}, {llvm} {number}")

    return blind(lower, 2)


def _round(intrinsic: str, float_: str) -> Handler:
    """Round to a whole number. What LLVM makes of it on RISC-V gives a signalling NaN as it came in."""
    llvm = _FLOATS[float_]

    def lower(f: FunctionLowering, _: Any) -> None:
        value = f.stack[-1]
        if f.facts.architecture == "riscv64":
            value = quieten(f, value, llvm)
        f.stack[-1] = f.emit(f"call {llvm} @llvm.{intrinsic}.{float_}({llvm} {value})")

    return lower


def _copysign(float_: str) -> Handler:
    llvm = _FLOATS[float_]

    def lower(f: FunctionLowering, _: Any) -> None:
        stack = f.stack
        sign = stack.pop()
        stack[-1] = f.emit(f"call {llvm} @llvm.copysign.{float_}({llvm} {stack[-1]}, {llvm} {sign})")

    return lower


def _compare(operation: str) -> Handler:
    def lower(f: FunctionLowering, _: Any) -> None:
        stack = f.stack
        right = stack.pop()
        stack[-1] = _boolean(f, f"{operation} {stack[-1]}, {right}")

    return lower


def _boolean(f: FunctionLowering, expression: str) -> str:
    """An i1 as the i32 that Wasm has for it; conditions use the i1."""
    f._names += 1
    value = f"%v{f._names}"
    condition = f"%c{f._names}"
    f.lines.append(f"  {condition} = {expression}\n  {value} = zext i1 {condition} to i32")
    f.bools[value] = condition
    return value


def _eqz(type_: str) -> Handler:
    def lower(f: FunctionLowering, _: Any) -> None:
        operand = f.stack[-1]
        known = f.bools.get(operand)
        f.stack[-1] = _boolean(f, f"xor i1 {known}, true" if known else f"icmp eq {type_} {operand}, 0")

    return lower


def _shift(operation: str, type_: str) -> Handler:
    mask = _BITS[type_] - 1

    def lower(f: FunctionLowering, _: Any) -> None:
        stack = f.stack
        count = stack.pop()
        count = f.emit(f"and {type_} {count}, {mask}") if count[0] == "%" else str(int(count) & mask)
        stack[-1] = f.emit(f"{operation} {type_} {stack[-1]}, {count}")

    return lower


def _rotate(intrinsic: str, type_: str) -> Handler:
    def lower(f: FunctionLowering, _: Any) -> None:
        stack = f.stack
        count = stack.pop()
        value = stack[-1]
        call = f"call {type_} @llvm.{intrinsic}.{type_}"
        stack[-1] = f.emit(f"{call}({type_} {value}, {type_} {value}, {type_} {count})")

    return lower


def _divide(operation: str, type_: str) -> Handler:
    signed = operation[0] == "s"
    lowest = -1 << (_BITS[type_] - 1)

    def lower(f: FunctionLowering, _: Any) -> None:
        stack = f.stack
        divisor = stack.pop()
        dividend = stack[-1]
        constant = int(divisor) if divisor[0] != "%" else None
        if constant is None or constant == 0:
            f.trap_if(f.emit(f"icmp eq {type_} {divisor}, 0"), traps.INTEGER_DIVIDE_BY_ZERO)
        if signed and (constant is None or constant == -1):
            is_minus_one = f.emit(f"icmp eq {type_} {divisor}, -1")
            if operation == "sdiv":
                is_lowest = f.emit(f"icmp eq {type_} {dividend}, {lowest}")
                f.trap_if(f.emit(f"and i1 {is_minus_one}, {is_lowest}"), traps.INTEGER_OVERFLOW)
            else:  # x rem -1 is 0 for every x; LLVM's srem has no value for the lowest
                divisor = f.emit(f"select i1 {is_minus_one}, {type_} 1, {type_} {divisor}")
        stack[-1] = f.emit(f"{operation} {type_} {dividend}, {divisor}")

    return lower


def _sign_extend(type_: str, bits: int) -> Handler:
    def lower(f: FunctionLowering, _: Any) -> None:
        narrow = f.emit(f"trunc {type_} {f.stack[-1]} to i{bits}")
        f.stack[-1] = f.emit(f"sext i{bits} {narrow} to {type_}")

    return lower


# Doubles around the range of each integer type. A float truncates to the type if it is above `low` and below
# `high`, both exclusive; every bound is exact in the float type it is compared in (the i32 bounds are not in f32:
# there the neighbours in f32 are taken, which no f32 lies between).
_RANGES = {
    ("i32", "f64", "s"): (-2147483649.0, 2147483648.0),
    ("i32", "f64", "u"): (-1.0, 4294967296.0),
    ("i64", "f64", "s"): (-9223372036854777856.0, 9223372036854775808.0),
    ("i64", "f64", "u"): (-1.0, 18446744073709551616.0),
    ("i32", "f32", "s"): (-2147483904.0, 2147483648.0),
    ("i32", "f32", "u"): (-1.0, 4294967296.0),
    ("i64", "f32", "s"): (-9223373136366403584.0, 9223372036854775808.0),
    ("i64", "f32", "u"): (-1.0, 18446744073709551616.0),
}


def _truncate(to: str, source: str, sign: str) -> Handler:
    llvm = _FLOATS[source]
    bounds = [double(bound) for bound in _RANGES[to, source, sign]]

    def lower(f: FunctionLowering, _: Any) -> None:
        value = f.stack[-1]
        f.trap_if(f.emit(f"fcmp uno {llvm} {value}, 0.0"), traps.BAD_CONVERSION_TO_INTEGER)
        above = f.emit(f"fcmp ogt {llvm} {value}, {bounds[0]}")
        below = f.emit(f"fcmp olt {llvm} {value}, {bounds[1]}")
        inside = f.emit(f"and i1 {above}, {below}")
        f.trap_if(f.emit(f"xor i1 {inside}, true"), traps.INTEGER_OVERFLOW)
        f.stack[-1] = f.emit(f"fpto{sign}i {llvm} {value} to {to}")

    return lower


# Constants that make LLVM fold an arithmetic instruction to its other operand.
_IDENTITIES = frozenset(
    [f64_constant(bits) for bits in (0, 1 << 63, 0x3FF << 52, 0xBFF << 52)]
    + [f32_constant(bits) for bits in (0, 1 << 31, 0x7F << 23, 0x17F << 23)]
)

_INFINITIES = frozenset([f64_constant(bits) for bits in (0x7FF << 52, 0xFFF << 52)])  # spelled alike in both types


def _arithmetic(operation: str, float_: str) -> Handler:
    llvm = _FLOATS[float_]

    def lower(f: FunctionLowering, _: Any) -> None:
        stack = f.stack
        right = stack.pop()
        left = stack.pop()
        stack.append(_quiet(f, operation, llvm, left, right))

    return lower


def _quiet(f: FunctionLowering, operation: str, llvm: str, left: str, right: str) -> str:
    """Emit an arithmetic instruction, none of whose NaNs is signalling."""
    if right in _IDENTITIES:
        left = quieten(f, left, llvm)
    elif left in _IDENTITIES:
        right = quieten(f, right, llvm)
    return f.emit(f"{operation} {llvm} {left}, {right}")


def _promote(f: FunctionLowering, _: Any) -> None:
    operand = f.stack[-1]
    f.stack[-1] = value = f.emit(f"fpext float {operand} to double")
    f.promotions[value] = operand


def _demote(f: FunctionLowering, _: Any) -> None:
    value = f.stack[-1]
    promoted = f.promotions.get(value)
    if promoted is not None:  # LLVM would fold the pair to nothing
        f.stack[-1] = quieten(f, promoted, "float")
    else:
        f.stack[-1] = f.emit(f"fptrunc double {value} to float")


def _handlers() -> dict[str, Handler]:
    rows: dict[str, Handler] = {}
    for t in ("i32", "i64"):
        rows[f"{t}.eqz"] = _eqz(t)
        for name, llvm in (("clz", "ctlz"), ("ctz", "cttz")):
            rows[f"{t}.{name}"] = _unary(f"call {t} @llvm.{llvm}.{t}({t} {{}}, i1 false)")
        rows[f"{t}.popcnt"] = _unary(f"call {t} @llvm.ctpop.{t}({t} {{}})")
        for name in ("add", "sub", "mul", "and", "or", "xor"):
            rows[f"{t}.{name}"] = _binary(f"{name} {t}")
        for name, llvm in (("div_s", "sdiv"), ("div_u", "udiv"), ("rem_s", "srem"), ("rem_u", "urem")):
            rows[f"{t}.{name}"] = _divide(llvm, t)
        for name, llvm in (("shl", "shl"), ("shr_s", "ashr"), ("shr_u", "lshr")):
            rows[f"{t}.{name}"] = _shift(llvm, t)
        for name, llvm in (("rotl", "fshl"), ("rotr", "fshr")):
            rows[f"{t}.{name}"] = _rotate(llvm, t)
        for name in ("eq", "ne"):
            rows[f"{t}.{name}"] = _compare(f"icmp {name} {t}")
        for name in ("lt", "gt", "le", "ge"):
            for sign in "su":
                rows[f"{t}.{name}_{sign}"] = _compare(f"icmp {sign}{name} {t}")
        for bits in (8, 16) if t == "i32" else (8, 16, 32):
            rows[f"{t}.extend{bits}_s"] = _sign_extend(t, bits)
        for source, llvm in _FLOATS.items():
            for sign in "su":
                rows[f"{t}.trunc_{source}_{sign}"] = blind(_truncate(t, source, sign), 1)
                saturate = f"call {t} @llvm.fpto{sign}i.sat.{t}.{source}({llvm} {{}})"
                rows[f"{t}.trunc_sat_{source}_{sign}"] = blind(_unary(saturate), 1)
                rows[f"{source}.convert_{t}_{sign}"] = _unary(f"{sign}itofp {t} {{}} to {llvm}")
    for t, llvm in _FLOATS.items():
        for name, condition in (
            ("eq", "oeq"),
            ("ne", "une"),
            ("lt", "olt"),
            ("gt", "ogt"),
            ("le", "ole"),
            ("ge", "oge"),
        ):
            rows[f"{t}.{name}"] = blind(_compare(f"fcmp {condition} {llvm}"), 2)
        for name, intrinsic in (("ceil", "ceil"), ("floor", "floor"), ("trunc", "trunc"), ("nearest", "roundeven")):
            rows[f"{t}.{name}"] = arithmetic(_round(intrinsic, t), 1, llvm)
        rows[f"{t}.sqrt"] = arithmetic(_unary(f"call {llvm} @llvm.sqrt.{t}({llvm} {{}})"), 1, llvm)
        rows[f"{t}.abs"] = _unary(f"call {llvm} @llvm.fabs.{t}({llvm} {{}})")
        rows[f"{t}.neg"] = _unary(f"fneg {llvm} {{}}")
        for name in ("add", "sub", "mul", "div"):
            rows[f"{t}.{name}"] = arithmetic(_arithmetic(f"f{name}", t), 2, llvm)
        rows[f"{t}.min"] = _extremum("minimum", t)
        rows[f"{t}.max"] = _extremum("maximum", t)
        rows[f"{t}.copysign"] = _copysign(t)
    rows["i32.add"] = _add_i32
    rows["i64.add"] = _add_i64
    rows["i32.wrap_i64"] = _unary("trunc i64 {} to i32")
    rows["i64.extend_i32_s"] = _unary("sext i32 {} to i64")
    rows["i64.extend_i32_u"] = _unary("zext i32 {} to i64")
    rows["f32.demote_f64"] = arithmetic(_demote, 1, "float")
    rows["f64.promote_f32"] = arithmetic(_promote, 1, "double")
    for to, source, llvm_to, llvm_source in (
        ("i32", "f32", "i32", "float"),
        ("i64", "f64", "i64", "double"),
        ("f32", "i32", "float", "i32"),
        ("f64", "i64", "double", "i64"),
    ):
        rows[f"{to}.reinterpret_{source}"] = _unary(f"bitcast {llvm_source} {{}} to {llvm_to}")
    return rows


HANDLERS = _handlers()

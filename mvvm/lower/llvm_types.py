"""LLVM's spelling of Wasm's types and constants, and the metadata that every module of IR ends with."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from mvvm.wasm.types import EXNREF, EXTERNREF, F32, F64, FUNCREF, I32, I64, V128, FuncType

if TYPE_CHECKING:
    from collections.abc import Sequence

# A funcref is the address of a Record (mvvm.abi.context), an externref or exnref a handle (mvvm.runtime.references,
# exceptions), a v128 its 128 bits in the order of the machine (mvvm.lower.lanes).
LLVM = {
    I32: "i32",
    I64: "i64",
    F32: "float",
    F64: "double",
    V128: "<2 x i64>",
    FUNCREF: "ptr",
    EXTERNREF: "i64",
    EXNREF: "i64",
}
_INTEGERS = {F32: "i32", F64: "i64"}  # of a float's width
ZERO = {
    I32: "0",
    I64: "0",
    F32: "0.0",
    F64: "0.0",
    V128: "zeroinitializer",
    FUNCREF: "null",
    EXTERNREF: "0",
    EXNREF: "0",
}


# The context, which all functions take, in a register of its own that callees preserve: it stays there through calls.
SELF = "ptr swiftself"


def f32_constant(bits: int) -> str:
    """An f32 of the given bits. LLVM spells finite floats as the double of the same value."""
    exponent, mantissa = bits >> 23 & 0xFF, bits & 0x7FFFFF
    if exponent in (0, 0xFF):  # zero, subnormal, infinity, NaN: no double with shifted bits is the same
        return f"bitcast (i32 {bits} to float)" if mantissa else f"0x{_special(bits):016X}"
    return f"0x{(bits >> 31) << 63 | (exponent - 127 + 1023) << 52 | mantissa << 29:016X}"


def _special(bits: int) -> int:
    """Signed zero or infinity as a double."""
    return (bits >> 31) << 63 | (0x7FF << 52 if bits & 0x7F800000 else 0)


def f64_constant(bits: int) -> str:
    """An f64 of the given bits."""
    return f"0x{bits:016X}"


def double(value: float) -> str:
    """A constant of type double."""
    return f64_constant(struct.unpack("<Q", struct.pack("<d", value))[0])


def phi(type_: str, origins: list[str], values: Sequence[str]) -> str:
    """The expression of a phi."""
    pairs = ", ".join([f"[{value}, %{origin}]" for value, origin in zip(values, origins, strict=True)])
    return f"phi {type_} {pairs}"


def float_bits(constant: str, type_: str) -> int:
    """The bits of a constant that f32_constant or f64_constant spelled, or of ZERO."""
    if constant[:2] != "0x":
        return int(constant.split()[2]) if constant.startswith("bitcast") else 0
    bits = int(constant, 16)
    if type_ == F64:
        return bits
    sign, exponent, mantissa = bits >> 63 << 31, bits >> 52 & 0x7FF, bits >> 29 & 0x7FFFFF
    if exponent == 0x7FF:
        return sign | 0x7F800000
    return sign if exponent == 0 else sign | exponent - 1023 + 127 << 23 | mantissa


def returned_types(results: str) -> list[str]:
    """LLVM's types of results as functions return them.

    On x86-64 a third float would come back in a register of the x87, which makes signalling NaNs quiet. So it and all
    floats after it are returned by their bits. A v128 counts as a float, and comes back as it is.
    """
    types = [LLVM[t] for t in results]
    for i in [i for i, t in enumerate(results) if t in _INTEGERS or t == V128][2:]:
        types[i] = _INTEGERS.get(results[i], types[i])
    return types


def result_type(type_: FuncType) -> str:
    """The return type of a function: a structure if it has several results."""
    results = returned_types(type_.results)
    if not results:
        return "void"
    return results[0] if len(results) == 1 else "{ " + ", ".join(results) + " }"


def signature(type_: FuncType) -> str:
    """Return type and parameter types, as a call through a pointer needs them."""
    return f"{result_type(type_)} (" + ", ".join(["ptr", *(LLVM[t] for t in type_.params)]) + ")"


# Attributes of compiled functions:
#   null_pointer_is_valid  a null funcref is found by the fault it causes, so null must not be undefined
#   probe-stack            a frame of more than a page touches each page, so that none jumps over the guard page
#   disable-tail-calls     endless recursion must exhaust the stack, not loop
#   uwtable                call frame information for every instruction, for backtraces: no frame pointers are needed
# mustprogress and willreturn are not promised: endless loops are valid.
_ATTRIBUTES = (
    "nounwind uwtable null_pointer_is_valid "
    '"probe-stack"="inline-asm" "disable-tail-calls"="true" "frame-pointer"="none"'
)

# RISC-V grows a frame in two steps, the first by less than 2048 bytes, and looks at each alone: so must the second be
# small, or together they jump over a page.
_MORE_ATTRIBUTES = {"riscv64": ' "stack-probe-size"="2048"'}


def attributes(architecture: str) -> str:
    """The attributes of compiled functions."""
    return _ATTRIBUTES + _MORE_ATTRIBUTES.get(architecture, "")


# What `mvvm_stable_point` does to memory that its caller knows of: it may read all, since the program may be stopped
# there, and writes none. So loads may be moved over a stable point, and stores may not.
STABLE_POINT_ATTRIBUTES = "cold nounwind memory(read, inaccessiblemem: readwrite)"


def stable_point_convention(architecture: str) -> str:
    """The calling convention of `mvvm_stable_point`, followed by a space: all registers are preserved where LLVM can.

    LLVM takes `preserve_allcc` for C's convention on s390x, has none like it on riscv64, and the one that comes near
    makes every caller there save all floating-point registers.
    """
    return "preserve_allcc " if architecture in ("x86_64", "aarch64") else ""


INVARIANT = "!invariant.load !0"
COLD = "!prof !8"  # of a branch whose second target is hardly ever taken
LINEAR_MEMORY, GLOBALS, TABLES = "!tbaa !2", "!tbaa !4", "!tbaa !6"
METADATA = """
!0 = !{}
!1 = !{!"mvvm"}
!2 = !{!3, !3, i64 0}
!3 = !{!"linear memory", !1, i64 0}
!4 = !{!5, !5, i64 0}
!5 = !{!"global", !1, i64 0}
!6 = !{!7, !7, i64 0}
!7 = !{!"table", !1, i64 0}
!8 = !{!"branch_weights", i32 1048576, i32 1}
"""

_INTRINSICS = (
    [f"declare {t} @llvm.{name}.{t}({t}, i1)" for t in ("i32", "i64") for name in ("ctlz", "cttz")]
    + [f"declare {t} @llvm.ctpop.{t}({t})" for t in ("i32", "i64")]
    + [f"declare {t} @llvm.{name}.{t}({t}, {t}, {t})" for t in ("i32", "i64") for name in ("fshl", "fshr")]
    + [f"declare {t} @llvm.bswap.{t}({t})" for t in ("i16", "i32", "i64")]
    + [
        f"declare {t} @llvm.{name}.{s}({t})"
        for t, s in (("float", "f32"), ("double", "f64"))
        for name in ("fabs", "ceil", "floor", "trunc", "roundeven", "sqrt", "canonicalize")
    ]
    + [
        f"declare {t} @llvm.{name}.{s}({t}, {t})"
        for t, s in (("float", "f32"), ("double", "f64"))
        for name in ("minimum", "maximum", "copysign")
    ]
    + [
        f"declare {i} @llvm.fpto{sign}i.sat.{i}.{s}({t})"
        for i in ("i32", "i64")
        for t, s in (("float", "f32"), ("double", "f64"))
        for sign in "su"
    ]
    + [
        "declare void @llvm.memmove.p0.p0.i64(ptr, ptr, i64, i1)",
        "declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)",
    ]
)
DECLARATIONS = "\n".join(_INTRINSICS) + "\n"

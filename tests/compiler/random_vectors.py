"""What random functions need to know of vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mvvm.wasm.opcodes import Immediate, Op

Pick = Callable[[Sequence[Any]], Any]

_LANES = {"8": 16, "16": 8, "32": 4, "64": 2}
_WORDS = (
    "0",
    "1",
    "-1",
    "0x7f80ff01",
    "0x80000000",
    "0x00ff7fff",
    "0x3f800000",
    "0xc0490fdb",
    "0x4f000000",
    "0x80008000",
)
_NANS = ("0x7fc00000", "0x7f800001", "0xffc00001", "0xff900000", "0x7f800000", "0xfff80000", "0x7ff00000", "0x7ff80000")
# Whose NaNs have bits that Wasm leaves open.
_ARITHMETIC = ("add", "sub", "mul", "div", "min", "max", "sqrt", "madd", "nmadd")
_OPEN = (*_ARITHMETIC, "ceil", "floor", "trunc", "nearest", "demote", "promote")


def constant(pick: Pick, *, nans: bool) -> str:
    """A v128 constant; with `nans`, one that has more of them."""
    words = _NANS + _WORDS[:4] if nans else _WORDS
    return "v128.const i32x4 " + " ".join(pick(words) for _ in range(4))


def immediate(pick: Pick, op: Op) -> str:
    """The lanes that an instruction names, behind a space."""
    if op.immediate == Immediate.SHUFFLE:
        return "".join(f" {pick(range(32))}" for _ in range(16))
    if op.immediate == Immediate.LANE:
        return f" {pick(range(int(op.name.partition('x')[2].partition('.')[0])))}"
    if op.immediate == Immediate.MEMARG_LANE:
        width = op.name.partition(".")[2].removeprefix("load").removeprefix("store").removesuffix("_lane")
        return f" {pick(range(_LANES[width]))}"
    return ""


def canonicalized(op: Op) -> list[str]:
    """What replaces the NaNs on the stack by canonical ones, if the instruction leaves their bits open."""
    shape, _, name = op.name.partition(".")
    if shape not in ("f32x4", "f64x2") or not name.removeprefix("relaxed_").startswith(_OPEN):
        return []
    nans = "f32x4 nan nan nan nan" if shape == "f32x4" else "f64x2 nan nan"
    scratch = "local.get $scratch_v"
    return ["local.tee $scratch_v", f"v128.const {nans}", scratch, scratch, f"{shape}.eq", "v128.bitselect"]

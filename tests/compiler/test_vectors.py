"""What vector instructions become: single instructions of the machine where it has them, and quiet NaNs."""

from __future__ import annotations

import struct
from functools import cache
from typing import Any

import pytest

import mvvm
from mvvm.aot.disassemble import disassemble
from mvvm.aot.machines import MACHINES
from mvvm.options import CompileOptions, Target
from mvvm.runtime.aot_contents import AotContents

_SHUFFLE = "i8x16.shuffle 3 2 1 0 7 6 5 4 11 10 9 8 15 14 13 12"
# An instruction on two vectors, and what it is, besides `ret` and the loads of constants.
_INSTRUCTIONS = {
    "x86_64": {
        "i32x4.add": "vpaddd",
        "f32x4.mul": "vmulps",
        "f64x2.pmin": "vminpd",
        "v128.andnot": "vandnps",
        "i32x4.dot_i16x8_s": "vpmaddwd",
        "i8x16.narrow_i16x8_u": "vpackuswb",
        "i8x16.avgr_u": "vpavgb",
        "i16x8.add_sat_s": "vpaddsw",
        "i8x16.gt_s": "vpcmpgtb",
        "i8x16.shuffle": "vpshufb",
        "i8x16.swizzle": "vpaddusb vpshufb",
        "i64x2.extmul_low_i32x4_u": "vpmovzxdq vpmovzxdq vpmuludq",
    },
    "aarch64": {
        "i32x4.add": "add",
        "f32x4.mul": "fmul",
        "f32x4.min": "fmin",
        "v128.andnot": "bic",
        "i32x4.dot_i16x8_s": "smull2 smull addp",
        "i8x16.narrow_i16x8_u": "sqxtun sqxtun2",
        "i8x16.avgr_u": "urhadd",
        "i16x8.q15mulr_sat_s": "sqrdmulh",
        "i8x16.gt_s": "cmgt",
        "i8x16.shuffle": "rev32",
        "i8x16.swizzle": "tbl",
        "i64x2.extmul_low_i32x4_u": "umull",
    },
}


@cache
def _code(architecture: str) -> dict[str, list[str]]:
    """The mnemonics of functions that apply an instruction to their arguments."""
    names = list(_INSTRUCTIONS[architecture])
    functions = []
    for name in names:
        gets = "(local.get 0) (local.get 0)" if "shuffle" in name else "(local.get 0) (local.get 1)"
        text = name.replace("i8x16.shuffle", _SHUFFLE)
        functions.append(f'(func (export "{name}") (param v128 v128) (result v128) ({text} {gets}))')
    options = CompileOptions(target=Target.parse(architecture))
    aot = AotContents(mvvm.compile(f"(module {''.join(functions)})".encode(), options))
    machine = MACHINES[architecture]
    return {
        name: [text.split()[0] for _, _, text in disassemble(machine, aot.code(offset), offset)]
        for name, offset in zip(names, aot.functions.functions, strict=True)
    }


@pytest.mark.parametrize(("architecture", "name"), [(a, name) for a, names in _INSTRUCTIONS.items() for name in names])
def test_instructions_of_the_machine(architecture: str, name: str) -> None:
    wanted = _INSTRUCTIONS[architecture][name]
    found = [
        text for text in _code(architecture)[name] if text not in ("ret", "adrp", "ldr", "vmovdqa", "vpbroadcastb")
    ]
    assert " ".join(found) == wanted


# What LLVM would fold to its operand, or to a minimum that is one of them. 7fa0.. and 7ff4.. are signalling NaNs.
_SAME = {
    "f32x4": [
        "f32x4.mul (local.get 0) (v128.const f32x4 1 1 1 1)",
        "f32x4.mul (v128.const f32x4 -1 -1 -1 -1) (local.get 0)",
        "f32x4.mul (local.get 0) (f32x4.splat (f32.const 1))",
        "f32x4.mul (local.get 0) (i32x4.splat (i32.const 0x3f800000))",
        "f32x4.div (local.get 0) (v128.const f32x4 1 1 1 1)",
        "f32x4.add (local.get 0) (v128.const f32x4 -0 -0 -0 -0)",
        "f32x4.sub (local.get 0) (v128.const f32x4 0 0 0 0)",
        "f32x4.sub (v128.const f32x4 -0 -0 -0 -0) (local.get 0)",
        "f32x4.min (local.get 0) (local.get 0)",
        "f32x4.max (local.get 0) (v128.const f32x4 -inf -inf -inf -inf)",
        "f32x4.min (v128.const f32x4 inf inf inf inf) (local.get 0)",
        "f32x4.relaxed_min (local.get 0) (local.get 0)",
        "f32x4.ceil (local.get 0)",
        "f32x4.nearest (local.get 0)",
        "f32x4.demote_f64x2_zero (f64x2.promote_low_f32x4 (local.get 0))",
    ],
    "f64x2": [
        "f64x2.mul (local.get 0) (v128.const f64x2 1 1)",
        "f64x2.mul (local.get 0) (f64x2.replace_lane 1 (f64x2.splat (f64.const 1)) (f64.const 1))",
        "f64x2.add (v128.const f64x2 0 0) (f64x2.abs (local.get 0))",
        "f64x2.max (local.get 0) (local.get 0)",
        "f64x2.trunc (local.get 0)",
    ],
}


@pytest.mark.parametrize("cpu", ["x86-64", None])
@pytest.mark.parametrize("opt_level", [0, 3])
@pytest.mark.parametrize("shape", _SAME)
def test_signalling_nans_become_quiet(shape: str, opt_level: int, cpu: str | None) -> None:
    functions = [f'(func (export "{text}") (param v128) (result v128) ({text}))' for text in _SAME[shape]]
    options = CompileOptions(opt_level=opt_level, target=Target.parse(cpu_name=cpu))
    program = mvvm.load(mvvm.compile(f"(module {''.join(functions)})".encode(), options))
    exports: Any = mvvm.Instance(program).exports
    form, signalling, quiet = (
        ("<4I", 0x7FA00001, 0x7FC << 20) if shape == "f32x4" else ("<2Q", 0x7FF4 << 48, 0xFFF << 51)
    )
    given = struct.pack(form, *[signalling] * (4 if shape == "f32x4" else 2))
    for text in _SAME[shape]:
        lanes = struct.unpack(form, exports[text](given))
        for lane in lanes[:2]:
            assert lane & quiet == quiet, text

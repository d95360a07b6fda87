"""Floats as LLVM spells them, and their bits back from there."""

from __future__ import annotations

import llvmlite.binding as llvm
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvvm.lower.llvm_types import ZERO, f32_constant, f64_constant, float_bits
from mvvm.wasm.types import F32, F64

# Zero, the smallest and largest subnormal and normal numbers, one and its neighbour, infinity, NaNs of both kinds.
_F32 = (
    *(0, 1, 0x400000, 0x7FFFFF, 0x800000, 0x800001, 0x7F7FFFFF, 0x3F800000, 0x3F800001),
    *(0x7F800000, 0x7F800001, 0x7FA00000, 0x7FBFFFFF, 0x7FC00000, 0x7FC00001, 0x7FFFFFFF),
)
_F64 = (
    *(0, 1, 1 << 51, (1 << 52) - 1, 1 << 52, 0x7FEFFFFF_FFFFFFFF, 0x3FF00000_00000000, 0x3FF00000_00000001),
    *(0x7FF00000_00000000, 0x7FF00000_00000001, 0x7FF7FFFF_FFFFFFFF, 0x7FF80000_00000000, 0x7FFFFFFF_FFFFFFFF),
)
_SPECIAL_F32 = [sign | bits for sign in (0, 1 << 31) for bits in _F32]
_SPECIAL_F64 = [sign | bits for sign in (0, 1 << 63) for bits in _F64]


@given(st.integers(0, (1 << 32) - 1) | st.sampled_from(_SPECIAL_F32))
def test_an_f32_is_read_back(bits: int) -> None:
    assert float_bits(f32_constant(bits), F32) == bits


@given(st.integers(0, (1 << 64) - 1) | st.sampled_from(_SPECIAL_F64))
def test_an_f64_is_read_back(bits: int) -> None:
    assert float_bits(f64_constant(bits), F64) == bits


@pytest.mark.parametrize("type_", [F32, F64])
def test_zero_is_read_back(type_: str) -> None:
    assert float_bits(ZERO[type_], type_) == 0


def test_special_values_are_read_back_and_mean_the_same_to_llvm() -> None:
    constants = [(f32_constant(bits), "float", 32, bits) for bits in _SPECIAL_F32]
    constants += [(f64_constant(bits), "double", 64, bits) for bits in _SPECIAL_F64]
    lines = [
        f"@c{number} = constant i{size} bitcast ({type_} {constant} to i{size})"
        for number, (constant, type_, size, _) in enumerate(constants)
    ]
    with llvm.create_context() as context, llvm.parse_assembly("\n".join(lines), context) as module:
        module.verify()
        for number, (constant, type_, size, bits) in enumerate(constants):
            spelled = str(module.get_global_variable(f"c{number}"))
            assert spelled.split(f" i{size} ")[1] == str(bits - ((bits >> (size - 1)) << size)), constant
            assert float_bits(constant, {"float": F32, "double": F64}[type_]) == bits

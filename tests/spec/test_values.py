from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.spec.literals import float_bits, int_bits
from tests.spec.sexpr import SyntaxFailure, parse
from tests.spec.values import Value, read_pattern, read_value


def matches(pattern: str, value: Value) -> bool:
    (node,) = parse(pattern)
    return read_pattern(node).matches(value)


@pytest.mark.parametrize(
    ("literal", "width", "bits"),
    [
        ("0", 32, 0),
        ("-1", 32, 0xFFFFFFFF),
        ("+0x1_0", 32, 16),
        ("007", 32, 7),
        ("-0x8000_0000", 32, 0x80000000),
        ("4294967295", 32, 0xFFFFFFFF),
        ("-0x8000000000000000", 64, 1 << 63),
        ("-1", 8, 0xFF),
    ],
)
def test_integers(literal: str, width: int, bits: int) -> None:
    assert int_bits(literal, width) == bits


@pytest.mark.parametrize("literal", ["4294967296", "-2147483649", "1.0", ""])
def test_what_is_no_integer_of_that_width(literal: str) -> None:
    with pytest.raises(ValueError, match=r"does not fit|invalid literal"):
        int_bits(literal, 32)


@pytest.mark.parametrize(
    ("literal", "bits"),
    [
        ("0", 0),
        ("-0.0", 0x80000000),
        ("1.", 0x3F800000),
        ("1_0e-1", 0x3F800000),
        ("0x1p-149", 1),
        ("0x0.8p-149", 0),  # a tie goes to even
        ("0x0.800001p-149", 1),
        ("0x1.fffffep+127", 0x7F7FFFFF),
        ("-0x1.8p1", 0xC0400000),
        ("0x1.fffffcp-127", 0x007FFFFF),  # the largest subnormal number
        ("0x1.fffffep-127", 0x00800000),  # rounded up to the smallest normal one
        ("0x1.00000100000000001p0", 0x3F800001),  # above a tie by less than an f64 can tell
        ("1e39", 0x7F800000),
        ("-inf", 0xFF800000),
        ("nan", 0x7FC00000),
        ("-nan:0x20_0000", 0xFFA00000),
    ],
)
def test_f32(literal: str, bits: int) -> None:
    assert float_bits(literal, 32) == bits


@given(st.floats(allow_nan=False))
def test_f64_is_read_as_python_reads_it(number: float) -> None:
    (bits,) = struct.unpack("<Q", struct.pack("<d", number))
    assert float_bits(repr(number), 64) == bits
    assert float_bits(number.hex(), 64) == bits


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_f32_survives_any_spelling(number: float) -> None:
    (bits,) = struct.unpack("<I", struct.pack("<f", number))
    assert float_bits(repr(number), 32) == bits
    assert float_bits(number.hex(), 32) == bits


def test_numbers_match_by_bits_and_type() -> None:
    assert matches("(i32.const -1)", Value("i32", 0xFFFFFFFF))
    assert not matches("(i32.const 0)", Value("i64", 0))
    assert not matches("(f32.const 0)", Value("f32", 0x80000000))
    assert not matches("(i32.const 0)", Value("i32", None))


@pytest.mark.parametrize(
    ("bits", "canonical", "arithmetic"),
    [
        (0x7FC00000, True, True),
        (0xFFC00000, True, True),
        (0x7FC00001, False, True),
        (0xFFE00000, False, True),
        (0x7FA00000, False, False),  # signalling
        (0x7F800000, False, False),  # infinity
    ],
)
def test_nan_patterns(bits: int, canonical: bool, arithmetic: bool) -> None:
    assert matches("(f32.const nan:canonical)", Value("f32", bits)) is canonical
    assert matches("(f32.const nan:arithmetic)", Value("f32", bits)) is arithmetic


def test_lanes() -> None:
    assert matches("(v128.const i16x8 1 2 0 0 0 0 0 -1)", Value("v128", 1 | 2 << 16 | 0xFFFF << 112))
    pattern = "(v128.const f64x2 nan:canonical 0)"
    assert matches(pattern, Value("v128", 0xFFF8000000000000))
    assert not matches(pattern, Value("v128", 0xFFF8000000000001))
    assert not matches(pattern, Value("v128", 0xFFF8000000000000 | 1 << 64))


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        ("(ref.null)", [("funcref", None), ("externref", None)], [("funcref", 1)]),
        ("(ref.null func)", [("funcref", None)], [("externref", None), ("funcref", 0)]),
        ("(ref.null noextern)", [("externref", None)], [("funcref", None)]),
        ("(ref.func)", [("funcref", 7)], [("funcref", None), ("externref", 7)]),
        ("(ref.extern 0)", [("externref", 0)], [("externref", 1), ("externref", None)]),
        ("(ref.extern)", [("externref", 0), ("externref", 1)], [("externref", None)]),
        ("(ref.eq)", [("i31ref", 1), ("arrayref", 1)], [("anyref", 1)]),
        ("(either (i32.const 1) (i32.const 2))", [("i32", 1), ("i32", 2)], [("i32", 3)]),
    ],
)
def test_references_and_alternatives(
    pattern: str, matching: list[tuple[str, int | None]], others: list[tuple[str, int | None]]
) -> None:
    assert all(matches(pattern, Value(*value)) for value in matching)
    assert not any(matches(pattern, Value(*value)) for value in others)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(i64.const -2)", Value("i64", 2**64 - 2)),
        ("(f32.const nan:0x1)", Value("f32", 0x7F800001)),
        ("(ref.null extern)", Value("externref", None)),
        ("(ref.extern 3)", Value("externref", 3)),
    ],
)
def test_arguments(text: str, value: Value) -> None:
    assert read_value(parse(text)[0]) == value


@pytest.mark.parametrize("text", ["(ref.func)", "(either (i32.const 1))", "(i32.add)", "1"])
def test_what_is_no_argument(text: str) -> None:
    with pytest.raises(SyntaxFailure):
        read_value(parse(text)[0])

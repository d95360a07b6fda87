from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvvm.cli.invoke import format_value, parse_value
from mvvm.errors import UsageError
from mvvm.wasm.types import EXTERNREF, F32, F64, I32, I64
from tests.cli.commands import fail, run, succeed


def test_results_are_printed_one_a_line(math: Path) -> None:
    assert succeed("mvvm-run", "--invoke", "add", math, "-1", "0x10") == "15\n"
    assert succeed("mvvm-run", "--invoke", "same", math, "-0x1", "0.1", "nan") == "-1\n0.1\nNaN\n"
    assert succeed("mvvm-run", "--invoke", "null", math) == "<null reference>\n<null reference>\n"
    assert succeed("mvvm-run", "--invoke", "take", math, "null") == ""


def test_a_library_is_initialized_first(compiled: Path) -> None:
    assert succeed("mvvm-run", "--invoke", "get", compiled / "library.aot") == "42\n"


def test_mistakes_are_told(math: Path) -> None:
    assert "takes 2 arguments, not 1" in fail(2, "mvvm-run", "--invoke", "add", math, "1")
    assert "'x' is not a value of type i32" in fail(2, "mvvm-run", "--invoke", "add", math, "1", "x")
    assert "no function is exported by that name, but add, " in fail(2, "mvvm-run", "--invoke", "memory", math)


@pytest.mark.parametrize(
    ("text", "type_", "value"),
    [
        ("-2147483648", I32, -(1 << 31)),
        ("4294967295", I32, (1 << 32) - 1),
        ("007", I32, 7),
        ("-0xff", I64, -255),
        ("0xffffffffffffffff", I64, (1 << 64) - 1),
        ("1e3", F32, 1000.0),
        ("-inf", F64, float("-inf")),
        ("0x1.8p3", F64, 12.0),
        ("7", F64, 7.0),
        ("null", EXTERNREF, None),
    ],
)
def test_values_are_read(text: str, type_: str, value: object) -> None:
    assert parse_value(text, type_) == value


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("", I32),
        ("1.0", I32),
        ("4294967296", I32),
        ("-2147483649", I32),
        ("18446744073709551616", I64),
        ("0x", I64),
        ("one", F64),
        ("0x1p99999", F64),
        ("null", I32),
        ("1", EXTERNREF),
    ],
)
def test_what_is_no_value_is_refused(text: str, type_: str) -> None:
    with pytest.raises(UsageError):
        parse_value(text, type_)


@pytest.mark.parametrize(
    ("value", "type_", "text"),
    [
        (-1, I32, "-1"),
        (1.0, F64, "1"),
        (-0.0, F64, "-0"),
        (1e21, F64, "1000000000000000000000"),
        (1.5e-7, F64, "0.00000015"),
        (float("inf"), F32, "inf"),
        (float("-inf"), F64, "-inf"),
        (float("nan"), F32, "NaN"),
        (16777216.0, F32, "16777216"),
        (3.4028234663852886e38, F32, "340282350000000000000000000000000000000"),
    ],
)
def test_values_are_printed_as_wasmtime_does(value: object, type_: str, text: str) -> None:
    assert format_value(value, type_) == text


@given(st.floats(width=32, allow_nan=False))
def test_what_is_printed_of_an_f32_is_read_back(value: float) -> None:
    text = format_value(value, F32)
    read = parse_value(text, F32)
    assert struct.pack("<f", read) == struct.pack("<f", value)


@given(st.floats(allow_nan=False))
def test_what_is_printed_of_an_f64_is_read_back(value: float) -> None:
    assert parse_value(format_value(value, F64), F64) == value


def test_a_guest_may_end_the_process_from_an_invoked_function(math: Path) -> None:
    assert run("mvvm-run", "--invoke", "exit", math, "9").returncode == 9

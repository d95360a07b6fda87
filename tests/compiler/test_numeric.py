"""Numeric instructions on operands that are variables, and on constants, which take other ways to the same result."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest
import wasmtime

import mvvm
from mvvm.abi import traps
from mvvm.errors import Trap
from mvvm.wasm.opcodes import OPS, Immediate, Op
from mvvm.wasm.types import NAMES

# Not those with two results: wide arithmetic.
_NUMERIC = [op for op in OPS if op.immediate == Immediate.NONE and op.pops and op.pushes and len(op.pushes) == 1]
_NUMERIC = [op for op in _NUMERIC if "v" not in op.pops + op.pushes]  # type: ignore[operator]
_INTEGERS = (0, 1, -1, 2, 7, 15, 16, 31, 32, 33, 63, 64, -7, 100, 255, -128)
_FLOATS = (0.0, -0.0, 1.0, -1.0, 0.5, 1.5, 2.5, -0.9, 3e9, -3e9, 5e18, 1e19, math.inf, -math.inf, math.nan)
_OPERANDS: dict[str, tuple[Any, ...]] = {
    "i": (*_INTEGERS, 0x7FFFFFFF, -0x80000000, 0x8000),
    "I": (*_INTEGERS, 0x7FFFFFFF_FFFFFFFF, -0x80000000_00000000, 1 << 32, 0x80000000),
    "f": (*_FLOATS, 2147483648.0, -2147483904.0, 4294967296.0, 1e-45, 3.4e38),
    "F": (*_FLOATS, 2147483647.9, -2147483648.9, 4294967295.9, 5e-324, 1e39),
}
_CONSTANTS: dict[str, tuple[str, ...]] = {
    "i": ("0", "1", "-1", "31", "33", "-7", "0x80000000"),
    "I": ("0", "1", "-1", "63", "65", "-7", "0x8000000000000000"),
    "f": ("0", "-0", "1", "-1", "0.5", "0x1p-149", "inf", "nan"),
    "F": ("0", "-0", "1", "-1", "0.5", "0x1p-1074", "inf", "nan"),
}


def _functions(op: Op) -> list[tuple[str, str]]:
    """Parameters and text of functions that apply an instruction: to variables, and with a constant on each side."""
    assert op.pops is not None
    assert op.pushes is not None
    operands = [f"(local.get {i})" for i in range(len(op.pops))]
    functions = [(op.pops, operands)]
    if len(op.pops) == 2:
        type_ = op.pops[0]
        for number in _CONSTANTS[type_]:
            constant = f"({NAMES[type_]}.const {number})"
            functions += [(type_, ["(local.get 0)", constant]), (type_, [constant, "(local.get 0)"])]
    texts = []
    for params, arguments in functions:
        head = f"(param {' '.join(NAMES[t] for t in params)}) (result {NAMES[op.pushes]})"
        texts.append((params, f"{head} ({op.name} {' '.join(arguments)})"))
    return texts


def _outcomes(call: Any, params: str) -> list[object]:
    """Results and traps for all operands, in a form in which they can be compared."""
    outcomes: list[object] = []
    for operands in itertools.product(*(_OPERANDS[t] for t in params)):
        try:
            result = call(*operands)
        except Trap as trap:
            outcomes.append(traps.MESSAGES[trap.code])
        except wasmtime.Trap as trap:
            outcomes.append(trap.message.splitlines()[-1].strip().removeprefix("wasm trap: "))
        else:
            outcomes.append(repr(result))  # which tells -0.0 from 0.0, and no NaN from another
    return outcomes


_GROUPS = sorted({op.name.split(".")[0] for op in _NUMERIC})


@pytest.mark.parametrize("opt_level", [0, 3])
@pytest.mark.parametrize("group", _GROUPS)
def test_same_as_wasmtime(group: str, opt_level: int) -> None:
    functions = [function for op in _NUMERIC if op.name.startswith(f"{group}.") for function in _functions(op)]
    wat = "\n".join(["(module", *(f'(func (export "{i}") {text})' for i, (_, text) in enumerate(functions)), ")"])
    wasm = bytes(wasmtime.wat2wasm(wat))
    engine = wasmtime.Engine()
    store = wasmtime.Store(engine)
    expected: Any = wasmtime.Instance(store, wasmtime.Module(engine, wasm), []).exports(store)
    options = mvvm.CompileOptions(opt_level=opt_level)
    actual: Any = mvvm.Instance(mvvm.load(mvvm.compile(wasm, options, jobs=1))).exports
    for i, (params, text) in enumerate(functions):
        reference = expected[str(i)]
        wanted = _outcomes(lambda *operands, f=reference: f(store, *operands), params)
        assert _outcomes(actual[str(i)], params) == wanted, text

"""The instruction table: every row is lowered, and agrees with what a validator says of the instruction."""

from __future__ import annotations

import pytest
import wasmtime

from mvvm.lower.module import HANDLERS, _missing
from mvvm.wasm import opcodes
from mvvm.wasm.opcodes import OPS, Immediate, Op
from mvvm.wasm.types import NAMES
from tests.compiler.wat import binary, function, names

_FIXED = [op for op in OPS if op.pops is not None and op.pushes is not None]
_IMMEDIATES = {
    Immediate.NONE: "",
    Immediate.FENCE: "",
    Immediate.MEMARG: "",
    Immediate.MEMORY: "",
    Immediate.I32: "1",
    Immediate.I64: "1",
    Immediate.F32: "1",
    Immediate.F64: "1",
    Immediate.FUNC: "0",
    Immediate.TABLE: "0",
    Immediate.DATA: "0",
    Immediate.ELEM: "0",
    Immediate.DATA_MEMORY: "0",
    Immediate.ELEM_TABLE: "0",
    Immediate.TABLE_TABLE: "0 0",
    Immediate.MEMORY_MEMORY: "",
    Immediate.LANE: "1",
    Immediate.MEMARG_LANE: "1",
    Immediate.SHUFFLE: " ".join(str(2 * i) for i in range(16)),
    Immediate.V128: "i64x2 1 2",
}


@pytest.mark.parametrize("op", [op for op in OPS if op.name != "nop"], ids=lambda op: op.name)
def test_every_instruction_is_lowered(op: Op) -> None:
    """But `nop`, which the decoder leaves out."""
    assert HANDLERS[op.code] is not _missing


def test_codes_and_names_are_unique() -> None:
    assert len({op.code for op in OPS}) == len({op.name for op in OPS}) == len(OPS)
    assert max(op.code for op in OPS) < opcodes.PSEUDO < opcodes.NUM_CODES


@pytest.mark.parametrize("op", _FIXED, ids=lambda op: op.name)
def test_a_fixed_effect_is_that_of_the_spec(op: Op) -> None:
    """wasmtime accepts the instruction between operands and results of exactly these types."""
    assert op.pops is not None
    assert op.pushes is not None
    params = " ".join(NAMES[t] for t in op.pops)
    results = " ".join(NAMES[t] for t in op.pushes)
    gets = " ".join(f"local.get {i}" for i in range(len(op.pops)))
    wat = f"""(module (memory 1) (table 1 funcref) (data "") (elem func 0) (elem declare func 0)
      (func (param {params}) (result {results}) {gets} {op.name} {_IMMEDIATES[op.immediate]}))"""
    config = wasmtime.Config()
    config.wasm_threads = config.shared_memory = config.wasm_wide_arithmetic = True
    wasmtime.Module.validate(wasmtime.Engine(config), binary(wat))
    found = [name for name in names(function(wat)) if name not in ("local.get", "end")]
    assert found == ([op.name] if op.name != "nop" else [])

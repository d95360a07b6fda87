"""Memories of a byte a page end exactly where they say, for every access, and behave as wasmtime's."""

from __future__ import annotations

from typing import Any

import pytest
import wasmtime

import mvvm
from mvvm.errors import Trap
from mvvm.wasm.opcodes import OPS, Immediate, Op

_SIZE = 4093  # bytes: near the end of a page of the machine, and aligned for no access
_GROWN = 8200  # in the third one
_ACCESSES = [
    op for op in OPS if op.immediate in (Immediate.MEMARG, Immediate.MEMARG_LANE) and not op.name.startswith("memory.")
]
_CONSTANTS = {
    "i": "(i32.const 0x81828384)",
    "I": "(i64.const 0x8182838485868788)",
    "f": "(f32.const -1.5)",
    "F": "(f64.const 2.25)",
    "v": "(v128.const i64x2 0x9192939495969798 0x8182838485868788)",
}
# What makes an i64 of a result.
_AS_I64 = {
    "i": "(i64.extend_i32_u {})",
    "I": "{}",
    "f": "(i64.extend_i32_u (i32.reinterpret_f32 {}))",
    "F": "(i64.reinterpret_f64 {})",
    "v": "(i64.add (i64x2.extract_lane 0 (local.tee $v {})) (i64x2.extract_lane 1 (local.get $v)))",
    "": "{} (i64.const 0)",
}


def _function(op: Op, offset: int, index: str) -> str:
    """A function that does an access at an index; its name is that of the access and the offset."""
    assert op.pops is not None
    assert op.pushes is not None
    lane = " 1" if op.immediate == Immediate.MEMARG_LANE else ""
    operands = " ".join(_CONSTANTS[type_] for type_ in op.pops[1:])
    access = f"({op.name} offset={offset}{lane} (local.get $p) {operands})"
    head = f'(func (export "{op.name} {offset}") (param $p {index}) (result i64) (local $v v128)'
    return f"{head} {_AS_I64[op.pushes].format(access)})"


def _module(index: str) -> tuple[str, list[str]]:
    """A module with a function for each access with some offsets, and the names of these."""
    offsets = (0, 3, (1 << 32) - 1) if index == "i32" else (0, 3, 1 << 36, (1 << 64) - 1)
    functions = [_function(op, offset, index) for op in _ACCESSES for offset in offsets]
    names = [f"{op.name} {offset}" for op in _ACCESSES for offset in offsets]
    return (
        f"""(module
          (memory (export "memory") {index} {_SIZE} 100000 (pagesize 1))
          (func (export "size") (result {index}) memory.size)
          (func (export "grow") (param {index}) (result {index}) (memory.grow (local.get 0)))
          (func (export "fill") (param {index} {index})
            (memory.fill (local.get 0) (i32.const 7) (local.get 1)))
          (func (export "copy") (param {index} {index} {index})
            (memory.copy (local.get 0) (local.get 1) (local.get 2)))
          (func (export "init") (param {index} i32) (memory.init $text (local.get 0) (i32.const 0) (local.get 1)))
          (data $text "0123456789")
          {" ".join(functions)})""",
        names,
    )


def _call(trap: type[Exception], function: Any, *args: object) -> object:
    """What a call gives, or what kind of trap."""
    try:
        return function(*args)
    except trap as error:
        return "unaligned" if "unaligned" in str(error) else "out of bounds"


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("index", ["i32", "i64"])
def test_same_as_wasmtime(index: str, level: int) -> None:
    wat, names = _module(index)
    ours = mvvm.Instance(mvvm.load(mvvm.compile(wat.encode(), mvvm.CompileOptions(opt_level=level)))).exports
    config = wasmtime.Config()
    config.wasm_custom_page_sizes = config.wasm_threads = True
    config.cranelift_opt_level = "none"
    store = wasmtime.Store(wasmtime.Engine(config))
    theirs = wasmtime.Instance(store, wasmtime.Module(store.engine, wat), []).exports(store)
    memory, its_memory = ours["memory"], theirs["memory"]
    assert isinstance(memory, mvvm.Memory)
    assert isinstance(its_memory, wasmtime.Memory)
    kinds = set()

    def compare(name: str, *args: int) -> None:
        expected = _call(wasmtime.Trap, theirs[name], store, *args)
        assert _call(Trap, ours[name], *args) == expected, (name, args)
        kinds.add(expected if isinstance(expected, str) else "done")

    for size in (_SIZE, _GROWN):
        for name in names:
            offset = int(name.split()[1])
            near = [size - offset - back for back in (*range(19), 24, 32, -1)] if offset < size else []
            for address in (*near, 0, 1, size, -1, -2, -8):
                compare(name, address)
        for args in ((0, 0), (size, 0), (size + 1, 0), (size - 3, 3), (size - 3, 4), (-1, 2), (1, -1)):
            compare("fill", *args)
            compare("init", *args)
            compare("copy", args[0], 5, args[1])
            compare("copy", 5, *args)
        assert memory.size == size
        assert bytes(memory.span(0, size)) == bytes(its_memory.read(store, 0, size))
        assert not any(memory.view[size : memory.allocated])
        for delta in (0, -1, 100001 - size, _GROWN - _SIZE if size == _SIZE else 100000 - size):
            compare("grow", delta)
            compare("size")
    assert memory.size == 100000
    assert kinds == {"done", "out of bounds", "unaligned"}

"""Memories with 64-bit addresses give what wasmtime gives: near their ends, far away, in loops, for each access."""

from __future__ import annotations

import random
from typing import Any

import pytest
import wasmtime

import mvvm
from mvvm.errors import Trap
from mvvm.wasm.opcodes import OPS, Immediate
from mvvm.wasm.types import NAMES

_SIZE = 3 * 65536
_OFFSETS = (0, 8, 65528, _SIZE - 16, _SIZE, (1 << 32) - 65536, (1 << 32) + 8, (1 << 36) - 8, 1 << 36, (1 << 64) - 8)
_ACCESSES = [
    op
    for op in OPS
    if op.immediate == Immediate.MEMARG
    and op.pops
    and op.pushes is not None
    and op.name[0] in "if"
    and (op.code < 0x100 or ".atomic." in op.name)
]
_FIXED = """
  (func (export "fill") (param i64 i32 i64) (memory.fill (local.get 0) (local.get 1) (local.get 2)))
  (func (export "copy") (param i64 i64 i64) (memory.copy (local.get 0) (local.get 1) (local.get 2)))
  (func (export "from") (param i64 i32 i32) (memory.copy 0 $narrow (local.get 0) (local.get 1) (local.get 2)))
  (func (export "to") (param i32 i64 i32) (memory.copy $narrow 0 (local.get 0) (local.get 1) (local.get 2)))
  (func (export "init") (param i64 i32 i32) (memory.init $d (local.get 0) (local.get 1) (local.get 2)))
  (func (export "near") (param $p i64) (result i64)
    (i64.store (local.get $p) (i64.const 5))
    (i64.store (i64.add (local.get $p) (i64.const 24)) (i64.const 6))
    (i64.store offset=8 (i64.add (local.get $p) (i64.const 65535)) (i64.const 7))
    (i64.store (i64.add (local.get $p) (i64.const -8)) (i64.const 8))
    (i64.add (i64.load (i64.add (local.get $p) (i64.const 8))) (i64.load offset=24 (local.get $p))))
  (func (export "sum") (param $p i64) (param $n i64) (result i64) (local $s i64)
    (loop $again
      (local.set $s (i64.add (local.get $s) (i64.load32_u (local.get $p))))
      (local.set $p (i64.add (local.get $p) (i64.const 4)))
      (br_if $again (i64.ne (local.tee $n (i64.sub (local.get $n) (i64.const 1))) (i64.const 0))))
    (local.get $s))
  (func (export "set") (param $p i64) (param $n i64) (local $i i64)
    (loop $again
      (i64.store (i64.add (local.get $p) (i64.shl (local.get $i) (i64.const 3))) (local.get $i))
      (br_if $again (i64.lt_u (local.tee $i (i64.add (local.get $i) (i64.const 1))) (local.get $n)))))"""
_TYPES = {
    "fill": "IiI",
    "copy": "III",
    "from": "Iii",
    "to": "iIi",
    "init": "Iii",
    "near": "I",
    "sum": "In",
    "set": "In",
}


def _module() -> tuple[str, dict[str, str]]:
    """A module with a function for each access and some offsets, and the parameters of all functions."""
    lines, types = [], dict(_TYPES)
    for number, op in enumerate(_ACCESSES):
        assert op.pops is not None
        for offset in sorted({0, _OFFSETS[number % len(_OFFSETS)]}):
            name, params = f"{op.name} {offset}", "I" + op.pops[1:]
            gets = " ".join(f"(local.get {i})" for i in range(len(params)))
            signature = f"(param {' '.join(NAMES[t] for t in params)})"
            if op.pushes:
                signature += f" (result {NAMES[op.pushes]})"
            lines.append(f'(func (export "{name}") {signature} ({op.name} offset={offset} {gets}))')
            types[name] = params
    memories = '(memory (export "memory") i64 3 3) (memory $narrow 1)'
    return f'(module {memories} (data $d "0123456789abcdef") {_FIXED} {" ".join(lines)})', types


def _value(chance: random.Random, type_: str) -> int | float:
    if type_ == "n":  # how often a loop goes round
        return chance.choice((1, 2, 7, 64, 1000, 9000))
    if type_ in "fF":
        return chance.choice((0.0, 1.5, -2.25))
    ends = [0, 8, 65536, _SIZE, 1 << 32, 1 << 36, (1 << 36) + (1 << 32), 1 << 63, 1 << 64, *(-o for o in _OFFSETS)]
    if chance.random() < 0.4:
        ends = [16, 65536, _SIZE]
    number = chance.choice(ends) + chance.choice((-16, -8, -4, -1, 0, 1, 4, 8, 16))
    bits = 64 if type_ == "I" else 32
    return (number + (1 << bits - 1)) % (1 << bits) - (1 << bits - 1)


def _call(trap: type[Exception], function: Any, *args: object) -> object:
    """What a call gives, or its trap."""
    try:
        return function(*args)
    except trap as error:
        return error


@pytest.mark.parametrize("level", [0, 3])
def test_same_as_wasmtime(level: int) -> None:
    chance = random.Random(level)
    wat, types = _module()
    ours = mvvm.Instance(mvvm.load(mvvm.compile(wat.encode(), mvvm.CompileOptions(opt_level=level)))).exports
    config = wasmtime.Config()
    config.wasm_threads = True
    store = wasmtime.Store(wasmtime.Engine(config))
    theirs = wasmtime.Instance(store, wasmtime.Module(store.engine, wat), []).exports(store)
    names = [*types, *_TYPES, *_TYPES, *_TYPES]
    trapped = 0
    memory, its_memory = ours["memory"], theirs["memory"]
    assert isinstance(memory, mvvm.Memory)
    assert isinstance(its_memory, wasmtime.Memory)
    for _ in range(4000):
        name = chance.choice(names)
        args = [_value(chance, type_) for type_ in types[name]]
        expected = _call(wasmtime.Trap, theirs[name], store, *args)
        actual = _call(Trap, ours[name], *args)
        if isinstance(expected, Exception):
            trapped += 1
            assert isinstance(actual, Exception), (name, args)
            assert ("unaligned" in str(actual)) == ("unaligned" in str(expected)), (name, args)
            # How far a loop came that trapped is not promised.
            memory.span(0, _SIZE)[:] = its_memory.read(store, 0, _SIZE)
        else:
            assert repr(actual) == repr(expected), (name, args)
    assert 500 < trapped < 3500
    assert bytes(memory.span(0, _SIZE)) == bytes(its_memory.read(store, 0, _SIZE))

"""Random modules do under mvvm what they do under wasmtime."""

from __future__ import annotations

import math
import random
import struct
from collections.abc import Callable, Sequence
from functools import cache
from hashlib import sha256
from typing import Any

import pytest
import wasmtime
from hypothesis import given, note

import mvvm
from mvvm.abi import traps
from mvvm.errors import Trap
from tests.compiler.random_function import HOST_TYPES, NUMBERS
from tests.compiler.random_module import FUEL, RandomModule, Size, random_modules, write_module


@cache
def _engine(canonicalize_nans: bool) -> wasmtime.Engine:
    config = wasmtime.Config()
    config.cranelift_nan_canonicalization = canonicalize_nans
    config.wasm_relaxed_simd_deterministic = True  # what mvvm chose is what wasmtime calls so
    return wasmtime.Engine(config)


_VALTYPES = {
    "i": wasmtime.ValType.i32,
    "I": wasmtime.ValType.i64,
    "f": wasmtime.ValType.f32,
    "F": wasmtime.ValType.f64,
}
_GLOBALS = ("fuel", "digest", *(f"g{t}" for t in NUMBERS))
State = dict[str, object]


def _mix(a: int, b: int) -> int:
    return (a * 31 ^ b + (b >> 7)) & 0x7FFFFFFF_FFFFFFFF


def _swap(a: float, b: float) -> tuple[float, float]:
    narrow = struct.pack("<d", b)[-4:]
    value: float = struct.unpack("<f", narrow)[0]
    return a, 0.0 if math.isnan(value) else value


_HOST: dict[str, Callable[..., Any]] = {"mix": _mix, "swap": _swap}


class Wasmtime:
    """A module under wasmtime."""

    def __init__(self, wasm: bytes, canonicalize_nans: bool = False) -> None:
        engine = _engine(canonicalize_nans)
        self.store = wasmtime.Store(engine)
        linker = wasmtime.Linker(engine)
        for name, type_ in HOST_TYPES.items():
            params, results = ([_VALTYPES[t]() for t in types] for types in (type_.params, type_.results))
            linker.define_func("host", name, wasmtime.FuncType(params, results), _HOST[name])
        instance = linker.instantiate(self.store, wasmtime.Module(engine, wasm))
        self.exports: Any = instance.exports(self.store)

    def call(self, name: str, args: Sequence[int | float]) -> object:
        self.exports["fuel"].set_value(self.store, wasmtime.Val.i32(FUEL))
        try:
            result = self.exports[name](self.store, *args)
        except wasmtime.Trap as trap:
            matching = [code for code, text in traps.MESSAGES.items() if text in trap.message]
            return max(matching, key=lambda code: len(traps.MESSAGES[code]))
        return tuple(result) if isinstance(result, list) else result

    def state(self) -> State:
        exports, store = self.exports, self.store
        return {
            "memory": sha256(exports["memory"].read(store)).hexdigest(),
            "table": [exports["is_null"](store, i) for i in range(exports["table"].size(store))],
            **{name: exports[name].value(store) for name in _GLOBALS},
        }


class Mvvm:
    """A module under mvvm."""

    def __init__(self, wasm: bytes, opt_level: int, canonicalize_nans: bool) -> None:
        options = mvvm.CompileOptions(opt_level=opt_level, canonicalize_nans=canonicalize_nans)
        program = mvvm.load(mvvm.compile(wasm, options, jobs=1))
        host = {name: mvvm.Func(type_, _HOST[name]) for name, type_ in HOST_TYPES.items()}
        self.exports: Any = mvvm.Instance(program, {"host": host}).exports

    def call(self, name: str, args: Sequence[int | float]) -> object:
        self.exports["fuel"].value = FUEL
        try:
            return self.exports[name](*args)
        except Trap as trap:  # wasmtime does not tell these two apart
            return traps.UNDEFINED_ELEMENT if trap.code == traps.TABLE_OUT_OF_BOUNDS else trap.code

    def state(self) -> State:
        exports = self.exports
        return {
            "memory": sha256(exports["memory"].span(0, exports["memory"].size)).hexdigest(),
            "table": [exports["is_null"](i) for i in range(exports["table"].size)],
            **{name: exports[name].value for name in _GLOBALS},
        }


def _comparable(value: object) -> object:
    """A value with which floats are compared by their bits, and NaNs are all equal."""
    if isinstance(value, float):
        return "nan" if math.isnan(value) else value.hex()
    if isinstance(value, (tuple, list)):
        return [_comparable(item) for item in value]
    if isinstance(value, dict):
        return {name: _comparable(item) for name, item in value.items()}
    return value


def compare(module: RandomModule, canonicalize_nans: bool = False) -> None:
    """Assert that a module does, at two levels, what it does under wasmtime."""
    wasm = bytes(wasmtime.wat2wasm(module.text))
    expected = Wasmtime(wasm, canonicalize_nans)
    engines = [Mvvm(wasm, level, canonicalize_nans) for level in (0, 3)]
    for index, args in module.calls:
        outcome = _comparable(expected.call(f"f{index}", args))
        state = _comparable(expected.state())
        for engine in engines:
            assert _comparable(engine.call(f"f{index}", args)) == outcome
        if outcome == traps.MEMORY_OUT_OF_BOUNDS:
            return  # LLVM may move an access that faults across accesses of other state
        for engine in engines:
            assert _comparable(engine.state()) == state


@given(random_modules())
def test_small_modules_do_the_same_as_under_wasmtime(module: RandomModule) -> None:
    note(module.text)
    compare(module)


@pytest.mark.parametrize("seed", range(30))
def test_large_modules_do_the_same_as_under_wasmtime(seed: int) -> None:
    compare(write_module(random.Random(seed).choice, Size(functions=10, statements=12, depth=4)))


@pytest.mark.parametrize("seed", range(30))
def test_canonical_nans_are_those_of_wasmtime(seed: int) -> None:
    size = Size(functions=10, statements=12, depth=4)
    compare(write_module(random.Random(seed).choice, size, sees_nans=True), canonicalize_nans=True)

"""Random modules do under mvvm what they do under wasmtime."""

from __future__ import annotations

import ctypes
import math
import random
import struct
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from typing import Any

import pytest
import wasmtime
from hypothesis import given, note, settings
from wasmtime import _ffi as ffi

import mvvm
from mvvm.abi import traps
from mvvm.errors import Trap, WasmException
from mvvm.wasm.opcodes import OPS
from tests.compiler.random_legacy_exceptions import translated
from tests.compiler.random_module import FUEL, NEVER, SEE, RandomModule, Size, random_modules, write_module
from tests.compiler.random_scope import HOST_TYPES
from tests.compiler.wat import all_names


@cache
def _engine(canonicalize_nans: bool) -> wasmtime.Engine:
    config = wasmtime.Config()
    config.cranelift_nan_canonicalization = canonicalize_nans
    config.wasm_relaxed_simd_deterministic = True  # what mvvm chose is what wasmtime calls so
    config.wasm_threads = config.shared_memory = True
    config.wasm_multi_memory = config.wasm_memory64 = True
    config.wasm_wide_arithmetic = config.wasm_exceptions = True
    return wasmtime.Engine(config)


_VALTYPES = {
    "i": wasmtime.ValType.i32,
    "I": wasmtime.ValType.i64,
    "f": wasmtime.ValType.f32,
    "F": wasmtime.ValType.f64,
}
EXCEPTION = -1  # where the outcome of a call is a number, the code of a trap
# Reasons for traps that wasmtime calls by the name of another, or by another name.
_SAME = {
    traps.TABLE_OUT_OF_BOUNDS: traps.UNDEFINED_ELEMENT,
    traps.NULL_EXCEPTION_REFERENCE: traps.NULL_REFERENCE,
}
_MESSAGES = {
    **{message: code for code, message in traps.MESSAGES.items() if code not in _SAME},
    "thrown Wasm exception": EXCEPTION,
    "atomic wait on non-shared memory": traps.UNSHARED_WAIT,
}
State = dict[str, object]
_SEEDS = 16
_SIZE = Size(functions=10, statements=12, depth=4)


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
            if ffi.wasmtime_context_has_exception(self.store._context()):
                ffi.wasmtime_context_take_exception(self.store._context(), ctypes.byref(ffi.wasmtime_exnref_t()))
            return _MESSAGES[max((text for text in _MESSAGES if text in trap.message), key=len)]
        return tuple(result) if isinstance(result, list) else result

    def state(self) -> State:
        """What is in each export that is no function of the module, by name."""
        return {name: self._contents(name, export) for name, export in self.exports.items()}

    def _contents(self, name: str, export: Any) -> object:
        store = self.store
        if isinstance(export, wasmtime.Memory):
            return sha256(export.read(store)).hexdigest()
        if isinstance(export, wasmtime.SharedMemory):
            return sha256(ctypes.string_at(export.data_ptr(), export.data_len())).hexdigest()
        if isinstance(export, wasmtime.Global):
            return export.value(store)
        return export(store) if name.startswith(SEE) else None


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
        except Trap as trap:
            return code_of(trap.code)
        except WasmException:
            return EXCEPTION

    def state(self) -> State:
        """As Wasmtime.state."""
        return state_of(self.exports)


def code_of(trap: int) -> int:
    """The code of a trap, one for all that wasmtime does not tell apart."""
    return _SAME.get(trap, trap)


def state_of(exports: Mapping[str, Any]) -> State:
    """As Wasmtime.state, of mvvm's exports."""
    return {name: _contents(name, export) for name, export in exports.items()}


def _contents(name: str, export: Any) -> object:
    if isinstance(export, mvvm.Memory):
        return sha256(export.span(0, export.size)).hexdigest()
    if isinstance(export, mvvm.Global):
        return export.value
    return export() if name.startswith(SEE) else None


def comparable(value: object) -> object:
    """A value with which floats are compared by their bits, and NaNs are all equal."""
    if isinstance(value, float):
        return "nan" if math.isnan(value) else value.hex()
    if isinstance(value, (tuple, list)):
        return [comparable(item) for item in value]
    if isinstance(value, dict):
        return {name: comparable(item) for name, item in value.items()}
    return value


def compare(module: RandomModule) -> None:
    """Assert that a module does, at two levels, what it does under wasmtime."""
    wasm = bytes(wasmtime.wat2wasm(module.text))
    expected = Wasmtime(bytes(wasmtime.wat2wasm(translated(module.text))), module.sees_nans)
    engines = [Mvvm(wasm, level, module.sees_nans) for level in (0, 3)]
    for index, args in module.calls:
        outcome = comparable(expected.call(f"f{index}", args))
        for engine in engines:
            assert comparable(engine.call(f"f{index}", args)) == outcome
        if outcome == traps.MEMORY_OUT_OF_BOUNDS:
            return  # LLVM may move an access that faults across accesses of other state
        state = comparable(expected.state())
        for engine in engines:
            assert comparable(engine.state()) == state


@settings(max_examples=30)
@given(random_modules())
def test_small_modules_do_the_same_as_under_wasmtime(module: RandomModule) -> None:
    note(module.text)
    compare(module)


@pytest.mark.parametrize("seed", range(_SEEDS))
def test_large_modules_do_the_same_as_under_wasmtime(seed: int) -> None:
    compare(write_module(random.Random(seed).choice, _SIZE))


@pytest.mark.parametrize("seed", range(_SEEDS))
def test_canonical_nans_are_those_of_wasmtime(seed: int) -> None:
    compare(write_module(random.Random(seed).choice, _SIZE, sees_nans=True))


def test_every_instruction_occurs() -> None:
    seeds = [(seed, sees_nans) for seed in range(_SEEDS) for sees_nans in (False, True)]
    modules = [write_module(random.Random(seed).choice, _SIZE, sees_nans=sees_nans) for seed, sees_nans in seeds]
    assert missing(modules) == set(NEVER)


def missing(modules: Sequence[RandomModule]) -> set[str]:
    """The instructions that mvvm compiles, and that none of the modules has where control can get to them."""
    found = set().union(*(all_names(module.text) for module in modules))
    return {op.name for op in OPS} - found

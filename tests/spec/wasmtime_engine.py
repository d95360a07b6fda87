"""wasmtime as an engine: it shows that the runner is right, whatever mvvm does.

The Python API turns f32 into Python floats, which loses signalling NaNs, and knows no v128. So functions are called and
globals read by the C API, with the bits as they are.
"""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import wasmtime
from wasmtime import _ffi as ffi

from tests.spec.engine import Invalid, Thrown, Trapped, Unlinkable
from tests.spec.values import WIDTHS, Value

Extern: TypeAlias = (
    wasmtime.Func | wasmtime.Global | wasmtime.Memory | wasmtime.SharedMemory | wasmtime.Table | wasmtime.Tag
)
Exports: TypeAlias = Mapping[str, Extern]

SPECTEST = """(module
  (global (export "global_i32") i32 (i32.const 666))
  (global (export "global_i64") i64 (i64.const 666))
  (global (export "global_f32") f32 (f32.const 666.6))
  (global (export "global_f64") f64 (f64.const 666.6))
  (table (export "table") 10 20 funcref)
  (table (export "table64") i64 10 20 funcref)
  (memory (export "memory") 1 2)
  (memory (export "shared_memory") 1 2 shared)
  (func (export "print"))
  (func (export "print_i32") (param i32))
  (func (export "print_i64") (param i64))
  (func (export "print_f32") (param f32))
  (func (export "print_f64") (param f64))
  (func (export "print_i32_f32") (param i32 f32))
  (func (export "print_f64_f64") (param f64 f64)))"""

# wasmtime_valkind_t (wasmtime/val.h).
KINDS = {"i32": 0, "i64": 1, "f32": 2, "f64": 3, "v128": 4, "funcref": 5, "externref": 6, "anyref": 7, "exnref": 8}
NAMES = {kind: name for name, kind in KINDS.items()}


class WasmtimeEngine:
    """Implements `Engine`; all proposals that wasmtime has are on."""

    def __init__(self) -> None:
        config = wasmtime.Config()
        config.cranelift_opt_level = "none"
        config.parallel_compilation = False
        config.wasm_threads = True
        config.wasm_gc = True
        config.wasm_function_references = True
        config.wasm_exceptions = True
        config.wasm_tail_call = True
        config.wasm_multi_memory = True
        config.wasm_memory64 = True
        config.wasm_wide_arithmetic = True
        config.wasm_custom_page_sizes = True
        config.shared_memory = True
        self.store = wasmtime.Store(wasmtime.Engine(config))

    def spectest(self) -> Exports:
        return self.instantiate(self.compile(bytes(wasmtime.wat2wasm(SPECTEST))), {})

    def compile(self, wasm: bytes) -> wasmtime.Module:
        try:
            return wasmtime.Module(self.store.engine, wasm)
        except wasmtime.WasmtimeError as error:
            raise Invalid(str(error)) from error

    def instantiate(self, module: wasmtime.Module, imports: Mapping[str, Exports]) -> Exports:
        try:
            externs = [imports[i.module][i.name or ""] for i in module.imports]
        except KeyError as error:
            raise Unlinkable(f"unknown import {error}") from error
        try:
            exports = wasmtime.Instance(self.store, module, externs).exports(self.store)
        except wasmtime.Trap as trap:
            raise self._failure(trap) from trap
        except wasmtime.WasmtimeError as error:
            raise Unlinkable(str(error)) from error
        return dict(exports.items())

    def invoke(self, exports: Exports, name: str, arguments: Sequence[Value]) -> list[Value]:
        function = exports[name]
        assert isinstance(function, wasmtime.Func)
        num_results = len(function.type(self.store).results)
        context = self.store._context()
        values = (ffi.wasmtime_val_t * len(arguments))(*map(self._raw, arguments))
        results = (ffi.wasmtime_val_t * num_results)()
        trap = ctypes.POINTER(ffi.wasm_trap_t)()
        error = ffi.wasmtime_func_call(
            context,
            ctypes.byref(function._func),
            values,
            len(values),
            results,
            len(results),
            ctypes.byref(trap),
        )
        if error:
            raise wasmtime.WasmtimeError._from_ptr(error)
        if trap:
            raise self._failure(wasmtime.Trap._from_ptr(trap))
        return [self._value(result) for result in results]

    def get(self, exports: Exports, name: str) -> Value:
        global_ = exports[name]
        assert isinstance(global_, wasmtime.Global)
        raw = ffi.wasmtime_val_t()
        ffi.wasmtime_global_get(self.store._context(), ctypes.byref(global_._global), ctypes.byref(raw))
        return self._value(raw)

    def _failure(self, trap: wasmtime.Trap) -> Trapped | Thrown:
        if ffi.wasmtime_context_has_exception(self.store._context()):
            exception = ffi.wasmtime_exnref_t()
            ffi.wasmtime_context_take_exception(self.store._context(), ctypes.byref(exception))
            return Thrown(trap.message)
        return Trapped(trap.message)

    def _raw(self, value: Value) -> ffi.wasmtime_val_t:
        raw = ffi.wasmtime_val_t(kind=KINDS[value.type])
        if value.bits is None:
            return raw  # all zeros: null
        if value.type == "externref":
            return wasmtime.Val.externref(value)._new_raw(self.store)
        data = value.bits.to_bytes(WIDTHS[value.type] // 8, "little")
        ctypes.memmove(ctypes.byref(raw.of), data, len(data))
        return raw

    def _value(self, raw: ffi.wasmtime_val_t) -> Value:
        name = NAMES[int(raw.kind)]
        if name in WIDTHS:
            data = ctypes.string_at(ctypes.byref(raw.of), WIDTHS[name] // 8)
            return Value(name, int.from_bytes(data, "little"))
        # Every kind of reference starts with its store, which is 0 for null.
        if raw.of.funcref.store_id == 0:
            return Value(name, None)
        if name == "externref":
            value = wasmtime.Val._from_raw(self.store, raw).value
            assert isinstance(value, Value)
            return value
        if name == "anyref":
            name = self._any_type(raw)
        return Value(name, 1)

    def _any_type(self, raw: ffi.wasmtime_val_t) -> str:
        context, reference = self.store._context(), ctypes.byref(raw.of.anyref)
        if ffi.wasmtime_anyref_is_struct(context, reference):
            return "structref"
        if ffi.wasmtime_anyref_is_array(context, reference):
            return "arrayref"
        # wasmtime_anyref_is_i31 of wasmtime 50 is true of every reference.
        return "i31ref" if ffi.wasmtime_anyref_is_eqref(context, reference) else "anyref"

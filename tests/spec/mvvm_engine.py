"""mvvm as an engine: modules take the whole way through an `.aot` file, calls go by bit patterns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import mvvm
from mvvm.errors import InvalidModule, LinkError, Trap, UnsupportedFeature, WasmException
from mvvm.runtime import references
from mvvm.wasm.types import NAMES, FuncType, GlobalType, Limits, TableType
from tests.spec.engine import Invalid, Thrown, Trapped, Unlinkable, Unsupported
from tests.spec.values import Value

Extern: TypeAlias = mvvm.Func | mvvm.Global | mvvm.Memory | mvvm.Table | mvvm.Tag
Exports: TypeAlias = Mapping[str, Extern]


class MvvmEngine:
    """Implements `Engine`; `opt_level` is LLVM's, 0 to 3."""

    def __init__(self, opt_level: int) -> None:
        self.options = mvvm.CompileOptions(opt_level=opt_level)

    def spectest(self) -> Exports:
        functions = {
            "print": "",
            "print_i32": "i",
            "print_i64": "I",
            "print_f32": "f",
            "print_f64": "F",
            "print_i32_f32": "if",
            "print_f64_f64": "FF",
        }
        return {
            "global_i32": mvvm.Global(GlobalType("i", False), 666),
            "global_i64": mvvm.Global(GlobalType("I", False), 666),
            "global_f32": mvvm.Global(GlobalType("f", False), 666.6),
            "global_f64": mvvm.Global(GlobalType("F", False), 666.6),
            "table": mvvm.Table(TableType("r", Limits(10, 20))),
            "table64": mvvm.Table(TableType("r", Limits(10, 20, index64=True))),
            "memory": mvvm.Memory(Limits(1, 2)),
            "shared_memory": mvvm.Memory(Limits(1, 2, shared=True)),
            **{name: mvvm.Func(FuncType(params, ""), _ignore) for name, params in functions.items()},
        }

    def compile(self, wasm: bytes) -> mvvm.Program:
        try:
            return mvvm.load(mvvm.compile(wasm, self.options))
        except InvalidModule as error:
            raise Invalid(str(error)) from error
        except UnsupportedFeature as error:
            raise Unsupported(str(error)) from error

    def instantiate(self, module: mvvm.Program, imports: Mapping[str, Exports]) -> Exports:
        try:
            return mvvm.Instance(module, {name: dict(exports) for name, exports in imports.items()}).exports
        except LinkError as error:
            raise Unlinkable(str(error)) from error
        except Trap as error:
            raise Trapped(str(error)) from error
        except WasmException as error:
            raise Thrown(str(error)) from error

    def invoke(self, exports: Exports, name: str, arguments: Sequence[Value]) -> list[Value]:
        function = exports[name]
        assert isinstance(function, mvvm.Func)
        try:
            results = function.call_raw([to_bits(argument) for argument in arguments])
        except Trap as error:
            raise Trapped(str(error)) from error
        except WasmException as error:
            raise Thrown(str(error)) from error
        return [from_bits(type_, raw) for type_, raw in zip(function.type.results, results, strict=True)]

    def get(self, exports: Exports, name: str) -> Value:
        global_ = exports[name]
        assert isinstance(global_, mvvm.Global)
        return from_bits(global_.type.value, global_.raw)


def _ignore(*_: object) -> None:
    """Stand for the functions of spectest that print."""


def to_bits(value: Value) -> int:
    if value.bits is None:
        return 0
    # An externref is represented by the Value itself.
    return references.handle(value) if value.type == "externref" else value.bits


def from_bits(type_: str, raw: int) -> Value:
    name = NAMES[type_]
    if name not in ("funcref", "externref", "exnref"):
        return Value(name, raw)
    if raw == 0:
        return Value(name, None)
    if name != "externref":
        return Value(name, raw)
    value = references.object_of(raw)
    assert isinstance(value, Value)
    return value

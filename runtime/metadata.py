"""The metadata sections of an `.aot` file, read. Their writer is mvvm.aot.metadata.

What is read is checked: indices are in range, so that the loader and the instance need not look again.
"""

from __future__ import annotations

import struct

from mvvm.abi import sections
from mvvm.errors import BadAotFile, IncompatibleAot
from mvvm.proto import wire
from mvvm.wasm import const_expr, references, types
from mvvm.wasm.module import (
    ACTIVE,
    DECLARATIVE,
    FUNC,
    GLOBAL,
    MEMORY,
    PASSIVE,
    TABLE,
    TAG,
    Data,
    Element,
    Export,
    Global,
    Import,
    ImportType,
    ModuleInfo,
)
from mvvm.wasm.types import FuncType, GlobalType, Limits, TableType

NO_CODE = 0xFFFFFFFF


class Target:
    """Message Target: what an `.aot` file was made for."""

    __slots__ = (
        "aux_stack_check",
        "canonicalize_nans",
        "checkpoint",
        "compiler_version",
        "cpu",
        "cpu_features",
        "declarations_sha256",
        "format_version",
        "module_sha256",
        "opt_level",
        "points_sha256",
        "threshold_bits",
        "triple",
    )

    def __init__(self, section: bytes) -> None:
        message = wire.fields(section)
        self.format_version = wire.number(message, 1)
        self.compiler_version = wire.text(message, 2)
        self.module_sha256 = wire.data(message, 3)
        self.triple = wire.text(message, 4)
        self.cpu = wire.text(message, 5)
        self.cpu_features = wire.texts(message, 6)
        options = wire.fields(wire.data(message, 7))
        self.opt_level = wire.number(options, 1)
        self.aux_stack_check = bool(wire.number(options, 2))
        self.checkpoint = wire.text(options, 3) or "none"
        self.threshold_bits = wire.number(options, 4)
        self.canonicalize_nans = bool(wire.number(options, 5))
        self.points_sha256 = wire.data(message, 9)
        self.declarations_sha256 = wire.data(message, 8)


def check_format(target: Target) -> None:
    """Raise IncompatibleAot unless a file has the format that this version reads."""
    if target.format_version != sections.FORMAT_VERSION:
        raise IncompatibleAot(
            f"the .aot file has format {target.format_version} (written by mvvm {target.compiler_version}), "
            f"this is mvvm for format {sections.FORMAT_VERSION}: compile the module again"
        )


class Functions:
    """Message Functions: offsets in `.text`, NO_CODE where there is none."""

    __slots__ = (
        "enter",
        "functions",
        "handler_words",
        "host_thunks",
        "imports",
        "invoke_thunks",
        "local",
        "on_signal",
        "static_tables",
        "support",
        "tails",
    )

    def __init__(self, section: bytes, info: ModuleInfo, text_size: int) -> None:
        message = wire.fields(section)
        self.imports = wire.texts(message, 1)
        self.functions = _offsets(wire.data(message, 2), text_size)
        # Bodies of functions that take part in tail calls; empty where none does.
        self.tails = _offsets(wire.data(message, 20), text_size)
        _require(len(self.tails) in (0, len(self.functions)))
        # Types always have their thunks.
        self.invoke_thunks = _offsets(wire.data(message, 3), text_size)
        self.host_thunks = _offsets(wire.data(message, 4), text_size)
        _require(NO_CODE not in self.invoke_thunks and NO_CODE not in self.host_thunks)
        self.enter = wire.number(message, 5)
        self.on_signal = wire.number(message, 6)
        self.handler_words = wire.number(message, 7)
        # What continuations call by name.
        self.support = {
            sections.TRAP: wire.number(message, 8),
            sections.BUILTIN: wire.number(message, 9),
            sections.STABLE_POINT: wire.number(message, 10),
        }
        self.static_tables = {wire.number(item, 1): wire.number(item, 2) for item in wire.messages(message, 11)}
        bits = int.from_bytes(wire.data(message, 12), "little")
        self.local = {index for index in range(bits.bit_length()) if bits >> index & 1}
        _require(max(self.enter, self.on_signal, *self.support.values()) < text_size)
        _require(len(self.functions) == len(info.functions) - info.num_imported_functions)
        _require(len(self.invoke_thunks) == len(self.host_thunks) == len(info.types))


def _require(holds: bool) -> None:
    if not holds:
        raise BadAotFile("damaged .aot file: its metadata does not fit together")


def _offsets(data: bytes, text_size: int) -> tuple[int, ...]:
    _require(len(data) % 4 == 0)
    values: tuple[int, ...] = struct.unpack(f"<{len(data) // 4}I", data)
    _require(all(value < text_size or value == NO_CODE for value in values))
    return values


def _value_types(value: str) -> str:
    _require(all(t in types.NAMES for t in value))
    return value


def _value_type(value: str) -> str:
    _require(len(value) == 1)
    return _value_types(value)


_UNCLEAR = (1 << 64) - 1  # what maximum_plus_one is for two maxima


def _limits(message: wire.Fields) -> Limits:
    plus_one = wire.number(message, 2)
    maximum = plus_one - 1 if plus_one < _UNCLEAR else plus_one  # the larger one: no minimum is above it
    limits = Limits(
        wire.number(message, 1),
        maximum if plus_one else None,
        index64=bool(wire.number(message, 3)),
        shared=bool(wire.number(message, 4)),
        page_size=1 if wire.number(message, 5) else types.PAGE_SIZE,
    )
    _require(limits.maximum is None or limits.minimum <= limits.maximum)
    return limits


def _memory(message: wire.Fields) -> Limits:
    limits = _limits(message)
    _require(limits.index64 or limits.minimum * limits.page_size <= types.MAX_PAGES * types.PAGE_SIZE)
    _require(not limits.shared or limits.maximum is not None)
    return limits


def _table(message: wire.Fields) -> TableType:
    element = _value_type(wire.text(message, 1))
    _require(element in types.REFERENCES)
    return TableType(element, _limits(wire.fields(wire.data(message, 2))), _declared(wire.text(message, 10), element))


def _declared(declared: str, value: str) -> str:
    """What a declared type is spelled, empty where that is as in code."""
    _require(not declared or (references.is_sound(declared) and references.machine_of(declared) == value))
    return declared


def _func_type(message: wire.Fields) -> FuncType:
    params, results = _value_types(wire.text(message, 1)), _value_types(wire.text(message, 2))
    identity = wire.text(message, 5)
    if not identity:
        return FuncType(params, results)
    declared = wire.texts(message, 3), wire.texts(message, 4)
    for spelled, in_code in zip(declared, (params, results), strict=True):
        _require(len(spelled) == len(in_code))
        _require(all(t == value or _declared(t, value) for t, value in zip(spelled, in_code, strict=True)))
    return FuncType(params, results, declared, identity)


def _global_type(message: wire.Fields) -> GlobalType:
    value = _value_type(wire.text(message, 1))
    return GlobalType(value, bool(wire.number(message, 2)), _declared(wire.text(message, 10), value))


def _import(message: wire.Fields, num_types: int) -> Import:
    kind = wire.number(message, 3)
    type_: ImportType
    if kind == FUNC:
        type_ = wire.number(message, 4)
        _require(type_ < num_types)
    elif kind == TABLE:
        type_ = _table(wire.fields(wire.data(message, 5)))
    elif kind == MEMORY:
        type_ = _memory(wire.fields(wire.data(message, 6)))
    elif kind == TAG:
        type_ = wire.number(message, 8)
        _require(type_ < num_types)
    else:
        _require(kind == GLOBAL)
        type_ = _global_type(wire.fields(wire.data(message, 7)))
    return Import(wire.text(message, 1), wire.text(message, 2), kind, type_)


def _element(message: wire.Fields) -> Element:
    by_expression = wire.number(message, 5)
    return Element(
        wire.number(message, 1),
        wire.number(message, 2),
        wire.data(message, 3),
        _value_type(wire.text(message, 4)),
        None if by_expression else wire.numbers(message, 6),
        wire.byte_strings(message, 7) if by_expression else None,
    )


def read_module(section: bytes, wasm_size: int) -> ModuleInfo:
    """Read message Module. Raises BadAotFile."""
    message = wire.fields(section)
    info = ModuleInfo()
    for item in wire.messages(message, 1):
        info.types.append(_func_type(item))
    for item in wire.messages(message, 2):
        info.add_import(_import(item, len(info.types)))
    info.functions += wire.numbers(message, 3)
    info.tables += [_table(item) for item in wire.messages(message, 4)]
    info.memories += [_memory(item) for item in wire.messages(message, 5)]
    for item in wire.messages(message, 6):
        info.globals.append(Global(_global_type(wire.fields(wire.data(item, 1))), wire.data(item, 2)))
    for item in wire.messages(message, 7):
        info.exports.append(Export(wire.text(item, 1), wire.number(item, 2), wire.number(item, 3)))
    info.start = wire.number(message, 8) - 1 if wire.number(message, 8) else None
    info.elements += [_element(item) for item in wire.messages(message, 9)]
    for item in wire.messages(message, 10):
        info.data.append(
            Data(
                wire.number(item, 1),
                wire.number(item, 2),
                wire.data(item, 3),
                wire.number(item, 4),
                wire.number(item, 5),
            )
        )
    info.initial_elements = {wire.number(item, 1): wire.data(item, 2) for item in wire.messages(message, 20)}
    info.tags += wire.numbers(message, 11)
    info.exceptions = bool(wire.number(message, 12))
    _check(info, wasm_size)
    return info


def _check(info: ModuleInfo, wasm_size: int) -> None:
    """Every index is in its index space, every constant expression of the type that its place has."""
    _require(all(index < len(info.types) for index in info.functions))
    _require(all(index < len(info.types) and not info.types[index].results for index in info.tags))
    sizes = (len(info.functions), len(info.tables), len(info.memories), len(info.globals), len(info.tags))
    _require(all(export.kind < 5 and export.index < sizes[export.kind] for export in info.exports))
    if info.start is not None:
        _require(info.start < len(info.functions) and info.func_type(info.start).key == "_")
    global_types = [info.global_type(index).value for index in range(len(info.globals))]
    for index, item in enumerate(info.globals):
        if isinstance(item, Global):
            _check_expression(item.init, item.type.value, global_types[:index], info)
    for table, init in info.initial_elements.items():
        _require(info.num_imported_tables <= table < len(info.tables))
        _check_expression(init, info.tables[table].element, global_types, info)
    for segment in info.elements:
        _require(segment.mode <= DECLARATIVE)
        if segment.mode == ACTIVE:
            _require(segment.table < len(info.tables) and info.tables[segment.table].element == segment.type)
            _check_expression(segment.offset, info.tables[segment.table].limits.index, global_types, info)
        _require(not segment.functions or segment.type == types.FUNCREF)
        _require(all(function < len(info.functions) for function in segment.functions or ()))
        for expression in segment.expressions or ():
            _check_expression(expression, segment.type, global_types, info)
    for data in info.data:
        _require(data.mode <= PASSIVE and data.start + data.size <= wasm_size)
        if data.mode == ACTIVE:
            _require(data.memory < len(info.memories))
            _check_expression(data.offset, info.memories[data.memory].index, global_types, info)


def _check_expression(expression: bytes, type_: str, global_types: list[str], info: ModuleInfo) -> None:
    _require(const_expr.gives(expression, type_, global_types, len(info.functions)))


def read_names(section: bytes) -> dict[int, str]:
    """Read message Names: function names by function index. Raises BadAotFile."""
    message = wire.fields(section)
    return dict(zip(wire.numbers(message, 2), wire.texts(message, 3), strict=False))

"""Modules: from bytes to a ModuleInfo, the bodies' places, and names."""

from __future__ import annotations

from mvvm.errors import InvalidModule, UnsupportedFeature
from mvvm.wasm import const_expr, references
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
from mvvm.wasm.reader import Reader
from mvvm.wasm.type_section import read_types, value_type
from mvvm.wasm.types import FUNCREF, PAGE_SIZE, GlobalType, Limits, TableType


class Names:
    """The name section: the module's name, and names of functions and globals by index."""

    __slots__ = ("functions", "globals", "module")

    def __init__(self) -> None:
        self.module = ""
        self.functions: dict[int, str] = {}
        self.globals: dict[int, str] = {}


class Module:
    """A decoded module: `bodies` are (start, end) ranges of `data`, one a defined function."""

    __slots__ = ("bodies", "data", "info", "names")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.info = ModuleInfo()
        self.bodies: list[tuple[int, int]] = []
        self.names = Names()


def decode_module(data: bytes) -> Module:
    """Decode a binary module that was validated.

    Raises UnsupportedFeature for proposals that mvvm does not compile, and InvalidModule where the bytes make
    no sense at all.
    """
    if data[:4] != b"\0asm":
        raise InvalidModule("not a Wasm module: the magic number is missing")
    if data[4:8] != b"\x01\0\0\0":
        raise UnsupportedFeature("a Wasm component or a Wasm version other than 1, which mvvm does not compile")
    module = Module(data)
    reader = Reader(data, 8)
    while reader.at < len(data):
        section = reader.byte()
        size = reader.unsigned()
        end = reader.at + size
        if end > len(data):
            raise InvalidModule(f"section {section} at byte {reader.at:#x} is longer than the module")
        body = Reader(data, reader.at, end)
        if section in _SECTIONS:
            _SECTIONS[section](module, body)
        elif section == 0:
            _custom(module, body)
        reader.at = end
    _drop_stray_names(module)
    return module


def find_bodies(data: bytes | memoryview) -> list[tuple[int, int]]:
    """The (start, end) ranges of the bodies in a valid module; nothing else of it is looked at."""
    module = Module(bytes(data))
    reader = Reader(module.data, 8)
    while reader.at < len(module.data):
        section, size = reader.byte(), reader.unsigned()
        if section == 10:
            _code(module, Reader(module.data, reader.at, reader.at + size))
        reader.at += size
    return module.bodies


def _drop_stray_names(module: Module) -> None:
    """Drop names of what is not there. The name section may come first, so it cannot tell."""
    names, info = module.names, module.info
    names.functions = {index: name for index, name in names.functions.items() if index < len(info.functions)}
    names.globals = {index: name for index, name in names.globals.items() if index < len(info.globals)}


def _value_type(module: Module, reader: Reader) -> str:
    """The next value type as it is declared."""
    return value_type(reader, lambda index: module.info.types[index].identity)


def _limits(reader: Reader) -> Limits:
    flags = reader.byte()
    minimum = reader.unsigned()
    maximum = reader.unsigned() if flags & 1 else None
    page_size = 1 << reader.unsigned() if flags & 8 else PAGE_SIZE
    return Limits(minimum, maximum, index64=bool(flags & 4), shared=bool(flags & 2), page_size=page_size)


def _table_type(module: Module, reader: Reader) -> TableType:
    element = _value_type(module, reader)
    return TableType(references.machine_of(element), _limits(reader), element)


def _global_type(module: Module, reader: Reader) -> GlobalType:
    value = _value_type(module, reader)
    return GlobalType(references.machine_of(value), reader.byte() == 1, value)


def _expression(reader: Reader) -> bytes:
    start = reader.at
    reader.at = const_expr.end_of(reader.data, start)
    return reader.data[start : reader.at]


def _types(module: Module, reader: Reader) -> None:
    module.info.types += read_types(reader)


def _imports(module: Module, reader: Reader) -> None:
    for _ in range(reader.unsigned()):
        names = reader.name(), reader.name()
        kind = reader.byte()
        type_: ImportType
        if kind == FUNC:
            type_ = reader.unsigned()
        elif kind == TABLE:
            type_ = _table_type(module, reader)
        elif kind == MEMORY:
            type_ = _limits(reader)
        elif kind == GLOBAL:
            type_ = _global_type(module, reader)
        elif kind == TAG:
            type_ = _tag(reader)
        else:
            raise InvalidModule(f"an import of kind {kind} before byte {reader.at:#x}")
        module.info.add_import(Import(*names, kind, type_))


def _functions(module: Module, reader: Reader) -> None:
    module.info.functions.extend([reader.unsigned() for _ in range(reader.unsigned())])


def _tables(module: Module, reader: Reader) -> None:
    for _ in range(reader.unsigned()):
        has_initial = reader.data[reader.at] == 0x40
        if has_initial:
            reader.take(2)
        module.info.tables.append(_table_type(module, reader))
        if has_initial:
            module.info.initial_elements[len(module.info.tables) - 1] = _expression(reader)


def _memories(module: Module, reader: Reader) -> None:
    module.info.memories.extend([_limits(reader) for _ in range(reader.unsigned())])


def _globals(module: Module, reader: Reader) -> None:
    for _ in range(reader.unsigned()):
        type_ = _global_type(module, reader)
        module.info.globals.append(Global(type_, _expression(reader)))


def _tag(reader: Reader) -> int:
    """The type index of a tag."""
    reader.byte()  # attribute: 0, an exception
    return reader.unsigned()


def _tags(module: Module, reader: Reader) -> None:
    module.info.tags.extend([_tag(reader) for _ in range(reader.unsigned())])


def _exports(module: Module, reader: Reader) -> None:
    for _ in range(reader.unsigned()):
        name, kind, index = reader.name(), reader.byte(), reader.unsigned()
        module.info.exports.append(Export(name, kind, index))


def _start(module: Module, reader: Reader) -> None:
    module.info.start = reader.unsigned()


def _elements(module: Module, reader: Reader) -> None:
    for _ in range(reader.unsigned()):
        flags = reader.unsigned()
        mode = ACTIVE if not flags & 1 else DECLARATIVE if flags & 2 else PASSIVE
        table = reader.unsigned() if mode == ACTIVE and flags & 2 else 0
        offset = _expression(reader) if mode == ACTIVE else b""
        by_expression = bool(flags & 4)
        type_ = FUNCREF
        if flags & 3:
            type_ = references.machine_of(_value_type(module, reader)) if by_expression else FUNCREF
            if not by_expression:
                reader.byte()  # elemkind
        functions = expressions = None
        if by_expression:
            expressions = [_expression(reader) for _ in range(reader.unsigned())]
        else:
            functions = [reader.unsigned() for _ in range(reader.unsigned())]
        module.info.elements.append(Element(mode, table, offset, type_, functions, expressions))


def _code(module: Module, reader: Reader) -> None:
    for _ in range(reader.unsigned()):
        size = reader.unsigned()
        module.bodies.append((reader.at, reader.at + size))
        reader.at += size


def _data(module: Module, reader: Reader) -> None:
    for _ in range(reader.unsigned()):
        flags = reader.unsigned()
        memory = reader.unsigned() if flags == 2 else 0
        mode = PASSIVE if flags == 1 else ACTIVE
        offset = _expression(reader) if mode == ACTIVE else b""
        size = reader.unsigned()
        module.info.data.append(Data(mode, memory, offset, reader.at, size))
        reader.take(size)


def _custom(module: Module, reader: Reader) -> None:
    """Read the name section. A custom section never makes a module invalid, so damage there is passed over."""
    try:
        if reader.name() != "name":
            return
        while reader.at < reader.end:
            kind = reader.byte()
            end = reader.unsigned() + reader.at
            if kind == 0:
                module.names.module = reader.name()
            elif kind in (1, 7):
                names = module.names.functions if kind == 1 else module.names.globals
                for _ in range(reader.unsigned()):
                    index = reader.unsigned()
                    names[index] = reader.name()
            reader.at = end
    except InvalidModule:
        return


_SECTIONS = {
    1: _types,
    2: _imports,
    3: _functions,
    4: _tables,
    5: _memories,
    6: _globals,
    7: _exports,
    8: _start,
    9: _elements,
    10: _code,
    11: _data,
    13: _tags,
}

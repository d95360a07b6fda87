"""Tables that never change.

A C compiler's table of function pointers is filled once, by active segments at known offsets, and nothing ever
writes to it. Its contents are then known before the program runs, and a call through it needs no reference: code
addresses go into a constant (mvvm.lower.indirect). This pass looks at a whole module before any body is lowered.
"""

from __future__ import annotations

import re

from mvvm.wasm import const_expr
from mvvm.wasm.code import decode_function
from mvvm.wasm.decode import Module
from mvvm.wasm.module import ACTIVE, TABLE, Element
from mvvm.wasm.opcodes import code
from mvvm.wasm.types import FUNCREF

# What writes to a table -> the place of the table's index among the immediates.
_WRITES = {
    code("table.set"): None,
    code("table.grow"): None,
    code("table.fill"): None,
    code("table.init"): 1,
    code("table.copy"): 0,
}
# The bytes of those instructions, sub-opcodes in their shortest form or not. Most bodies have none of them.
_WRITE_BYTES = re.compile(rb"\x26|\xfc[\x0c\x0e\x0f\x11\x8c\x8e\x8f\x91]")

NULL = -1
# Elements. A declaration of a few bytes must not become a constant of many.
_MAX_SIZE = 1 << 17


def find_changed_tables(module: Module) -> set[int]:
    """The tables that some instruction may write to, or that others can reach: imported or exported ones."""
    info = module.info
    changed = set(range(info.num_imported_tables))
    changed.update(export.index for export in info.exports if export.kind == TABLE)
    if not info.tables or len(changed) == len(info.tables):
        return changed
    single_index = len(info.tables) == 1
    for position, (start, end) in enumerate(module.bodies):
        if _may_write(module.data, start, end, single_index):
            function = decode_function(module.data, start, end, info.num_imported_functions + position, info)
            for op, immediate in zip(function.ops, function.immediates, strict=True):
                if op in _WRITES:
                    place = _WRITES[op]
                    table = immediate if place is None else immediate[place]  # type: ignore[index]
                    assert isinstance(table, int)
                    changed.add(table)
    return changed


def _may_write(data: bytes, start: int, end: int, single_index: bool) -> bool:
    """Whether a body holds the bytes of a write. Many hold the byte of `table.set`, but not with an index after it."""
    for match in _WRITE_BYTES.finditer(data, start, end):
        after = data[match.end()]
        if match.group() != b"\x26" or not single_index or after == 0 or after >= 0x80:
            return True
    return False


def find_static_tables(module: Module, changed: set[int]) -> dict[int, list[int]]:
    """The contents of each table that never changes: function indices, NULL where there is none."""
    info = module.info
    contents = {
        index: [NULL] * table.limits.minimum
        for index, table in enumerate(info.tables)
        if index not in changed
        and table.element == FUNCREF
        and table.limits.minimum <= _MAX_SIZE
        and index not in info.initial_elements
    }
    for segment in info.elements:
        if segment.mode == ACTIVE and segment.table in contents:
            offset = _offset(segment)
            items = _items(segment)
            if offset is None or items is None or offset + len(items) > len(contents[segment.table]):
                del contents[segment.table]  # not known, or instantiation traps
            else:
                contents[segment.table][offset : offset + len(items)] = items
    return contents


class _Unknown(Exception):
    pass


def _offset(segment: Element) -> int | None:
    def unknown(_: int) -> int:
        raise _Unknown

    try:
        return const_expr.evaluate(segment.offset, unknown, unknown)
    except _Unknown:
        return None


def _items(segment: Element) -> list[int] | None:
    if segment.functions is not None:
        return segment.functions

    def unknown(_: int) -> int:
        raise _Unknown

    try:
        # One more than the function index, since the value of ref.null is 0.
        values = [const_expr.evaluate(item, unknown, lambda index: index + 1) for item in segment.expressions or ()]
    except _Unknown:
        return None
    return [value - 1 for value in values]

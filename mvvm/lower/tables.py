"""Table instructions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mvvm.abi import traps
from mvvm.abi.context import TABLE_BASE, TABLE_CELL
from mvvm.lower.llvm_types import LLVM, TABLES
from mvvm.lower.memory import builtin, old_size, widen
from mvvm.wasm.types import FUNCREF

if TYPE_CHECKING:
    from mvvm.lower.function import FunctionLowering


def _length(f: FunctionLowering, table: int) -> str:
    """The number of elements now, of the type of the table's indices: a constant where it cannot change."""
    fixed = f.facts.fixed_tables.get(table)
    if fixed is not None:
        return str(fixed)
    cell = f.context_pointer(f"%length{table}", f.facts.layout.table(table) + TABLE_CELL)
    value = f.emit(f"load i64, ptr {cell}, align 8")
    return value if is_wide(f, table) else f.emit(f"trunc i64 {value} to i32")


def is_wide(f: FunctionLowering, table: int) -> bool:
    """Whether a table has 64-bit indices."""
    return f.facts.info.tables[table].limits.index64


def as_index(f: FunctionLowering, table: int, value: str) -> str:
    """An index of a table as an i64, which it is if the table has 64-bit indices."""
    return value if is_wide(f, table) else widen(f, value)


def element_address(f: FunctionLowering, table: int, index: str, trap: int) -> str:
    """A pointer to an element, after the bounds check."""
    index_type = "i64" if is_wide(f, table) else "i32"
    f.trap_if(f.emit(f"icmp uge {index_type} {index}, {_length(f, table)}"), trap)
    base = f.context_pointer(f"%table{table}", f.facts.layout.table(table) + TABLE_BASE)
    return f.emit(f"getelementptr inbounds ptr, ptr {base}, i64 {as_index(f, table, index)}")


def _get(f: FunctionLowering, table: Any) -> None:
    address = element_address(f, table, f.stack.pop(), traps.TABLE_OUT_OF_BOUNDS)
    type_ = LLVM[f.facts.info.tables[table].element]
    f.stack.append(f.emit(f"load {type_}, ptr {address}, align 8, {TABLES}"))


def _set(f: FunctionLowering, table: Any) -> None:
    value = f.stack.pop()
    address = element_address(f, table, f.stack.pop(), traps.TABLE_OUT_OF_BOUNDS)
    type_ = LLVM[f.facts.info.tables[table].element]
    f.lines.append(f"  store {type_} {value}, ptr {address}, align 8, {TABLES}")


def _as_integer(f: FunctionLowering, table: int, value: str) -> str:
    """A reference as the i64 that the runtime takes."""
    if f.facts.info.tables[table].element != FUNCREF:
        return value
    return f.emit(f"ptrtoint ptr {value} to i64")


def _size(f: FunctionLowering, table: Any) -> None:
    f.stack.append(_length(f, table))


def _grow(f: FunctionLowering, table: Any) -> None:
    delta = as_index(f, table, f.stack.pop())
    result = builtin(f, "table.grow", str(table), _as_integer(f, table, f.stack.pop()), delta)
    f.stack.append(old_size(f, result, index64=is_wide(f, table)))


def _fill(f: FunctionLowering, table: Any) -> None:
    size = as_index(f, table, f.stack.pop())
    value = _as_integer(f, table, f.stack.pop())
    builtin(f, "table.fill", str(table), as_index(f, table, f.stack.pop()), value, size)


def _copy(f: FunctionLowering, tables: Any) -> None:
    to, source = tables
    narrower = to if is_wide(f, source) else source  # the size is an i64 only where both have 64-bit indices
    size, from_index, to_index = (as_index(f, table, f.stack.pop()) for table in (narrower, source, to))
    builtin(f, "table.copy", str(to), str(source), to_index, from_index, size)


def _init(f: FunctionLowering, immediate: Any) -> None:
    element, table = immediate
    size, source = widen(f, f.stack.pop()), widen(f, f.stack.pop())
    to = as_index(f, table, f.stack.pop())
    builtin(f, "table.init", str(element), str(table), to, source, size)


def _drop(f: FunctionLowering, element: Any) -> None:
    builtin(f, "elem.drop", str(element))


HANDLERS = {
    "table.get": _get,
    "table.set": _set,
    "table.size": _size,
    "table.grow": _grow,
    "table.fill": _fill,
    "table.copy": _copy,
    "table.init": _init,
    "elem.drop": _drop,
}

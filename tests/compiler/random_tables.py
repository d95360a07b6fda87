"""Tables of random modules, and what random functions do with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mvvm.wasm.types import EXTERNREF, FUNCREF
from tests.compiler.random_scope import (
    NON_NULL,
    REFERENCES,
    SPELLED,
    SUBTYPES,
    Family,
    Pick,
    Scope,
    Table,
    expression,
    simple,
)

if TYPE_CHECKING:
    from tests.compiler.random_function import Writer

_SIZE = 16
STATIC = "$static"  # what is never written to


def choose(pick: Pick, value_types: str, num_functions: int) -> list[Table]:
    """The tables of a module: those of funcrefs hold its functions first, in order."""
    tables = [Table("$t", FUNCREF, "i", _SIZE), Table(STATIC, FUNCREF, pick("iI"), num_functions + 2)]
    if pick((False, True)):
        tables.append(Table("$wide", FUNCREF, "I", _SIZE))
    others = [type_ for type_ in value_types if type_ in REFERENCES and type_ != FUNCREF]
    return tables + [Table(f"$t{type_}", type_, pick("iI"), 5) for type_ in others]


def fields(pick: Pick, scope: Scope) -> list[str]:
    """The fields of a module that declare its tables, segments for them, and functions that tell what is in them."""
    functions = " ".join(f"$f{index}" for index in range(len(scope.types)))
    elements = {table.element: table for table in scope.tables}
    lines = [f"  (elem $e{element} {SPELLED[element]} {_items(element)})" for element in elements]
    for table in scope.tables:
        name, element = table.name, SPELLED[table.element]
        wide = "i64 " * (table.index == "I")
        limits = f"{table.size}" if name == STATIC else f"{table.size} {table.size + 4}"
        initial = " (ref.func $f0)" * (table.element == NON_NULL)
        lines += [f"  (table {name} {wide}{limits} {element}{initial})", *_observer(table)]
        offset = expression(pick, table.index, 0)
        if table.element == FUNCREF:
            lines.append(f"  (elem (table {name}) (offset {offset}) func {functions})")
        elif table.element != EXTERNREF:
            lines.append(f"  (elem (table {name}) (offset {offset}) {element} {_items(table.element)})")
    return lines


def _items(element: str) -> str:
    """The items of a segment: the functions of the first type, and null."""
    known = "ref.func $f0" if element in SUBTYPES or element == NON_NULL else simple(element)
    return f"(item {known}) (item {simple(element)}) (item {known})"


def _observer(table: Table) -> list[str]:
    name, index = table.name, SPELLED[table.index]
    note = "note_I" if table.index == "I" else "note_i"
    return [
        f'  (func (export "see_{name[1:]}") (result i64) (local $i {index})',
        f"    (call ${note} (table.size {name}))",
        f"    (loop $next (if ({index}.lt_u (local.get $i) (table.size {name})) (then",
        f"      (call $note_{table.element} (table.get {name} (local.get $i)))",
        f"      (local.set $i ({index}.add (local.get $i) ({index}.const 1))) (br $next))))",
        "    (global.get $digest))",
    ]


def _written(w: Writer) -> Table:
    table: Table = w.pick([table for table in w.scope.tables if table.name != STATIC])
    return table


def _index(w: Writer, table: Table, room: int = 1) -> None:
    """Leave an index with room for some elements behind it; hardly ever there is none."""
    few = (table.size + 5,) if w.may_trap(8) else ()
    w.emit(f"{SPELLED[table.index]}.const {w.pick((*few, *range(table.size - room + 1)))}")


def _get(w: Writer, type_: str, depth: int) -> None:
    tables = [table for table in w.scope.tables if table.element in SUBTYPES.get(type_, type_)]
    if tables:
        table = w.pick(tables)
        _index(w, table)
        w.emit(f"table.get {table.name}")
    else:
        w.leaf(type_)


def _size(w: Writer, type_: str, depth: int) -> None:
    tables = [table for table in w.scope.tables if table.index == type_]
    if tables:
        w.emit(f"table.size {w.pick(tables).name}")
    else:
        w.leaf(type_)


def _set(w: Writer, depth: int) -> None:
    table = _written(w)
    _index(w, table)
    w.value(table.element, depth)
    w.emit(f"table.set {table.name}")


def _fill(w: Writer, depth: int) -> None:
    table, count = _written(w), w.pick(range(4))
    _index(w, table, count)
    w.value(table.element, depth)
    w.emit(f"{SPELLED[table.index]}.const {count}", f"table.fill {table.name}")


def _copy(w: Writer, depth: int) -> None:
    to, count = _written(w), w.pick(range(4))
    source = w.pick([t for t in w.scope.tables if t.element in SUBTYPES.get(to.element, to.element)])
    _index(w, to, count)
    _index(w, source, count)
    index = min(to.index, source.index, key="iI".index)
    w.emit(f"{SPELLED[index]}.const {count}", f"table.copy {to.name} {source.name}")


def _grow(w: Writer, depth: int) -> None:
    table = _written(w)
    w.value(table.element, depth)
    w.emit(
        f"{SPELLED[table.index]}.const {w.pick(range(4))}", f"table.grow {table.name}", f"global.set $g{table.index}"
    )


def _init(w: Writer, depth: int) -> None:
    """Take elements from a segment, or drop it."""
    table, count = _written(w), w.pick(range(4))
    elements = {t.element for t in w.scope.tables}
    segment = w.pick([element for element in SUBTYPES.get(table.element, table.element) if element in elements])
    if w.pick(range(4)) == 0:
        w.emit(f"elem.drop $e{segment}")
        return
    _index(w, table, count)
    w.emit(f"i32.const {3 - count}", f"i32.const {count}", f"table.init {table.name} $e{segment}")


def _is_null(w: Writer, type_: str, depth: int) -> None:
    w.value(w.pick([type_ for type_ in w.scope.value_types if type_ in REFERENCES]), depth)
    w.emit("ref.is_null")


_GET: dict[str, tuple[Callable[[Writer, str, int], None], ...]] = dict.fromkeys(REFERENCES, (_get,))
FAMILY = Family(
    statements=(_set, _set, _fill, _copy, _grow, _init),
    values={**_GET, "i": (_size, _is_null), "I": (_size,)},
)

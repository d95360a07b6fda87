"""Calls through tables, and of references.

Through a table that never changes (mvvm.passes.static_tables) a call reads a constant: the distance from the
constant to the code, and the function's type. Through any other it reads a funcref, which is the address of a Record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvvm.abi import traps
from mvvm.abi.context import RECORD_CODE, RECORD_CONTEXT, RECORD_TYPE
from mvvm.abi.sections import STATIC_TABLE
from mvvm.lower.llvm_types import INVARIANT, LLVM, SELF, TABLES, result_type
from mvvm.lower.tables import element_address, is_wide
from mvvm.passes.static_tables import NULL

if TYPE_CHECKING:
    from mvvm.lower.function import FunctionLowering, ModuleFacts

assert RECORD_CODE == 0

_NULL_TYPE = -1  # in place of a type's number


def lower_callee(f: FunctionLowering, type_index: int, table: int) -> tuple[str, str]:
    """Check a call through a table. Returns the code's address and the context that it takes."""
    if table in f.facts.static_tables:
        return _static_callee(f, type_index, table), "%ctx"
    return _dynamic_callee(f, type_index, table)


def _dynamic_callee(f: FunctionLowering, type_index: int, table: int) -> tuple[str, str]:
    return _code_and_context(f, checked_element(f, type_index, table))


def lower_reference(f: FunctionLowering, record: str) -> tuple[str, str]:
    """What call_ref calls: its code's address and the context that it takes.

    Null is found by the fault that reading the code causes. s390x tells only the page that a fault is in, so there it
    cannot be told from a null element.
    """
    if f.facts.architecture == "s390x":
        f.trap_if(f.emit(f"icmp eq ptr {record}, null"), traps.NULL_REFERENCE)
    return _code_and_context(f, record)


def checked_element(f: FunctionLowering, type_index: int, table: int) -> str:
    """The record that the element of a table is which the operand says, after comparing its type.

    A null element is found by the fault that reading its type causes. The null page is never mapped, and the runtime
    tells a fault there from one in a memory (mvvm.runtime.traps).
    """
    slot = element_address(f, table, f.stack.pop(), traps.UNDEFINED_ELEMENT)
    record = f.emit(f"load ptr, ptr {slot}, align 8, {TABLES}")
    type_field = f.emit(f"getelementptr i8, ptr {record}, i64 {RECORD_TYPE}")
    actual = f.emit(f"load i32, ptr {type_field}, align 8, {INVARIANT}")
    expected_field = f.context_field(f"%type{type_index}", f.facts.layout.type(type_index))
    expected = f.emit(f"load i32, ptr {expected_field}, align 4, {INVARIANT}")
    f.trap_if(f.emit(f"icmp ne i32 {actual}, {expected}"), traps.INDIRECT_CALL_TYPE_MISMATCH)
    return record


def _code_and_context(f: FunctionLowering, record: str) -> tuple[str, str]:
    code = f.emit(f"load ptr, ptr {record}, align 8, {INVARIANT}")
    context_field = f.emit(f"getelementptr i8, ptr {record}, i64 {RECORD_CONTEXT}")
    return code, f.emit(f"load ptr, ptr {context_field}, align 8, {INVARIANT}")


def _static_callee(f: FunctionLowering, type_index: int, table: int) -> str:
    index = f.stack.pop()
    index_type = "i64" if is_wide(f, table) else "i32"
    f.trap_if(f.emit(f"icmp uge {index_type} {index}, {len(f.facts.static_tables[table])}"), traps.UNDEFINED_ELEMENT)
    f.static_tables_used.add(table)
    name = static_name(table)
    wide = index if is_wide(f, table) else f.emit(f"zext i32 {index} to i64")
    entry = f.emit(f"getelementptr inbounds {{ i32, i32 }}, ptr {name}, i64 {wide}")
    type_field = f.emit(f"getelementptr inbounds i8, ptr {entry}, i64 4")
    actual = f.emit(f"load i32, ptr {type_field}, align 4, {INVARIANT}")
    differs = f.emit(f"icmp ne i32 {actual}, {f.facts.canonical_type(type_index)}")
    mismatch = f.label()
    is_null = f.name()
    f.cold.append(
        f"{mismatch}:\n  {is_null} = icmp eq i32 {actual}, {_NULL_TYPE}\n"
        f"  br i1 {is_null}, label %{f.trap_label(traps.UNINITIALIZED_ELEMENT)}, "
        f"label %{f.trap_label(traps.INDIRECT_CALL_TYPE_MISMATCH)}"
    )
    f.branch_if(differs, mismatch)
    distance = f.emit(f"load i32, ptr {entry}, align 4, {INVARIANT}")
    wide_distance = f.emit(f"sext i32 {distance} to i64")
    return f.emit(f"getelementptr i8, ptr {name}, i64 {wide_distance}")


def static_name(table: int) -> str:
    """The constant that holds a table which never changes."""
    return f"@{STATIC_TABLE}{table}"


def declare_static_table(table: int, visibility: str) -> str:
    """The constant's declaration, for modules of IR that do not define it."""
    return f"{static_name(table)} = external {visibility} constant [0 x {{ i32, i32 }}]\n"


def define_static_tables(facts: ModuleFacts) -> tuple[str, set[int]]:
    """The constants, with stubs for imports in them. Returns also the functions (indices) that they refer to."""
    parts: list[str] = []
    functions: set[int] = set()
    for table, contents in facts.static_tables.items():
        name = static_name(table)
        entries = []
        for index in contents:
            if index == NULL:
                entries.append(f"{{ i32, i32 }} {{ i32 0, i32 {_NULL_TYPE} }}")
                continue
            functions.add(index)
            distance = f"sub (i64 ptrtoint (ptr @f{index} to i64), i64 ptrtoint (ptr {name} to i64))"
            type_ = facts.canonical_type(facts.info.functions[index])
            entries.append(f"{{ i32, i32 }} {{ i32 trunc (i64 {distance} to i32), i32 {type_} }}")
        initial = ",\n  ".join(entries)
        parts.append(f"{name} = hidden constant [{len(entries)} x {{ i32, i32 }}] [\n  {initial}\n], align 8\n")
    imported = sorted(index for index in functions if index < facts.info.num_imported_functions)
    parts += [_import_stub(facts, index) for index in imported]
    return "".join(parts), functions - set(imported)


def _import_stub(facts: ModuleFacts, index: int) -> str:
    """An imported function that can be called with this instance's context."""
    type_ = facts.info.func_type(index)
    record = facts.layout.function(index)
    params = "".join(f", {LLVM[t]} %p{i}" for i, t in enumerate(type_.params))
    returned = result_type(type_)
    call = f"call {returned} %code({SELF} %context{params})"
    lines = [
        f"define hidden {returned} @f{index}({SELF} %ctx{params}) #0 {{",
        f"  %code_field = getelementptr i8, ptr %ctx, i64 {record + RECORD_CODE}",
        f"  %context_field = getelementptr i8, ptr %ctx, i64 {record + RECORD_CONTEXT}",
        "  %code = load ptr, ptr %code_field",
        "  %context = load ptr, ptr %context_field",
        f"  {call}" if returned == "void" else f"  %r = {call}",
        "  ret void" if returned == "void" else f"  ret {returned} %r",
        "}\n",
    ]
    return "\n".join(lines)

"""Which functions an exception may come out of, so that calls to them have to be checked for one.

A module whose calls no exception can come out of pays nothing for exceptions: one without tags that imports no function
but WASI's, which throw nothing, and that nobody can give references to functions or exceptions. Most commands are such.
Any other is compiled to pass on exceptions, whether it knows of them or not: it may be between a module that throws and
one that catches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvvm.abi.wasi import WASI_MODULE
from mvvm.passes.call_graph import add_callers, takes_references
from mvvm.wasm.module import FUNC
from mvvm.wasm.types import EXNREF

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mvvm.passes.call_graph import FunctionCalls
    from mvvm.wasm.module import ModuleInfo


def meets_exceptions(info: ModuleInfo) -> bool:
    """Whether an exception may be thrown in a module or come out of what it calls."""
    return (
        bool(info.tags)
        or any(EXNREF in type_.key for type_ in info.types)
        or any(table.element == EXNREF for table in info.tables)
        or any(info.global_type(index).value == EXNREF for index in range(len(info.globals)))
        or any(item.kind == FUNC and item.module != WASI_MODULE for item in info.imports)
        or takes_references(info)
    )


def find_throwing(calls: Mapping[int, FunctionCalls], edges: Mapping[int, set[int] | None], imported: int) -> set[int]:
    """The functions that an exception may come out of, by index: they throw, or call what does, whatever they catch.

    `calls` and `edges` (CallGraph.edges) are of all bodies, `imported` is the number of imported functions.
    """
    result = set(range(imported))
    known: dict[int, set[int]] = {}
    for index, callees in edges.items():
        if calls[index].throws or callees is None:
            result.add(index)
        else:
            known[index] = callees
    add_callers(result, known)
    return result

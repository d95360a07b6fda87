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

    from mvvm.passes.call_graph import CallGraph, FunctionCalls
    from mvvm.wasm.module import ModuleInfo


class Throwing:
    """The functions that an exception may come out of, by index: they throw, or call what does, whatever they catch."""

    def __init__(self, graph: CallGraph, functions: set[int]) -> None:
        self._graph = graph
        self.functions = functions

    def call_may_throw(self, op: int, immediate: object) -> bool:
        """Whether an exception may come out of a call, with its immediate."""
        return self._graph.may_reach(op, immediate, self.functions)


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


def find_throwing(graph: CallGraph, calls: Mapping[int, FunctionCalls], imported: int) -> set[int]:
    """The functions that may throw. `calls` are of all bodies, `imported` is the number of imported functions."""
    result = set(range(imported))
    edges: dict[int, set[int]] = {}
    for index, found in calls.items():
        callees = graph.callees(found)
        if found.throws or callees is None:
            result.add(index)
        else:
            edges[index] = callees
    add_callers(result, edges)
    return result

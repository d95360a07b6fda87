"""What calls what.

Calls through tables that never change, and by references that only this module makes, count as reaching every function
of their type that can be there; all others may reach any function at all. Runs on a whole module before any body is
lowered, and decides on Wasm alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvvm.passes.partition import find_roots
from mvvm.passes.static_tables import NULL
from mvvm.wasm.code import (
    CALL,
    CALL_INDIRECT,
    CALL_REF,
    LOOP,
    RETURN_CALL,
    RETURN_CALL_INDIRECT,
    RETURN_CALL_REF,
    THROWS,
    WAITS,
    Block,
    decode_function,
)
from mvvm.wasm.module import GLOBAL, TABLE
from mvvm.wasm.types import FUNCREF

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mvvm.wasm.decode import Module
    from mvvm.wasm.module import ModuleInfo

_UNKNOWN = -1


class FunctionCalls:
    """What a body calls: functions by index, `(type index, table)` of calls through tables, types of references.

    And whether it loops, waits, throws, and tail-calls through a table or a reference.
    """

    __slots__ = ("callees", "indirect", "loops", "references", "tails", "throws", "waits")

    def __init__(self) -> None:
        self.callees: set[int] = set()
        self.indirect: set[tuple[int, int]] = set()
        self.references: set[int] = set()
        self.loops = False
        self.waits = False  # memory.atomic.wait
        self.tails = False
        self.throws = False


class CallGraph:
    """What the calls of a module may reach. `static_tables` are the contents of the tables that never change."""

    def __init__(self, info: ModuleInfo, static_tables: dict[int, list[int]]) -> None:
        self._info = info
        self._tables = static_tables
        self._by_type: dict[tuple[str, int | None], set[int]] = {}
        self._referred: set[int] | int | None = _UNKNOWN

    def crosses(self, table: int | None) -> bool:
        """Whether a call through a table, or None for a reference, may reach a function of another instance."""
        contents = self._references() if table is None else self._tables.get(table)
        return contents is None or any(0 <= index < self._info.num_imported_functions for index in contents)

    def targets(self, type_index: int, table: int | None) -> set[int] | None:
        """The functions of a type in a table that never changes; None for other tables: any function at all.

        With None for the table: the functions of a type that a reference may be to.
        """
        contents = self._references() if table is None else self._tables.get(table)
        if contents is None:
            return None
        identity = self._info.types[type_index].identity
        found = self._by_type.get((identity, table))
        if found is None:
            found = {index for index in contents if index != NULL and self._info.func_type(index).identity == identity}
            self._by_type[identity, table] = found
        return found

    def _references(self) -> set[int] | None:
        """The functions that references may be to; None where some may come from elsewhere."""
        if isinstance(self._referred, int):
            self._referred = None if takes_references(self._info) else find_roots(self._info)
        return self._referred

    def edges(self, calls: Mapping[int, FunctionCalls]) -> dict[int, set[int] | None]:
        """All functions that bodies, by function index, may call; None where that may be any."""
        return {index: self._callees(found) for index, found in calls.items()}

    def _callees(self, calls: FunctionCalls) -> set[int] | None:
        result = set(calls.callees)
        for type_index, table in calls.indirect:
            targets = self.targets(type_index, table)
            if targets is None:
                return None
            result |= targets
        for type_index in calls.references:
            targets = self.targets(type_index, None)
            if targets is None:
                return None
            result |= targets
        return result


class Callees:
    """`functions` of a module, by index, and the question whether a call may be of one of them."""

    def __init__(self, graph: CallGraph, functions: set[int]) -> None:
        self._graph = graph
        self.functions = functions

    def may_include(self, op: int, immediate: object) -> bool:
        """Whether a call or tail call, with its immediate, may be of one of the functions."""
        if op in (CALL, RETURN_CALL):
            return immediate in self.functions
        type_index, table = immediate if isinstance(immediate, tuple) else (immediate, None)
        targets = self._graph.targets(type_index, table)
        return targets is None or not targets.isdisjoint(self.functions)


def takes_references(info: ModuleInfo) -> bool:
    """Whether references to functions may come into a module: from the host, or from another module.

    The ways are tables and globals that are shared, results of imported functions, parameters of those that the host
    may call: exported ones, and such as references are made to; and what is thrown.
    """
    if any(FUNCREF in info.tag_params(tag) for tag in range(len(info.tags))):
        return True
    imported = info.num_imported_functions
    if any(FUNCREF in info.func_type(index).results for index in range(imported)):
        return True
    if any(FUNCREF in info.func_type(index).params for index in find_roots(info)):
        return True
    tables = {*range(info.num_imported_tables), *(e.index for e in info.exports if e.kind == TABLE)}
    global_indices = {*range(info.num_imported_globals), *(e.index for e in info.exports if e.kind == GLOBAL)}
    return any(info.tables[index].element == FUNCREF for index in tables) or any(
        info.global_type(index).value == FUNCREF for index in global_indices
    )


def find_all_calls(module: Module) -> dict[int, FunctionCalls]:
    """What the bodies of a module call, by function index."""
    first = module.info.num_imported_functions
    return {
        first + position: find_calls(module, start, end, first + position)
        for position, (start, end) in enumerate(module.bodies)
    }


def find_calls(module: Module, start: int, end: int, index: int) -> FunctionCalls:
    """What the body of function `index` at `start` to `end` of the module calls."""
    result = FunctionCalls()
    function = decode_function(module.data, start, end, index, module.info)
    for op, immediate in zip(function.ops, function.immediates, strict=True):
        if op in (CALL, RETURN_CALL):
            result.callees.add(immediate)  # type: ignore[arg-type]
        elif op in (CALL_INDIRECT, RETURN_CALL_INDIRECT):
            result.indirect.add(immediate)  # type: ignore[arg-type]
            result.tails |= op == RETURN_CALL_INDIRECT
        elif op in (CALL_REF, RETURN_CALL_REF):
            result.references.add(immediate)  # type: ignore[arg-type]
            result.tails |= op == RETURN_CALL_REF
        elif op in WAITS:
            result.waits = True
        elif op == LOOP:
            assert isinstance(immediate, Block)
            result.loops |= immediate.targeted
        elif op in THROWS:
            result.throws = True
    return result


def add_callers(functions: set[int], edges: dict[int, set[int]]) -> None:
    """Add to `functions` those that call one of them, and so on; `edges` are what functions call."""
    callers: dict[int, list[int]] = {}
    for index, callees in edges.items():
        for callee in callees:
            callers.setdefault(callee, []).append(index)
    pending = list(functions)
    while pending:
        for caller in callers.get(pending.pop(), ()):
            if caller not in functions:
                functions.add(caller)
                pending.append(caller)


def in_cycles(edges: dict[int, set[int]]) -> set[int]:
    """The nodes of a graph that lie on a cycle (Tarjan's strongly connected components, without recursion)."""
    result: set[int] = set()
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    on_stack: set[int] = set()
    for root in edges:
        if root in order:
            continue
        work = [(root, iter(edges[root]))]
        order[root] = low[root] = len(order)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, successors = work[-1]
            for successor in successors:
                if successor not in edges:
                    continue
                if successor not in order:
                    order[successor] = low[successor] = len(order)
                    stack.append(successor)
                    on_stack.add(successor)
                    work.append((successor, iter(edges[successor])))
                    break
                if successor in on_stack:
                    low[node] = min(low[node], order[successor])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == order[node]:
                    component: list[int] = []
                    while not component or component[-1] != node:
                        component.append(stack.pop())
                    on_stack.difference_update(component)
                    if len(component) > 1 or node in edges[node]:
                        result.update(component)
    return result

"""Which functions may suspend: stop at a stable point, so that calls to them have to be checked.

A function suspends if it has a stable point of its own. Those are after calls to functions that suspend, and at
loops (by policy). So does a function of the host, which may be interrupted; and one in a cycle of the call graph,
for else a deep recursion could not be stopped. Runs on a whole module before any body is lowered, and decides on Wasm
alone, so that stable points are the same for every target.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvvm.options import Policy
from mvvm.passes.static_tables import NULL
from mvvm.wasm.code import CALL, CALL_INDIRECT, LOOP, WAITS, Block, decode_function

if TYPE_CHECKING:
    from mvvm.wasm.decode import Module
    from mvvm.wasm.module import ModuleInfo


class FunctionCalls:
    """What a body calls: functions by index, `(type index, table)` of calls through tables; whether it loops."""

    __slots__ = ("callees", "indirect", "loops", "waits")

    def __init__(self) -> None:
        self.callees: set[int] = set()
        self.indirect: set[tuple[int, int]] = set()
        self.loops = False
        self.waits = False  # memory.atomic.wait


class Suspending:
    """The functions that may suspend, by index, and how to tell for a call through a table."""

    def __init__(self, info: ModuleInfo, static_tables: dict[int, list[int]]) -> None:
        self._info = info
        self._tables = static_tables
        self._by_type: dict[tuple[str, int], set[int]] = {}
        self.functions: set[int] = set()

    def find(self, module: Module, policy: Policy) -> None:
        """Find the functions."""
        first = module.info.num_imported_functions
        calls = {
            first + position: find_calls(module, start, end, first + position)
            for position, (start, end) in enumerate(module.bodies)
        }
        edges = {index: self._edges(found) for index, found in calls.items()}
        loops_poll = policy != Policy.FUNCTION
        self.functions.update(range(first))
        for index, found in calls.items():
            if (found.loops and loops_poll) or found.waits or edges[index] is None:
                self.functions.add(index)
        known = {index: callees for index, callees in edges.items() if callees is not None}
        self._propagate(known)
        # What is left suspends only where it goes round in circles.
        rest = {index: callees - self.functions for index, callees in known.items() if index not in self.functions}
        self.functions |= in_cycles(rest)
        self._propagate(known)

    def calls_may_suspend(self, type_index: int, table: int) -> bool:
        """Whether a call through a table may reach a function that suspends."""
        targets = self._targets(type_index, table)
        return targets is None or not targets.isdisjoint(self.functions)

    def _targets(self, type_index: int, table: int) -> set[int] | None:
        """The functions of a type in a table that never changes; None for other tables: any function at all."""
        contents = self._tables.get(table)
        if contents is None:
            return None
        key = self._info.types[type_index].key
        found = self._by_type.get((key, table))
        if found is None:
            found = {index for index in contents if index != NULL and self._info.func_type(index).key == key}
            self._by_type[key, table] = found
        return found

    def _edges(self, calls: FunctionCalls) -> set[int] | None:
        """All functions that a body may call, None where that may be any."""
        result = set(calls.callees)
        for type_index, table in calls.indirect:
            targets = self._targets(type_index, table)
            if targets is None:
                return None
            result |= targets
        return result

    def _propagate(self, edges: dict[int, set[int]]) -> None:
        """Add the callers of functions that suspend."""
        callers: dict[int, list[int]] = {}
        for index, callees in edges.items():
            for callee in callees:
                callers.setdefault(callee, []).append(index)
        pending = list(self.functions)
        while pending:
            for caller in callers.get(pending.pop(), ()):
                if caller not in self.functions:
                    self.functions.add(caller)
                    pending.append(caller)


def find_calls(module: Module, start: int, end: int, index: int) -> FunctionCalls:
    """What the body of function `index` at `start` to `end` of the module calls."""
    result = FunctionCalls()
    function = decode_function(module.data, start, end, index, module.info)
    for op, immediate in zip(function.ops, function.immediates, strict=True):
        if op == CALL:
            result.callees.add(immediate)  # type: ignore[arg-type]
        elif op == CALL_INDIRECT:
            result.indirect.add(immediate)  # type: ignore[arg-type]
        elif op in WAITS:
            result.waits = True
        elif op == LOOP:
            assert isinstance(immediate, Block)
            result.loops |= immediate.targeted
    return result


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

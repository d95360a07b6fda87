"""Which functions may suspend: stop at a stable point, so that calls to them have to be checked.

A function suspends if it has a stable point of its own. Those are after calls to functions that suspend, and at
loops (by policy). So does a function of the host, which may be interrupted; and one in a cycle of the call graph,
for else a deep recursion could not be stopped. A tail call is a call like any other here: whoever called the function
that makes it sees what becomes of the one that it calls. But one through a reference or a table suspends always: a
function of the host that it reaches may be interrupted, and then the function that made the call stops. Runs on a whole
module before any body is lowered, and decides on Wasm alone, so that stable points are the same for every target.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mvvm.options import Policy
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
    TAIL_CALLS,
    THROWS,
    TRIES,
    WAITS,
    Block,
    decode_function,
)
from mvvm.wasm.module import GLOBAL, TABLE
from mvvm.wasm.types import EXNREF, FUNCREF

if TYPE_CHECKING:
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


class Suspending:
    """The functions that may suspend, by index, and how to tell for a call through a table."""

    def __init__(self, info: ModuleInfo, static_tables: dict[int, list[int]]) -> None:
        self._info = info
        self._tables = static_tables
        self._by_type: dict[tuple[str, int | None], set[int]] = {}
        self._referred: set[int] | int | None = _UNKNOWN
        self.functions: set[int] = set()

    def find(self, module: Module, policy: Policy) -> None:
        """Find the functions."""
        first = module.info.num_imported_functions
        calls = _find_all_calls(module)
        edges = {index: self._edges(found) for index, found in calls.items()}
        loops_poll = policy != Policy.FUNCTION
        self.functions.update(range(first))
        for index, found in calls.items():
            if (found.loops and loops_poll) or found.waits or found.tails or edges[index] is None:
                self.functions.add(index)
        known = {index: callees for index, callees in edges.items() if callees is not None}
        self._propagate(known)
        # What is left suspends only where it goes round in circles.
        rest = {index: callees - self.functions for index, callees in known.items() if index not in self.functions}
        self.functions |= in_cycles(rest)
        self._propagate(known)

    def call_may_suspend(self, op: int, immediate: object) -> bool:
        """Whether a call or tail call, with its immediate, has a stable point."""
        if op in (CALL, RETURN_CALL):
            return immediate in self.functions
        if op in TAIL_CALLS:
            return True
        type_index, table = immediate if isinstance(immediate, tuple) else (immediate, None)
        targets = self._targets(type_index, table)
        return targets is None or not targets.isdisjoint(self.functions)

    def _targets(self, type_index: int, table: int | None) -> set[int] | None:
        """The functions of a type in a table that never changes; None for other tables: any function at all.

        With None for the table: the functions of a type that a reference may be to.
        """
        contents = self.references() if table is None else self._tables.get(table)
        if contents is None:
            return None
        identity = self._info.types[type_index].identity
        found = self._by_type.get((identity, table))
        if found is None:
            found = {index for index in contents if index != NULL and self._info.func_type(index).identity == identity}
            self._by_type[identity, table] = found
        return found

    def references(self) -> set[int] | None:
        """The functions that references may be to; None where some may come from elsewhere."""
        if isinstance(self._referred, int):
            self._referred = None if _takes_references(self._info) else find_roots(self._info)
        return self._referred

    def _edges(self, calls: FunctionCalls) -> set[int] | None:
        """All functions that a body may call, None where that may be any."""
        result = set(calls.callees)
        for type_index, table in calls.indirect:
            targets = self._targets(type_index, table)
            if targets is None:
                return None
            result |= targets
        for type_index in calls.references:
            targets = self._targets(type_index, None)
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


def _takes_references(info: ModuleInfo) -> bool:
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


class Throwing(Suspending):
    """The functions that an exception may come out of, by index, and how to tell for a call through a table.

    Those that throw, all imports, and the callers of either, whatever they catch.
    """

    def find_throwing(self, module: Module) -> None:
        """Find the functions."""
        edges: dict[int, set[int]] = {}
        self.functions.update(range(module.info.num_imported_functions))
        for index, found in _find_all_calls(module).items():
            callees = self._edges(found)
            if found.throws or callees is None:
                self.functions.add(index)
            else:
                edges[index] = callees
        self._propagate(edges)

    def call_may_throw(self, op: int, immediate: object) -> bool:
        """Whether an exception may come out of a call, with its immediate."""
        return self.call_may_suspend(op, immediate)


# In the body of a module without tags, which cannot throw, what catches exceptions of others has these bytes: a
# `try_table` whose first clause is for all, or the older form's `try` and `catch_all`.
_BLOCK_TYPE = rb"(?:[\x40-\x7f]|[\x63\x64](?:[\x40-\x7f]|[\x80-\xff]{0,4}[\x00-\x3f])|[\x80-\xff]{0,4}[\x00-\x3f])"
_CATCHING_ALL = re.compile(
    rb"\x1f" + _BLOCK_TYPE + rb"[\x01-\x7f][\x02\x03]|\x06" + _BLOCK_TYPE + rb".*\x19", re.DOTALL
)


def uses_exceptions(module: Module) -> bool:
    """Whether a module has to do with exceptions, so that its calls are checked for them."""
    info = module.info
    if info.tags or any(EXNREF in type_.key for type_ in info.types):
        return True
    if not info.imports:
        return False
    return any(
        not TRIES.isdisjoint(decode_function(module.data, start, end, info.num_imported_functions + at, info).ops)
        for at, (start, end) in enumerate(module.bodies)
        if _CATCHING_ALL.search(module.data, start, end)
    )


def _find_all_calls(module: Module) -> dict[int, FunctionCalls]:
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

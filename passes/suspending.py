"""Which functions may suspend: stop at a stable point, so that calls to them have to be checked.

A function suspends if it has a stable point of its own. Those are after calls to functions that suspend, and at
loops (by policy). So does a function of the host, which may be interrupted; and one in a cycle of the call graph,
for else a deep recursion could not be stopped. A tail call is a call like any other here: whoever called the function
that makes it sees what becomes of the one that it calls. But one through a reference or a table suspends always: a
function of the host that it reaches may be interrupted, and then the function that made the call stops. Decides on Wasm
alone, so that stable points are the same for every target.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvvm.options import Policy
from mvvm.passes.call_graph import add_callers, in_cycles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mvvm.passes.call_graph import FunctionCalls


def find_suspending(
    calls: Mapping[int, FunctionCalls], edges: Mapping[int, set[int] | None], policy: Policy, imported: int
) -> set[int]:
    """The functions that may suspend, by index.

    `calls` and `edges` (CallGraph.edges) are of all bodies, `imported` is the number of imported functions.
    """
    result = set(range(imported))
    loops_poll = policy != Policy.FUNCTION
    for index, found in calls.items():
        if (found.loops and loops_poll) or found.waits or found.tails or edges[index] is None:
            result.add(index)
    known = {index: callees for index, callees in edges.items() if callees is not None}
    add_callers(result, known)
    # What is left suspends only where it goes round in circles.
    rest = {index: callees - result for index, callees in known.items() if index not in result}
    result |= in_cycles(rest)
    add_callers(result, known)
    return result

"""Which functions take part in tail calls: they make one, or may be what one calls.

Such a function gets a body that tail calls jump to, and an entry for all other callers (mvvm.lower.tail_calls). Runs on
a whole module before any body is lowered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvvm.passes.partition import find_roots
from mvvm.wasm.code import RETURN_CALL, TAIL_CALLS, called_type, decode_function
from mvvm.wasm.validate import may_tail_call

if TYPE_CHECKING:
    from mvvm.wasm.decode import Module


def find_tail_functions(module: Module) -> set[int]:
    """The functions that take part, by index; of those that references may be to, all that a tail call's type fits.

    A module without tail calls, as nearly all are, is not decoded for this.
    """
    if not may_tail_call(module.data):
        return set()
    info = module.info
    first = info.num_imported_functions
    result: set[int] = set()
    types: set[str] = set()
    for index, (start, end) in enumerate(module.bodies, first):
        function = decode_function(module.data, start, end, index, info)
        for op, immediate in zip(function.ops, function.immediates, strict=True):
            if op in TAIL_CALLS:
                result.add(index)
                if op == RETURN_CALL:
                    result.add(immediate)  # type: ignore[arg-type]
                else:
                    types.add(called_type(op, immediate, info).identity)
    if types:
        result |= {index for index in find_roots(info) if info.func_type(index).identity in types}
    return {index for index in result if index >= first}

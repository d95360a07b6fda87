"""What of a module LLVM sees at once, and what others may refer to.

A large module is cut into partitions, which are compiled one by one, in parallel and in bounded memory. LLVM inlines
only within a partition, which costs little: compilers that emit Wasm inlined before.
"""

from __future__ import annotations

from mvvm.wasm import const_expr
from mvvm.wasm.decode import Module
from mvvm.wasm.module import ACTIVE, FUNC, Global, ModuleInfo

# Bytes of function bodies in a partition. Large enough for LLVM to inline among neighbours, small enough to
# spread over processors and to bound the memory that one LLVM module takes. Independent of the machine, so that
# the output is too.
_PARTITION_BYTES = 96 * 1024


def cut(module: Module) -> list[tuple[int, int]]:
    """Cut a module into partitions: ranges of its bodies."""
    ranges = []
    start = size = 0
    for position, (begin, end) in enumerate(module.bodies):
        size += end - begin
        if size >= _PARTITION_BYTES:
            ranges.append((start, position + 1))
            start, size = position + 1, 0
    if start < len(module.bodies) or not ranges:
        ranges.append((start, len(module.bodies)))
    return ranges


def find_roots(info: ModuleInfo) -> set[int]:
    """The functions whose address the runtime needs: exports, elements, initial values, the start function.

    Whatever `ref.func` names in a body is among them (Wasm 3.0, 3.4.15).
    """
    roots = {export.index for export in info.exports if export.kind == FUNC}
    if info.start is not None:
        roots.add(info.start)
    expressions = [item.init for item in info.globals if isinstance(item, Global)]
    expressions += info.initial_elements.values()
    for segment in info.elements:
        roots.update(segment.functions or ())
        expressions += segment.expressions or ()
        if segment.mode == ACTIVE:
            expressions.append(segment.offset)
    for expression in expressions:
        _collect_functions(expression, roots)
    return roots


def _collect_functions(expression: bytes, functions: set[int]) -> None:
    def collect(index: int) -> int:
        functions.add(index)
        return 0

    const_expr.evaluate(expression, lambda _: 0, collect)

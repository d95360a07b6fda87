"""Loops, with their stable points.

A loop without a point is what it was in Wasm: a header with an entry and its back edges. With a point each time
(EACH), the back edges meet in a *latch*, which looks at the poll word:

    entry -> header -> body -> latch -> header
                                  └-> cold

A call-free innermost loop is strip-mined (STRIP): a poll in it would cost little itself, but keep LLVM from
vectorizing it. The latch counts, and only after a full strip it looks at the poll word:

    entry -> strip -> header -> body -> latch -> header
               ^                          └-> poll -> strip
                                                └-> cold

Both exits of the inner loop are countable where Wasm's own is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mvvm.lower.function import Frame
from mvvm.lower.llvm_types import LLVM, phi
from mvvm.lower.stable_points import check_loop
from mvvm.passes.stable_points import STRIP
from mvvm.wasm.types import F32, F64

if TYPE_CHECKING:
    from mvvm.lower.function import FunctionLowering
    from mvvm.wasm.code import Block

    Phis = list[tuple[int, str, str]]  # of each: its line, which is written at the loop's end, its name and type
    Row = tuple[str, list[str]]  # an edge: where it comes from, a value for each phi


class Loop:
    """What is kept of an open loop: its header's phis, and those of its strip with the counter."""

    __slots__ = ("counter", "header", "phis", "position", "strip", "strip_phis")

    def __init__(self, position: int) -> None:
        self.position = position  # of `loop`
        self.header = ""
        self.phis: Phis = []
        self.strip = ""
        self.strip_phis: Phis = []
        self.counter: tuple[int, str] = (0, "")  # line and name of its phi


def open_loop(f: FunctionLowering, block: Any) -> None:
    """Lower `loop`. A loop that no branch names is a block."""
    frame = Frame(block, f.label())
    f.frames[block] = frame
    if not block.targeted:
        return
    f.edge(frame)
    frame.loop = loop = Loop(f.position)
    how = f.stable_points.loops.get(block)
    # Branches go to the frame's label: to the latch where there is one.
    loop.header = f.label() if how else frame.label
    if how == STRIP:
        loop.strip = f.label()
        loop.strip_phis = _start_with_phis(f, block, loop.strip)
    loop.phis = _start_with_phis(f, block, loop.header)
    if how == STRIP:
        loop.counter = (len(f.lines), f.name())
        f.lines.append("")


def _start_with_phis(f: FunctionLowering, block: Any, label: str) -> Phis:
    """Start a block whose phis are the loop's parameters and locals."""
    f.lines.append(f"  br label %{label}")
    f.start_block(label)
    phis = []
    for type_ in _types(f, block):
        phis.append((len(f.lines), f.name(), LLVM[type_]))
        f.lines.append("")
        if f.facts.canonicalize_nans and type_ in (F32, F64):
            f.raw[phis[-1][1]] = f.name()
    names = [name for _, name, _ in phis]
    arity = len(block.type.params)
    if arity:
        f.stack[-arity:] = names[:arity]
    for index, name in zip(block.phi_locals, names[arity:], strict=True):
        f.locals[index] = name
    return phis


def _types(f: FunctionLowering, block: Block) -> str:
    return block.type.params + "".join([f.function.locals[i] for i in block.phi_locals])


def close_loop(f: FunctionLowering, frame: Frame) -> None:
    """Lower the `end` of a loop: all edges to it are known now."""
    loop = frame.loop
    if loop is None:
        return
    rows = rows_of(frame)
    if loop.header == frame.label:
        _write_phis(f, loop.phis, rows)
        return
    entry, *back = rows
    with f.aside():
        f.start_block(frame.label)
        values = merge_edges(f, frame.block, back)
        if loop.strip:
            _count(f, loop, values)
        again = f.label()
        check_loop(f, loop.position, *state_of_loop(f, frame.block, values), again)
        f.lines.append(f"{again}:\n  br label %{loop.strip or loop.header}")
    _write_phis(f, loop.strip_phis or loop.phis, [entry, (again, values)])


def rows_of(frame: Frame) -> list[Row]:
    """The edges that lead to a loop."""
    return [(origin, [*values, *locals_]) for origin, values, locals_ in frame.incoming]


def merge_edges(f: FunctionLowering, block: Block, rows: list[Row]) -> list[str]:
    """The values of a loop's parameters and locals where several edges meet; the LLVM block has just begun."""
    origins = [origin for origin, _ in rows]
    columns = zip(*[values for _, values in rows], strict=True)
    return [f.phi(LLVM[t], origins, column) for t, column in zip(_types(f, block), columns, strict=True)]


def _count(f: FunctionLowering, loop: Loop, values: list[str]) -> None:
    """Go round in the strip, until it is full."""
    line, counter = loop.counter
    counted = f.emit(f"add nuw nsw i32 {counter}, 1")
    more = f.emit(f"icmp ult i32 {counted}, {1 << f.facts.threshold_bits}")
    poll = f.label()
    f.lines.append(f"  br i1 {more}, label %{loop.header}, label %{poll}\n{poll}:")
    around: list[Row] = [(loop.strip, [name for _, name, _ in loop.strip_phis]), (f.current, values)]
    f.outer_lines[line] = f"  {counter} = phi i32 [0, %{loop.strip}], [{counted}, %{f.current}]"
    _write_phis(f, loop.phis, around)
    f.current = poll


def state_of_loop(f: FunctionLowering, block: Block, values: list[str]) -> tuple[list[str], list[str]]:
    """The locals and the operand stack when a loop goes round, given `values` for its parameters and locals."""
    arity = len(block.type.params)
    locals_ = list(f.locals)
    for index, value in zip(block.phi_locals, values[arity:], strict=True):
        locals_[index] = value
    return locals_, [*f.stack[: block.height], *values[:arity]]


def _write_phis(f: FunctionLowering, phis: Phis, rows: list[Row]) -> None:
    origins = [origin for origin, _ in rows]
    columns = zip(*[values for _, values in rows], strict=True)
    for (line, name, type_), column in zip(phis, columns, strict=True):
        f.outer_lines[line] = f"  {name} = {phi(type_, origins, column)}"
        raw = f.raw.get(name)
        if raw is not None:
            f.outer_lines[line] += f"\n  {raw} = {phi(type_, origins, [f.raw.get(v, v) for v in column])}"

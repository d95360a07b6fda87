"""Lowering of one function: the state that the handlers of all instructions work on.

The operand stack and the locals hold SSA values as text (`%v7`, or a constant). Nothing is stored: locals become
SSA values directly, with phis where control flow merges, so LLVM has no stack slots to promote.
"""

from __future__ import annotations

from contextlib import contextmanager
from copy import copy
from typing import TYPE_CHECKING

from mvvm.abi.context import MEMORY_BASE, MEMORY_CELL, ContextLayout
from mvvm.abi.sections import FUNCTION
from mvvm.cpu import BIG_ENDIAN
from mvvm.lower.in_flight import throw_to_caller
from mvvm.lower.llvm_types import INVARIANT, LLVM, SELF, ZERO, phi, result_type
from mvvm.lower.stable_points import write_commits
from mvvm.options import Policy
from mvvm.passes.call_graph import Callees, CallGraph, find_all_calls
from mvvm.passes.liveness import find_liveness
from mvvm.passes.stable_points import find_stable_points
from mvvm.passes.static_tables import find_changed_tables, find_static_tables
from mvvm.passes.suspending import find_suspending
from mvvm.passes.tail_calls import find_tail_functions
from mvvm.passes.throwing import find_throwing, meets_exceptions
from mvvm.wasm.code import Block, Function
from mvvm.wasm.decode import Module
from mvvm.wasm.module import Global

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mvvm.lower.loops import Loop
    from mvvm.lower.stable_points import Commit, Point
    from mvvm.options import CompileOptions, Target

Edge = tuple[str, "Sequence[str]", "Sequence[str]"]  # from LLVM block, values for the label's types, for its locals


class ModuleFacts:
    """What lowering knows of a whole module. Shared by all of its functions."""

    __slots__ = (
        "_canonical",
        "architecture",
        "call_graph",
        "canonicalize_nans",
        "features",
        "fixed_tables",
        "has_wide_memory",
        "info",
        "layout",
        "policy",
        "reverses_bytes",
        "static_tables",
        "suspending",
        "tail_functions",
        "threshold_bits",
        "throwing",
    )

    def __init__(
        self,
        module: Module,
        options: CompileOptions,
        suspending: set[int] | None = None,
        throws: set[int] | None = None,
    ) -> None:
        """`suspending` are the functions that may suspend, if that is known already; `throws` those that may throw."""
        self.info = info = module.info
        self._aim(options.target)
        self.has_wide_memory = any(limits.index64 for limits in info.memories)
        self.layout = ContextLayout(info)
        changed = find_changed_tables(module)
        # Function indices in the tables that never change.
        self.static_tables = find_static_tables(module, changed)
        # Tables whose number of elements never changes, with that number.
        self.fixed_tables = {
            index: table.limits.minimum
            for index, table in enumerate(info.tables)
            if index not in changed or table.limits.maximum == table.limits.minimum
        }
        self.policy = options.checkpoint
        self.threshold_bits = options.threshold_bits
        self.canonicalize_nans = options.canonicalize_nans
        self.call_graph = graph = CallGraph(info, self.static_tables)
        # Functions that take part in tail calls. A continuation calls them as any others.
        self.tail_functions = find_tail_functions(module) if suspending is None else set[int]()
        if suspending is None and self.policy == Policy.NONE:
            suspending = set()
        meets = throws is not None or meets_exceptions(info)
        calls = find_all_calls(module) if suspending is None or (meets and throws is None) else {}
        edges = graph.edges(calls)
        imported = info.num_imported_functions
        if suspending is None:
            suspending = find_suspending(calls, edges, self.policy, imported)
        if meets and throws is None:
            throws = find_throwing(calls, edges, imported)
        self.suspending = Callees(graph, suspending)
        self.throwing = None if throws is None else Callees(graph, throws)  # None: no exception is ever in flight
        self._canonical: dict[str, int] = {}
        for index, type_ in enumerate(info.types):
            self._canonical.setdefault(type_.identity, index)

    def _aim(self, target: Target) -> None:
        self.architecture = target.architecture
        self.features = target.features  # as LLVM calls them, those that not every such machine has
        # Whether memories have another byte order than the machine.
        self.reverses_bytes = target.architecture in BIG_ENDIAN

    def for_target(self, target: Target) -> ModuleFacts:
        """The same module for another target: what is decided on Wasm is the same."""
        facts = copy(self)
        facts._aim(target)
        return facts

    def canonical_type(self, type_index: int) -> int:
        """The first type index that stands for the same type."""
        return self._canonical[self.info.types[type_index].identity]


class Frame:
    """A control frame: a Block while it is lowered."""

    __slots__ = (
        "block",
        "caught",
        "dispatch",
        "incoming",
        "label",
        "loop",
        "params",
        "saved_locals",
        "split_from",
        "thrown",
    )

    def __init__(self, block: Block, label: str) -> None:
        self.block = block
        self.label = label
        self.incoming: list[Edge] = []
        self.saved_locals: list[str] = []  # of an `if`: the locals at its condition; of a try block: at its start
        self.params: list[str] = []  # of an `if`: its parameters
        self.split_from = ""  # of an `if`: the LLVM block that its condition is in
        self.loop: Loop | None = None  # of a loop that branches name
        # Of a try block: the label of where its exceptions are looked at, empty once that was written; the ways there,
        # with values for its catch_locals; and of its handlers that are still to be lowered: label, values, locals.
        self.dispatch = ""
        self.thrown: list[tuple[str, list[str]]] = []
        self.caught: list[tuple[str, list[str], list[str]]] = []


class FunctionLowering:
    """The state of lowering one function."""

    __slots__ = (
        "_names",
        "_prologue",
        "_traps",
        "accessed",
        "addresses",
        "bools",
        "called",
        "canonical",
        "cold",
        "commits",
        "current",
        "dead_sets",
        "declarations",
        "facts",
        "frames",
        "function",
        "handler",
        "lines",
        "live",
        "loads",
        "locals",
        "outer_lines",
        "points",
        "position",
        "promotions",
        "raw",
        "reachable",
        "resumed_at",
        "returns_early",
        "stable_points",
        "stack",
        "static_tables_used",
        "sums",
        "tail_called",
        "tail_values",
        "throws_out",
        "vectors",
    )

    def __init__(self, function: Function, facts: ModuleFacts, *, canonical: bool = False) -> None:
        """Run the passes on a function's decoded body, and begin.

        `canonical` makes records of stable points that depend on nothing but the function: a continuation lowers an
        instruction more than once.
        """
        self.function = function
        self.facts = facts
        self.canonical = canonical
        self.stable_points = points = find_stable_points(
            function, facts.info, facts.policy, facts.suspending, facts.throwing
        )
        self.dead_sets, self.live = find_liveness(function, with_points=bool(points))
        self.points: list[Point] = []
        self.commits: list[Commit] = []
        self.returns_early = False  # whether anything branches to %unwound
        self.throws_out = False  # whether anything branches to %throwing
        self.handler: Block | None = None  # the try block whose body is being lowered, the innermost
        self.position = 0  # of the instruction that is lowered
        self.resumed_at = -1  # the position that a continuation begins with
        self.tail_called: set[int] = set()  # functions whose bodies tail calls name
        self.tail_values: list[str] = []  # of the stable point before a tail call
        self.stack: list[str] = []
        params = len(function.type.params)
        self.locals = [f"%p{i}" for i in range(params)] + [ZERO[t] for t in function.locals[params:]]
        self.lines: list[str] = []
        self.outer_lines = self.lines  # where `lines` go on after what is written aside
        self.cold: list[str] = []  # blocks that are hardly ever reached, to be put behind the others
        self.frames: dict[Block, Frame] = {}  # of the open blocks, outermost first
        self.current = "entry"  # label of the LLVM block that is written
        self.reachable = True
        self.called: set[int] = set()
        self.static_tables_used: set[int] = set()
        self.addresses: dict[str, str] = {}  # address -> pointer, valid in this block and those it dominates
        # (memory, integer) -> a constant and the pointer to the byte at their sum, accessed in this block or before.
        self.accessed: dict[tuple[int, str], tuple[int, str]] = {}
        self.sums: dict[str, tuple[str, int]] = {}  # integer -> the value and the constant that it is the sum of
        self.bools: dict[str, str] = {}  # i32 that is 0 or 1 -> the i1 it was made from
        self.loads: dict[str, int] = {}  # value -> line of the load that made it
        self.promotions: dict[str, str] = {}  # f64 -> the f32 that it was promoted from
        self.vectors: dict[str, tuple[str, str]] = {}  # v128 -> the vector that it was cast from, after its type
        self.declarations: set[str] = set()  # of intrinsics and constants that only vectors need
        self.raw: dict[str, str] = {}  # float -> the same, with whatever NaN (mvvm.lower.nans)
        self._names = 0
        self._traps: dict[int, str] = {}
        self._prologue: dict[str, str] = {}  # values computed in the entry block: name -> lines

    # Names, lines, blocks.

    def name(self) -> str:
        """A fresh SSA name."""
        self._names += 1
        return f"%v{self._names}"

    def emit(self, expression: str) -> str:
        """Append an instruction. Returns the name of its value."""
        self._names += 1
        value = f"%v{self._names}"
        self.lines.append(f"  {value} = {expression}")
        return value

    def label(self) -> str:
        """A fresh label."""
        self._names += 1
        return f"b{self._names}"

    def start_block(self, label: str) -> None:
        """Start an LLVM block which the present one does not dominate."""
        self.lines.append(f"{label}:")
        self.current = label
        self.addresses.clear()
        self.accessed.clear()

    def branch_if(self, condition: str, target: str) -> None:
        """Leave to `target` if an i1 holds; the code goes on in a new block."""
        after = self.label()
        self.lines.append(f"  br i1 {condition}, label %{target}, label %{after}\n{after}:")
        self.current = after

    def condition(self, value: str) -> str:
        """An i32 as an i1: whether it is not 0."""
        known = self.bools.get(value)
        return known if known is not None else self.emit(f"icmp ne i32 {value}, 0")

    def trap_label(self, code: int) -> str:
        """The label of the function's block that traps with `code`."""
        return self._traps.setdefault(code, f"trap{code}")

    def trap_if(self, condition: str, code: int) -> None:
        """Trap with `code` if an i1 holds."""
        self.branch_if(condition, self.trap_label(code))

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Write blocks that go behind the others, while the present one stays open."""
        state = self.lines, self.current, self.addresses, self.accessed
        self.lines, self.addresses, self.accessed = [], {}, {}
        yield
        self.cold.append("\n".join(self.lines))
        self.lines, self.current, self.addresses, self.accessed = state

    # Edges and merges.

    def edge(self, frame: Frame, origin: str | None = None) -> None:
        """Record that control goes from the present block to `frame`'s label."""
        block = frame.block
        arity = len(block.label_types)
        locals_ = self.locals
        frame.incoming.append(
            (
                self.current if origin is None else origin,
                self.stack[-arity:] if arity else (),
                [locals_[i] for i in block.phi_locals],
            )
        )

    def merge(self, frame: Frame) -> None:
        """Start the block at `frame`'s label, with the phis of its incoming edges."""
        self.start_block(frame.label)
        block = frame.block
        origins = [origin for origin, _, _ in frame.incoming]
        stack = self.stack
        del stack[block.height :]
        columns: Iterable[tuple[str, ...]] = zip(*[values for _, values, _ in frame.incoming], strict=True)
        for type_, column in zip(block.label_types, columns, strict=True):
            stack.append(self.phi(LLVM[type_], origins, column))
        columns = zip(*[locals_ for _, _, locals_ in frame.incoming], strict=True)
        types = self.function.locals
        for index, column in zip(block.phi_locals, columns, strict=True):
            self.locals[index] = self.phi(LLVM[types[index]], origins, column)
        self.reachable = True

    def phi(self, type_: str, origins: list[str], values: tuple[str, ...]) -> str:
        """The value of an edge of several, by the LLVM block that it comes from."""
        first = values[0]
        if values.count(first) == len(values):
            return first
        value = self.emit(phi(type_, origins, values))
        raw = self.raw
        if raw and not raw.keys().isdisjoint(values):
            raw[value] = self.emit(phi(type_, origins, [raw.get(v, v) for v in values]))
        return value

    # Values that the entry block computes once.

    def context_field(self, name: str, offset: int) -> str:
        """The address of a field of the context."""
        return self.once(name, f"getelementptr inbounds i8, ptr %ctx, i64 {offset}")

    def context_pointer(self, name: str, offset: int) -> str:
        """A pointer in the context that never changes."""
        field = self.context_field(f"{name}.p", offset)
        return self.once(name, f"load ptr, ptr {field}, align 8, {INVARIANT}")

    def memory_base(self, index: int) -> str:
        """The address of a memory's byte 0."""
        return self.context_pointer(f"%mem{index}", self.facts.layout.memory(index) + MEMORY_BASE)

    def memory_pages(self, index: int) -> str:
        """The size of a memory now, as an i64 number of pages."""
        cell = self.context_pointer(f"%pages{index}", self.facts.layout.memory(index) + MEMORY_CELL)
        return self.emit(f"load i64, ptr {cell}, align 8")

    def global_address(self, index: int) -> str:
        """The address of a global's value."""
        offset = self.facts.layout.global_(index)
        if isinstance(self.facts.info.globals[index], Global):
            return self.context_field(f"%global{index}", offset)
        return self.context_pointer(f"%global{index}", offset)

    def once(self, name: str, expression: str) -> str:
        """A value of this name, computed at the function's entry."""
        if name not in self._prologue:
            self._prologue[name] = f"  {name} = {expression}"
        return name

    # The whole.

    def text(self, linkage: str, name: str = "", params: str = "") -> str:
        """The function's IR, after all instructions were lowered; with another name and parameters where given."""
        function = self.function
        name = name or f"{FUNCTION}{function.index}"
        params = params or ", ".join([f"{LLVM[t]} %p{i}" for i, t in enumerate(function.type.params)])
        params = f"{SELF} %ctx, {params}" if params else f"{SELF} %ctx"
        head = f"define {linkage} {result_type(function.type)} @{name}({params}) #0 {{\nentry:"
        traps = [
            f"{label}:\n  call void @mvvm_trap({SELF} %ctx, i32 {code})\n  unreachable"
            for code, label in self._traps.items()
        ]
        traps += write_commits(self)
        if self.throws_out:
            traps.append(throw_to_caller(self))
        if self.returns_early:
            returned = result_type(function.type)
            traps.append("unwound:\n  ret void" if returned == "void" else f"unwound:\n  ret {returned} poison")
        return "\n".join([head, *self._prologue.values(), *self.lines, *self.cold, *traps, "}\n"])

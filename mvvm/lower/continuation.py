"""Continuations: a function entered at a label, in the middle of its body.

The body from the label on is lowered once as the *first part*. A loop around the label cannot go round again there:
an edge into the middle of a loop would make it irreducible, which LLVM does not optimize. So the back edges of the
innermost loop around the label lead to a *clean copy*: the whole loop, lowered once more as any loop is, behind the
first part's rest of it. After one iteration at the most the program is in a normal loop again.

    label .. end of the innermost loop | the innermost loop | .. end of the next loop | ..

The back edges of the loops further out would need copies of larger and larger parts of the body. They *switch*: the
continuation puts what is live at the loop into the slots that it was given and returns, and the runtime goes on
with the continuation from that loop, in which it is a normal loop too. That happens once for each loop around the
label at the most.

A frame that is in a call may go on because an exception came out of the call. Then the exception is in flight at the
entry, and control goes to the handler around the call at once.

What lies on the operand stack below a loop, or is in a local that the loop does not set, was loaded at the entry and
dominates all copies.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from mvvm.abi.context import CONTEXT_SWITCH, THREAD_EXCEPTION
from mvvm.abi.sections import RESUME
from mvvm.abi.stable_points import first_slots
from mvvm.abi.view import AT, IN_CALL
from mvvm.errors import BadSnapshot
from mvvm.lower import nans
from mvvm.lower.function import Frame, FunctionLowering
from mvvm.lower.in_flight import go_to_handler, thread_field
from mvvm.lower.indirect import declare_static_table
from mvvm.lower.llvm_types import LLVM, SELF, ZERO, result_type, returned_types
from mvvm.lower.loops import merge_edges, rows_of, state_of_loop
from mvvm.lower.module import HANDLERS, declare_function, declare_support, lower_function, module_text
from mvvm.passes.liveness import live_locals
from mvvm.passes.shadow_stack import insert_stack_checks
from mvvm.wasm.code import (
    BLOCK,
    CALLS,
    CATCHES,
    DELEGATE,
    ELSE,
    END,
    IF,
    LEAVING,
    LOOP,
    TAIL_CALLS,
    TRIES,
    Block,
    decode_function,
)
from mvvm.wasm.operands import operand_types

if TYPE_CHECKING:
    from collections.abc import Collection

    from mvvm.lower.function import ModuleFacts
    from mvvm.passes.shadow_stack import ShadowStack
    from mvvm.wasm.code import Function
    from mvvm.wasm.decode import Module


_BODY = "mvvm_resume_body"  # the function that is entered at the label
# Functions that LLVM may inline into a continuation: bytes of a body, and of all of them together. It sees all others
# as code elsewhere.
_INLINED_BYTES = 512
_ALL_INLINED_BYTES = 24 * 1024


class Continuation:
    """The IR of a continuation: of the function itself, and of the thunk that enters it.

    It starts AT byte `pc` of the module, and takes the live `locals` (indices) and the operand stack, whose `types` are
    in this order. `switches` are the loops that it may switch at: for each its byte offset, live locals, and types.
    """

    __slots__ = ("locals", "lowering", "pc", "switches", "text", "types")

    def __init__(self, lowering: FunctionLowering, position: int, locals_: tuple[int, ...], operands: str) -> None:
        function = lowering.function
        self.lowering = lowering
        self.pc = function.offsets[position]
        self.locals = locals_
        self.types = "".join([function.locals[i] for i in locals_]) + operands
        self.text = ""
        self.switches: list[tuple[int, tuple[int, ...], str]] = []


def lower_continuation(
    module: Module,
    facts: ModuleFacts,
    shadow_stack: ShadowStack | None,
    label: tuple[int, int, int],
    missing: Collection[int],
) -> Continuation:
    """Lower a function entered at a label, to a module of IR.

    The label is the function's index, a byte offset in the module, and whether the frame is AT the instruction
    there or IN_CALL, after the call. `missing` are functions whose code is nowhere else: they get a copy. Raises
    BadSnapshot where there is no such label.
    """
    result = _lower_resumed(module, facts, shadow_stack, *label)
    texts = [result.text]
    called, tables = set(result.lowering.called), set(result.lowering.static_tables_used)
    declarations = set(result.lowering.declarations)
    pending, defined, budget = sorted(called), set[int](), _ALL_INLINED_BYTES
    for index in pending:  # grows
        if index in defined:
            continue
        start, end = module.bodies[index - module.info.num_imported_functions]
        if index not in missing and (end - start > _INLINED_BYTES or end - start > budget):
            continue
        lowering = lower_function(module, facts, index, shadow_stack)
        if not TAIL_CALLS.isdisjoint(lowering.function.ops):
            continue  # the code of these is never dropped
        budget -= end - start
        defined.add(index)
        texts.append(lowering.text("internal" if index in missing else "available_externally"))
        called |= lowering.called
        tables |= lowering.static_tables_used
        declarations |= lowering.declarations
        pending += sorted(lowering.called)
    # What is elsewhere is not near: no hidden symbols, so that LLVM goes through stubs and the global offset table.
    texts += [declare_static_table(table, "") for table in sorted(tables)]
    texts += [declare_function(module.info, index, "") for index in sorted(called - defined)]
    texts += sorted(declarations)
    if facts.canonicalize_nans:
        texts.append(nans.DEFINITIONS)
    texts.append(declare_support("", facts.architecture))
    result.text = module_text(texts, facts.architecture)
    return result


def _lower_resumed(
    module: Module, facts: ModuleFacts, shadow_stack: ShadowStack | None, index: int, pc: int, kind: int
) -> Continuation:
    first = module.info.num_imported_functions
    if not first <= index < len(module.info.functions):
        raise BadSnapshot(f"damaged snapshot: a frame of function {index}, which its module does not define")
    start, end = module.bodies[index - first]
    function = decode_function(module.data, start, end, index, module.info)
    position = _position(function, pc, kind, start, end)
    operands = operand_types(function, module.info)[position]
    if shadow_stack is not None:
        insert_stack_checks(function, shadow_stack)
    return _Resumed(function, facts, position, operands, in_call=kind == IN_CALL).lower()


def _position(function: Function, pc: int, kind: int, start: int, end: int) -> int:
    """The instruction that the program goes on with. Instructions without effect are not in the decoded body."""
    position = bisect_left(function.offsets, pc)
    if kind == AT:
        if start <= pc < end and position < len(function.offsets) and _falls_into(function, position):
            return position
    elif function.offsets[position : position + 1] == [pc] and function.ops[position] in CALLS:
        return position + 1
    raise BadSnapshot(f"damaged snapshot: a frame at byte {pc:#x}, where function {function.index} cannot be")


def _falls_into(function: Function, position: int) -> bool:
    """Whether control gets to an instruction from the one before it; else it is an `else` or `end` that is passed by.

    Operands are as the decoder followed them only where it does.
    """
    if position == 0:
        return True
    op, immediate = function.ops[position - 1], function.immediates[position - 1]
    return op not in LEAVING and not (op in (END, DELEGATE) and isinstance(immediate, Block) and not immediate.reached)


class _Open:
    """A block that is open at the label: the positions of its start, its `else` (if any) and its end.

    Of a try block whose body the label is in, `handlers` are the positions of its `catch` and `catch_all`; if the label
    is `in_handler`, `otherwise` is the next one.
    """

    __slots__ = ("block", "end", "handlers", "in_handler", "otherwise", "start")

    def __init__(self, block: Block, start: int) -> None:
        self.block = block
        self.start = start
        self.otherwise: int | None = None
        self.end = 0
        self.handlers: list[int] = []
        self.in_handler = False

    def next_part(self, position: int) -> int:
        """Where control may get to, from `position` on, if not from before it: a handler or the end."""
        return next((at for at in self.handlers if at >= position), self.end)


class _Resumed:
    """The lowering of a function from a position on."""

    def __init__(self, function: Function, facts: ModuleFacts, position: int, operands: str, *, in_call: bool) -> None:
        self.function = function
        self.position = position
        self.f = FunctionLowering(function, facts, canonical=True)
        self.f.resumed_at = position
        self.live = live_locals(function)
        self.may_throw = in_call and facts.throwing is not None
        self.operands = operands
        self.open = _open_at(function, position)
        self.has_clean_copy = False
        self.switches: list[tuple[int, tuple[int, ...], str]] = []

    def lower(self) -> Continuation:
        f = self.f
        # If an exception comes out of the call, what is live is what the handlers want too: that is before the call.
        live = self.live[self.position - 1 if self.may_throw else self.position]
        result = Continuation(f, self.position, live, self.operands)
        self._load(result)
        f.frames[f.function.body] = Frame(f.function.body, "return")
        for item in self.open[1:]:
            f.frames[item.block] = frame = Frame(item.block, f.label())
            if item.block.kind in TRIES and not item.in_handler:
                frame.dispatch = f.label()
                frame.saved_locals = list(f.locals)
                f.handler = item.block
        if self.may_throw:
            self._throw_at_entry()
        self._first_part()
        body = f.text("internal", _BODY, "ptr %values").replace(" #0 {", " alwaysinline #0 {", 1)
        result.text = body + _thunk(f.function)
        result.switches = self.switches
        return result

    def _load(self, result: Continuation) -> None:
        """Load the frame. A local that is not live is never read, so it may have any value."""
        f = self.f
        f.locals = [ZERO[t] for t in f.function.locals]
        num_locals = len(result.locals)
        for position, (type_, slot) in enumerate(zip(result.types, first_slots(result.types), strict=False)):
            address = f.emit(f"getelementptr inbounds i8, ptr %values, i64 {8 * slot}")
            value = f.emit(f"load {LLVM[type_]}, ptr {address}, align 8")
            if position < num_locals:
                f.locals[result.locals[position]] = value
            else:
                f.stack.append(value)

    def _throw_at_entry(self) -> None:
        """Go to the handler if an exception is in flight: it came out of the call."""
        f = self.f
        tag = f.emit(f"load i64, ptr {thread_field(f, THREAD_EXCEPTION)}, align 8")
        thrown = f.label()
        f.branch_if(f.emit(f"icmp ne i64 {tag}, 0"), thrown)
        with f.aside():
            f.start_block(thrown)
            go_to_handler(f, f.handler)

    def _walk(self, start: int, stop: int) -> None:
        f, function = self.f, self.function
        for position in range(start, stop):
            f.position = position
            HANDLERS[function.ops[position]](f, function.immediates[position])

    def _first_part(self) -> None:
        f, function = self.f, self.function
        position, count = self.position, len(function.ops)
        while position < count:
            innermost = self.open[-1]
            if not f.reachable and next(reversed(f.frames)) is innermost.block:
                # The rest of this block is reached only by branches from before the label.
                position = innermost.next_part(position)
            op = function.ops[position]
            f.position = position
            if position == innermost.end:
                self.open.pop()
                self._close(innermost)
            elif position == innermost.otherwise:
                # The other arm of an `if` whose first one the label is in, or another handler of a try block.
                frame = f.frames[innermost.block]
                f.edge(frame)
                f.lines.append(f"  br label %{frame.label}")
                f.reachable = False
            else:
                HANDLERS[op](f, function.immediates[position])
            position += 1

    def _close(self, item: _Open) -> None:
        f, block = self.f, item.block
        frame = f.frames[block]
        if block.kind != LOOP or not frame.incoming:
            HANDLERS[END](f, block)  # a block's label, or the end of a loop that does not go round
        elif self.has_clean_copy:
            del f.frames[block]
            self._switch(item, frame)
        else:
            self.has_clean_copy = True
            self._copy(item, frame)

    def _switch(self, item: _Open, frame: Frame) -> None:
        """Leave a loop's back edges to the continuation from there."""
        f, block, function = self.f, item.block, self.function
        with f.aside():
            f.start_block(frame.label)
            locals_, operands = state_of_loop(f, block, merge_edges(f, block, rows_of(frame)))
            live = self.live[item.start]
            types = "".join([function.locals[i] for i in live]) + function.operands[item.start]
            pc = function.offsets[item.start]
            values = [*(locals_[i] for i in live), *operands]
            for type_, value, slot in zip(types, values, first_slots(types)[:-1], strict=True):
                address = f.emit(f"getelementptr inbounds i8, ptr %values, i64 {8 * slot}")
                f.lines.append(f"  store {LLVM[type_]} {value}, ptr {address}, align 8")
            f.lines.append(f"  store i64 {pc}, ptr {f.context_field('%switch', CONTEXT_SWITCH)}, align 8")
            f.lines.append("  br label %unwound")
        f.returns_early = True
        self.switches.append((pc, live, types))

    def _copy(self, item: _Open, frame: Frame) -> None:
        """The clean copy of a loop, and both ways out of it."""
        f, block = self.f, item.block
        after = Frame(block, f.label())
        live = self.live[item.end + 1]
        arity = len(block.type.results)
        ways: list[tuple[str, list[str], list[str]]] = []

        def leave() -> None:
            if f.reachable:
                ways.append((f.current, f.stack[len(f.stack) - arity :], [f.locals[i] for i in live]))
                f.lines.append(f"  br label %{after.label}")

        below = f.stack[: block.height]
        leave()
        f.stack[:] = below
        f.merge(frame)
        self._walk(item.start, item.end + 1)
        leave()
        if not ways:
            f.reachable = False
            return
        f.start_block(after.label)
        f.reachable = True
        origins = [origin for origin, _, _ in ways]
        types = f.function.locals
        results = zip(*[values for _, values, _ in ways], strict=True)
        f.stack[:] = below
        f.stack += [f.phi(LLVM[t], origins, column) for t, column in zip(block.type.results, results, strict=True)]
        locals_ = zip(*[values for _, _, values in ways], strict=True)
        for i, column in zip(live, locals_, strict=True):
            f.locals[i] = f.phi(LLVM[types[i]], origins, column)


def _open_at(function: Function, position: int) -> list[_Open]:
    """The blocks that are open at a position, outermost first: the body itself, then the others."""
    stack = [_Open(function.body, -1)]
    at_position: list[_Open] = []
    inside: dict[Block, _Open] = {}
    for at, (op, immediate) in enumerate(zip(function.ops, function.immediates, strict=True)):
        if at == position:
            at_position = list(stack)
            inside = {item.block: item for item in stack}
        if op in (END, DELEGATE):
            item = stack.pop()
            item.end = at
        elif op in CATCHES:
            item = stack[-1]
            if item.block not in inside:
                item.in_handler = True
            elif not item.in_handler:
                item.handlers.append(at)
            elif item.otherwise is None:
                item.otherwise = at
        elif op == ELSE:
            if stack[-1].block in inside:
                stack[-1].otherwise = at
        elif op in (BLOCK, LOOP, IF) or op in TRIES:
            assert isinstance(immediate, Block)
            stack.append(_Open(immediate, at))
    return at_position


def _thunk(function: Function) -> str:
    """Enter the continuation with values from 8-byte slots; put results into 16-byte slots, unless it switches."""
    returned = result_type(function.type)
    results = function.type.results
    lines = [
        f"define hidden void @{RESUME}(ptr %ctx, ptr %values) #0 {{",
        f"  %r = call {returned} @{_BODY}({SELF} %ctx, ptr %values)".replace("%r = call void", "call void"),
        f"  %switch_field = getelementptr i8, ptr %ctx, i64 {CONTEXT_SWITCH}",
        "  %switch = load i64, ptr %switch_field",
        "  %stays = icmp eq i64 %switch, 0",
        "  br i1 %stays, label %results, label %return",
        "results:",
    ]
    for i, travels in enumerate(returned_types(results)):
        value = "%r"
        if len(results) > 1:
            value = f"%r{i}"
            lines.append(f"  {value} = extractvalue {returned} %r, {i}")
        lines.append(f"  %t{i} = getelementptr i8, ptr %values, i64 {16 * i}")
        lines.append(f"  store {travels} {value}, ptr %t{i}")
    return "\n".join([*lines, "  br label %return", "return:", "  ret void\n}\n"])

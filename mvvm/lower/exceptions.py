"""Exceptions: `throw` and its like, and try blocks of both forms, the final one and the older one.

A throw in a try block's body and the cold code of a call there branch to the block's *dispatch*, where the exception in
flight is compared with its clauses, one after the other; what none of them catches goes to the dispatch of the try
block further out, or to the caller (mvvm.lower.in_flight). The dispatch is written when the body ends and all ways to
it are known; locals meet there in phis.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mvvm.abi.context import THREAD_EXCEPTION, THREAD_EXCEPTION_VALUES
from mvvm.lower.exnrefs import new_exnref, throw_exnref
from mvvm.lower.function import Frame
from mvvm.lower.in_flight import go_to_handler, thread_field, throwing_offset
from mvvm.lower.llvm_types import INVARIANT, LLVM

if TYPE_CHECKING:
    from mvvm.lower.function import FunctionLowering
    from mvvm.wasm.code import Clause


def _tag(f: FunctionLowering, index: int) -> str:
    """The identity of a tag, a pointer."""
    return f.emit(f"load ptr, ptr {f.context_field(f'%tag{index}', f.facts.layout.tag(index))}, align 8, {INVARIANT}")


def _throw(f: FunctionLowering, tag: Any) -> None:
    params = f.facts.info.tag_params(tag)
    values = f.stack[len(f.stack) - len(params) :]
    del f.stack[len(f.stack) - len(params) :]
    if params:
        slots = thread_field(f, THREAD_EXCEPTION_VALUES)
        for number, (type_, value) in enumerate(zip(params, values, strict=True)):
            slot = f.emit(f"getelementptr i8, ptr {slots}, i64 {16 * number}") if number else slots
            f.lines.append(f"  store {LLVM[type_]} {value}, ptr {slot}, align 8")
    f.lines.append(f"  store ptr {_tag(f, tag)}, ptr {thread_field(f, THREAD_EXCEPTION)}, align 8")
    go_to_handler(f, f.handler)
    f.reachable = False


def _throw_ref(f: FunctionLowering, _: Any) -> None:
    throw_exnref(f, f.stack.pop())
    go_to_handler(f, f.handler)
    f.reachable = False


def _rethrow(f: FunctionLowering, block: Any) -> None:
    throw_exnref(f, f.stack[block.height])  # the handler's hidden operand
    go_to_handler(f, f.handler)
    f.reachable = False


def open_try(f: FunctionLowering, block: Any) -> None:
    """Lower the start of a try block."""
    frame = Frame(block, f.label())
    frame.dispatch = f.label()
    frame.saved_locals = list(f.locals)
    f.frames[block] = frame
    f.handler = block


def close_try(f: FunctionLowering, frame: Frame) -> None:
    """The end of a try block, or of its body if it has handlers: write the dispatch, unless that is done."""
    block = frame.block
    if not frame.dispatch:
        if f.reachable:  # the last handler's hidden operand ends with it
            del f.stack[block.height : len(f.stack) - len(block.type.results)]
        return
    label, frame.dispatch = frame.dispatch, ""
    f.handler = block.around
    reachable, locals_, stack = f.reachable, f.locals, list(f.stack)
    with f.aside():
        f.start_block(label)
        f.locals = list(frame.saved_locals)
        columns = zip(*[values for _, values in frame.thrown], strict=True)
        for index, column in zip(block.catch_locals, columns, strict=bool(frame.thrown)):
            f.locals[index] = f.phi(LLVM[f.function.locals[index]], [origin for origin, _ in frame.thrown], column)
        if _dispatch(f, frame):
            go_to_handler(f, block.outer)
    f.reachable, f.locals = reachable, locals_
    f.stack[:] = stack


def _dispatch(f: FunctionLowering, frame: Frame) -> bool:
    """Compare with the clauses. Returns whether there are exceptions that none of them catches."""
    block = frame.block
    tag = f.emit(f"load ptr, ptr {thread_field(f, THREAD_EXCEPTION)}, align 8")
    for clause in block.clauses:
        if clause.tag is None:
            _catch(f, frame, clause)
            return False
        match, other = f.label(), f.label()
        is_caught = f.emit(f"icmp eq ptr {tag}, {_tag(f, clause.tag)}")
        f.lines.append(f"  br i1 {is_caught}, label %{match}, label %{other}\n{match}:")
        f.current = match
        _catch(f, frame, clause)
        f.lines.append(f"{other}:")
        f.current = other
    return True


def _catch(f: FunctionLowering, frame: Frame, clause: Clause) -> None:
    """Take the exception in flight, and go to the clause's target with its values."""
    block = frame.block
    del f.stack[block.height :]
    in_handler = clause.target is block
    reference = new_exnref(f) if clause.with_ref else ""
    if reference and in_handler:
        f.stack.append(reference)
    slots = ""
    for number, type_ in enumerate("" if clause.tag is None else f.facts.info.tag_params(clause.tag)):
        slots = slots or thread_field(f, THREAD_EXCEPTION_VALUES)
        slot = f.emit(f"getelementptr i8, ptr {slots}, i64 {16 * number}") if number else slots
        f.stack.append(f.emit(f"load {LLVM[type_]}, ptr {slot}, align 8"))
    if reference and not in_handler:
        f.stack.append(reference)
    f.lines.append(f"  store ptr null, ptr {thread_field(f, THREAD_EXCEPTION)}, align 8")
    word = f.context_field("%throwing_field", throwing_offset(f.facts.architecture))
    f.lines.append(f"  store volatile i16 0, ptr {word}, align 2")
    if in_handler:
        label = f.label()
        frame.caught.append((label, f.stack[block.height :], list(f.locals)))
        f.lines.append(f"  br label %{label}")
    else:
        target = f.frames[clause.target]
        f.edge(target)
        f.lines.append(f"  br label %{target.label}")


def _handler(f: FunctionLowering, clause: Any) -> None:
    """`catch` or `catch_all`: the end of the body or of the handler before, and the start of a handler."""
    frame = f.frames[clause.block]
    if f.reachable:
        f.edge(frame)
        f.lines.append(f"  br label %{frame.label}")
    if frame.dispatch:
        close_try(f, frame)
    label, values, locals_ = frame.caught.pop(0)
    f.start_block(label)
    f.stack[clause.block.height :] = values
    f.locals = locals_
    f.reachable = True


HANDLERS = {
    "throw": _throw,
    "throw_ref": _throw_ref,
    "rethrow": _rethrow,
    "try": open_try,
    "try_table": open_try,
    "catch": _handler,
    "catch_all": _handler,
}

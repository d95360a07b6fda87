"""Exceptions that leave or enter a function: the words that tell of the exception in flight.

An exception in flight is in the Thread: its tag, its values (mvvm.abi.context). Who throws it to the caller sets
CONTEXT_THROWING, the upper half of the poll word, so that the check after the call finds it, and returns a dummy; the
caller branches to a handler of its own or returns in turn. That half is one instance's: where a call may cross into
another one the thread's word is looked at too, and then the exception is this instance's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvvm.abi.context import (
    CONTEXT_THROWING,
    THREAD_EXCEPTION,
    THREAD_EXCEPTION_CONTEXT,
)
from mvvm.abi.stable_points import THROWING, THROWING_LOWEST
from mvvm.cpu import BIG_ENDIAN
from mvvm.lower.llvm_types import COLD

if TYPE_CHECKING:
    from mvvm.lower.function import FunctionLowering
    from mvvm.wasm.code import Block


def throwing_offset(architecture: str) -> int:
    """The offset in a Context of CONTEXT_THROWING."""
    return CONTEXT_THROWING["big" if architecture in BIG_ENDIAN else "little"]


def thread_field(f: FunctionLowering, offset: int) -> str:
    """The address of a field of the Thread. The thread is the same throughout a function's run."""
    thread = f.emit("load ptr, ptr %ctx, align 8")
    return f.emit(f"getelementptr i8, ptr {thread}, i64 {offset}")


def go_to_handler(f: FunctionLowering, handler: Block | None, *, is_marked: bool = False) -> None:
    """End the present block: the exception in flight goes to the try block `handler`, or to the caller.

    `is_marked` tells that CONTEXT_THROWING is set already.
    """
    if handler is not None:
        frame = f.frames[handler]
        frame.thrown.append((f.current, [f.locals[i] for i in handler.catch_locals]))
        f.lines.append(f"  br label %{frame.dispatch}")
        return
    f.returns_early = True
    if is_marked:
        f.lines.append("  br label %unwound")
    else:
        f.throws_out = True
        f.lines.append("  br label %throwing")


def make_ours(thread: str, architecture: str) -> str:
    """IR that makes the exception in flight, in a Thread, the one of the instance whose Context is `%ctx`."""
    return f"""  %throwing.context = getelementptr i8, ptr {thread}, i64 {THREAD_EXCEPTION_CONTEXT}
  store ptr %ctx, ptr %throwing.context, align 8
  %throwing.word = getelementptr inbounds i8, ptr %ctx, i64 {throwing_offset(architecture)}
  store volatile i16 {THROWING}, ptr %throwing.word, align 2"""


def throw_to_caller(f: FunctionLowering) -> str:
    """The block where a function ends with an exception."""
    return f"""throwing:
  %throwing.thread = load ptr, ptr %ctx, align 8
{make_ours("%throwing.thread", f.facts.architecture)}
  br label %unwound"""


def throw_on(f: FunctionLowering) -> None:
    """After a call whose exception, of whatever instance, goes to the caller: go there if there is one."""
    if f.facts.throwing is None:
        return
    tag = f.emit(f"load i64, ptr {thread_field(f, THREAD_EXCEPTION)}, align 8")
    thrown, after = f.label(), f.label()
    f.lines.append(f"  br i1 {f.emit(f'icmp eq i64 {tag}, 0')}, label %{after}, label %{thrown}, {COLD}")
    with f.aside():
        f.start_block(thrown)
        _take_over(f)
        go_to_handler(f, None)
    f.lines.append(f"{after}:")
    f.current = after


def _take_over(f: FunctionLowering) -> None:
    """The exception in flight, which is of whatever instance, is that one's no more."""
    context = f.emit(f"load ptr, ptr {thread_field(f, THREAD_EXCEPTION_CONTEXT)}, align 8")
    theirs = f.emit(f"getelementptr i8, ptr {context}, i64 {throwing_offset(f.facts.architecture)}")
    f.lines.append(f"  store volatile i16 0, ptr {theirs}, align 2")


def look_for_exception(f: FunctionLowering, word: str, going_on: str, *, crosses: bool) -> str:
    """Write the cold block that is reached where a call's check finds something: an exception or a request.

    `word` is the poll word. Control goes to the block `going_on` where there is no exception. Returns the label. Call
    it in a block of its own (FunctionLowering.aside).
    """
    cold, thrown = f.label(), f.label()
    f.start_block(cold)
    if crosses:
        tag = f.emit(f"load i64, ptr {thread_field(f, THREAD_EXCEPTION)}, align 8")
        is_thrown = f.emit(f"icmp ne i64 {tag}, 0")
    else:
        is_thrown = f.emit(f"icmp uge i32 {word}, {THROWING_LOWEST}")
    f.lines.append(f"  br i1 {is_thrown}, label %{thrown}, label %{going_on}")
    f.start_block(thrown)
    if crosses:
        _take_over(f)
    go_to_handler(f, f.handler, is_marked=not crosses)
    return cold


def branch_if_found(f: FunctionLowering, word: str, after: str, cold: str, *, crosses: bool) -> None:
    """End the present block after a call: to `cold` where there is an exception or a request, else to `after`."""
    if crosses:
        tag = f.emit(f"load i64, ptr {thread_field(f, THREAD_EXCEPTION)}, align 8")
        wide = f.emit(f"zext i32 {word} to i64")
        both = f.emit(f"or i64 {tag}, {wide}")
        nothing = f.emit(f"icmp eq i64 {both}, 0")
    else:
        nothing = f.emit(f"icmp eq i32 {word}, 0")
    f.lines.append(f"  br i1 {nothing}, label %{after}, label %{cold}, {COLD}")

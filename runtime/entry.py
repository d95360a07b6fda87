"""Entering the guest: every call of compiled code from the host goes this way."""

from __future__ import annotations

from mvvm.abi.context import RETURNED
from mvvm.runtime import thread as threads
from mvvm.runtime.traps import raise_trap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mvvm.errors import WasmException
    from mvvm.runtime.instance import Instance
    from mvvm.runtime.store import Store
    from mvvm.runtime.thread import Thread

# Python frames that a callback needs until it can deal with an exception of its own.
_CALLBACK_DEPTH = 5


def enter(instance: Instance, thunk: int, record: int, values: int, thrown: WasmException | None = None) -> None:
    """Run `void thunk(record, values)`, addresses all, in the guest.

    `thrown` is an exception that is in flight there from the start. Raises Trap, WasmException, Stopped, and what the
    host raised.
    """
    _require_recursion(_CALLBACK_DEPTH)
    threads.ensure_handler()
    thread = threads.current()
    if thread.exception.value:
        from mvvm.runtime.exceptions import set_aside

        with set_aside(thread):
            enter(instance, thunk, record, values, thrown)
        return
    store = instance.store.root()
    store.enter(thread)
    outer, thread.store = thread.store, store
    controller = instance.controller
    if controller is not None and outer is not None:
        controller.hold()
    try:
        if thrown is not None:
            from mvvm.runtime.exceptions import throw_into

            throw_into(thread, thrown, instance.context, store)
        code = instance.program.enter(thread.address, thunk, record, values)
    except BaseException:  # KeyboardInterrupt, say, which Python holds back while the guest runs
        _abandon(thread, store)
        raise
    finally:
        thread.store = outer
        store.leave()
        if controller is not None and outer is not None:
            controller.release()
    if code != RETURNED:
        _abandon(thread, store)
        raise_trap(code, thread, store.root())
    thread.pending = None  # what the host threw and the guest caught
    if thread.exception.value:
        from mvvm.runtime.exceptions import take

        raise take(thread, store)
    if controller is not None and controller.unwinding:
        from mvvm.runtime.control import Stopped

        raise Stopped(controller.take())


def _abandon(thread: Thread, store: Store) -> None:
    """No exception is in flight any more. A trap may come while one is: where a reference to it is made."""
    if thread.exception.value:
        from mvvm.runtime.exceptions import abandon

        abandon(thread, store)


def _require_recursion(depth: int) -> None:
    """Raise RecursionError here, if the guest's calls of the host would.

    There it would come before a callback's first line, where ctypes swallows it and makes a result up.
    """
    if depth:
        _require_recursion(depth - 1)

"""Entering the guest: every call of compiled code from the host goes this way."""

from __future__ import annotations

from mvvm.abi.context import RETURNED
from mvvm.runtime import thread as threads
from mvvm.runtime.traps import raise_trap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mvvm.runtime.instance import Instance

# Python frames that a callback needs until it can deal with an exception of its own.
_CALLBACK_DEPTH = 5


def enter(instance: Instance, thunk: int, record: int, values: int) -> None:
    """Run `void thunk(record, values)`, addresses all, in the guest. Raises Trap, Stopped, and what the host raised."""
    _require_recursion(_CALLBACK_DEPTH)
    threads.ensure_handler()
    thread = threads.current()
    store = instance.store.root()
    store.enter(thread)
    outer, thread.store = thread.store, store
    controller = instance.controller
    if controller is not None and outer is not None:
        controller.hold()
    try:
        code = instance.program.enter(thread.address, thunk, record, values)
    finally:
        thread.store = outer
        store.leave()
        if controller is not None and outer is not None:
            controller.release()
    if code != RETURNED:
        raise_trap(code, thread, store.root())
    if controller is not None and controller.unwinding:
        from mvvm.runtime.control import Stopped

        raise Stopped(controller.take())


def _require_recursion(depth: int) -> None:
    """Raise RecursionError here, if the guest's calls of the host would.

    There it would come before a callback's first line, where ctypes swallows it and makes a result up.
    """
    if depth:
        _require_recursion(depth - 1)

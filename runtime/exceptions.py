"""Exceptions between the guest and Python: the one in flight, and those that exnrefs refer to.

The exception in flight is in the Thread (mvvm.abi.context). It becomes an object, with a *handle* that exnrefs hold,
only where the guest catches it with a reference. 0 is the null exnref. Objects live as long as the instance that made
them and those that it is linked to.
"""

from __future__ import annotations

import ctypes
from sys import byteorder

from mvvm.abi.context import (
    CONTEXT_THROWING,
    THREAD_EXCEPTION,
    THREAD_EXCEPTION_CONTEXT,
    THREAD_EXCEPTION_REF,
    THREAD_EXCEPTION_VALUES,
)
from mvvm.abi.stable_points import THROWING, THROWN
from mvvm.abi.traps import NULL_EXCEPTION_REFERENCE
from mvvm.errors import UsageError, WasmException
from mvvm.runtime.references import Numbering
from mvvm.runtime.tag import Tag, tag_at
from mvvm.runtime.traps import trap
from mvvm.runtime.values import bits_at, from_raw, put_bits, to_raw

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from mvvm.runtime.store import Store
    from mvvm.runtime.thread import Thread

_THROWING = CONTEXT_THROWING[byteorder]
_SLOT = 16
_objects: dict[int, tuple[Tag, tuple[int, ...]]] = {}  # by handle: the tag, and the values' bits
_last_handle = 0


class Exceptions(Numbering):
    """The exceptions that an instance made, and the numbers of those that it was asked for."""

    __slots__ = ("_made",)

    what = "an exception"

    def __init__(self) -> None:
        super().__init__()
        self._made: list[int] = []

    def new(self, tag: Tag, values: Sequence[int]) -> int:
        """The handle of a new object."""
        global _last_handle
        _last_handle = handle = _last_handle + 1
        _objects[handle] = tag, tuple(values)
        self._made.append(handle)
        return handle

    def add(self, tag: Tag, values: Sequence[int]) -> None:
        """Make an object that has the next number."""
        self.append(self.new(tag, values))

    def __del__(self, objects: dict[int, tuple[Tag, tuple[int, ...]]] = _objects) -> None:
        for handle in self._made:
            objects.pop(handle, None)


def object_of(handle: int) -> tuple[Tag, tuple[int, ...]]:
    """The tag and the values' bits of an exnref that is not null."""
    return _objects[handle]


def exception_of(handle: int) -> WasmException:
    """The exception that an exnref refers to, as Python has it."""
    tag, raw = _objects[handle]
    error = WasmException(tag, *map(from_raw, raw, tag.type.params))
    error.handle = handle
    return error


def handle_of(error: WasmException, store: Store) -> int:
    """An exnref to an exception, which goes to `store`.

    Raises UsageError where its values are not of its tag's types.
    """
    if error.handle not in _objects:
        instances = store.root().instances
        if not instances:
            raise UsageError("an exception can be given to an instance only")
        error.handle = instances[0].exceptions.new(error.tag, _raw(error, store))
    return error.handle


def _raw(error: WasmException, store: Store) -> list[int]:
    types = error.tag.type.params
    if len(types) != len(error.values):
        raise UsageError(f"an exception with this tag has {len(types)} values, not {len(error.values)}")
    return [to_raw(value, type_, store) for value, type_ in zip(error.values, types, strict=True)]


def _put(thread: Thread, tag: Tag, raw: Sequence[int], handle: int) -> None:
    slots = thread.address + THREAD_EXCEPTION_VALUES
    for number, (type_, bits) in enumerate(zip(tag.type.params, raw, strict=True)):
        put_bits(slots + _SLOT * number, type_, bits)
    ctypes.c_uint64.from_address(thread.address + THREAD_EXCEPTION_REF).value = handle
    ctypes.c_uint64.from_address(thread.address + THREAD_EXCEPTION).value = tag.address


def _values(thread: Thread, tag: Tag) -> list[int]:
    slots = thread.address + THREAD_EXCEPTION_VALUES
    return [bits_at(slots + _SLOT * number, type_) for number, type_ in enumerate(tag.type.params)]


def throw_from_host(thread: Thread, error: WasmException) -> int:
    """What the callback of a host function that raised an exception returns: the exception is in flight then."""
    thread.pending = error  # for a module that has nothing to do with exceptions: they leave it as any other
    try:
        assert thread.store is not None
        _put(thread, error.tag, _raw(error, thread.store), error.handle if error.handle in _objects else 0)
    except BaseException as failure:
        thread.pending = failure
        return -1
    return THROWN


def throw_into(thread: Thread, error: WasmException, context: int, store: Store) -> None:
    """Put an exception in flight that is about to enter the guest, in the instance with a context."""
    _put(thread, error.tag, _raw(error, store), error.handle if error.handle in _objects else 0)
    ctypes.c_uint64.from_address(thread.address + THREAD_EXCEPTION_CONTEXT).value = context
    ctypes.c_uint16.from_address(context + _THROWING).value = THROWING


def take(thread: Thread) -> WasmException:
    """The exception in flight, which has left the guest: it is not in flight any more."""
    tag = tag_at(ctypes.c_uint64.from_address(thread.address + THREAD_EXCEPTION).value)
    error = WasmException(tag, *map(from_raw, _values(thread, tag), tag.type.params))
    error.handle = ctypes.c_uint64.from_address(thread.address + THREAD_EXCEPTION_REF).value
    context = ctypes.c_uint64.from_address(thread.address + THREAD_EXCEPTION_CONTEXT).value
    ctypes.c_uint16.from_address(context + _THROWING).value = 0
    thread.exception.value = 0
    return error


def new_reference(thread: Thread, exceptions: Exceptions) -> int:
    """An exnref of the exception in flight."""
    field = ctypes.c_uint64.from_address(thread.address + THREAD_EXCEPTION_REF)
    if not field.value:
        tag = tag_at(thread.exception.value)
        field.value = exceptions.new(tag, _values(thread, tag))
    return field.value


def throw_reference(thread: Thread, handle: int) -> None:
    """Make what an exnref refers to the exception in flight. Raises Trap where it is null."""
    if not handle:
        raise trap(NULL_EXCEPTION_REFERENCE)
    _put(thread, *_objects[handle], handle)

"""Exceptions between the guest and Python: the one in flight, and those that exnrefs refer to.

The exception in flight is in the Thread (mvvm.abi.context). Where the guest catches it with a reference, and it is not
its own exnref (EXNREF_SHORT), it becomes an object, with a *handle* that exnrefs hold. 0 is the null exnref. Objects
live as long as the instance that made them and those that it is linked to: exnrefs may be anywhere. Nothing in Wasm
tells equal ones apart, so that they are one object.
"""

from __future__ import annotations

import ctypes
import itertools
from _weakref import ref
from contextlib import contextmanager
from sys import byteorder

from mvvm.abi.context import (
    CONTEXT_THROWING,
    EXNREF_SHORT,
    MAX_EXCEPTION_VALUES,
    MAX_TAGS,
    THREAD_EXCEPTION,
    THREAD_EXCEPTION_CONTEXT,
    THREAD_EXCEPTION_VALUES,
)
from mvvm.abi.stable_points import THROWING, THROWN
from mvvm.abi.traps import NULL_EXCEPTION_REFERENCE
from mvvm.errors import MvvmError, UsageError, WasmException
from mvvm.runtime.references import Numbering
from mvvm.runtime.tag import Tag, numbered_tag, tag_at
from mvvm.runtime.traps import trap
from mvvm.runtime.values import bits_at, from_raw, put_bits, to_raw

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mvvm.runtime.store import Store
    from mvvm.runtime.thread import Thread

_THROWING = CONTEXT_THROWING[byteorder]
_SLOT = 16
_EXCEPTION_SIZE = THREAD_EXCEPTION_VALUES - THREAD_EXCEPTION + _SLOT * MAX_EXCEPTION_VALUES
# By handle: the tag, the values' bits, and the store that they are of.
_objects: dict[int, tuple[Tag, tuple[int, ...], ref[Store]]] = {}
_next_handle = itertools.count(1).__next__  # guests may run in several threads


class Exceptions(Numbering):
    """The exceptions that an instance made, and the numbers of those that it was asked for."""

    __slots__ = ("_made", "_store", "_tags")

    what = "an exception"

    def __init__(self, store: Store) -> None:
        """`store` is the instance's."""
        super().__init__()
        self._store = ref(store)
        self._made: dict[tuple[Tag, tuple[int, ...]], int] = {}
        self._tags: set[Tag] = set()  # of exnrefs that came from Python

    def intern(self, tag: Tag, values: Sequence[int]) -> int:
        """An exnref to an exception with a tag and the bits of values."""
        if tag.short:
            return tag.short | (values[0] if values else 0)
        made = tag, tuple(values)
        handle = self._made.get(made)
        if handle is None:
            handle = self._made[made] = _next_handle()
            _objects[handle] = (*made, self._store)
        return handle

    def keep(self, tag: Tag) -> None:
        """Let a tag live as long as exnrefs to exceptions with it may."""
        self._tags.add(tag)

    def add(self, tag: Tag, values: Sequence[int]) -> None:
        """Give an exception the next number."""
        self.append(self.intern(tag, values))

    def __del__(self, objects: dict[int, tuple[Tag, tuple[int, ...], ref[Store]]] = _objects) -> None:
        for handle in self._made.values():
            objects.pop(handle, None)


class _FromGuest(WasmException):
    """An exception that came out of a store. Its values are made when they are asked for: it may refer to many."""

    def __init__(self, tag: Tag, raw: Sequence[int], store: Store | None) -> None:
        MvvmError.__init__(self)
        self.tag = tag
        self.raw = raw
        self.store = store

    @property
    def values(self) -> tuple[object, ...]:
        return tuple(map(from_raw, self.raw, self.tag.type.params))


def object_of(handle: int) -> tuple[Tag, tuple[int, ...]]:
    """The tag and the values' bits of an exnref that is not null."""
    if handle & EXNREF_SHORT:
        tag = numbered_tag(handle >> 32 & (MAX_TAGS - 1))
        return tag, (handle & 0xFFFFFFFF,) if tag.type.params else ()
    return _objects[handle][:2]


def exception_of(handle: int) -> WasmException:
    """The exception that an exnref refers to, as Python has it."""
    # One that is its own exnref holds no references, so it needs no store.
    store = None if handle & EXNREF_SHORT else _objects[handle][2]()
    return _FromGuest(*object_of(handle), store)


def handle_of(error: WasmException, store: Store) -> int:
    """An exnref to an exception, which goes to `store`.

    Raises UsageError where its values are not of its tag's types.
    """
    return _exceptions_of(store).intern(error.tag, _raw(error, store))


def _exceptions_of(store: Store) -> Exceptions:
    instances = store.root().instances
    if not instances:
        raise UsageError("an exception can be given to an instance only")
    return instances[0].exceptions


def _raw(error: WasmException, store: Store) -> Sequence[int]:
    """The bits of the values, in a store."""
    _exceptions_of(store).keep(error.tag)
    if isinstance(error, _FromGuest):
        if error.store is not None:
            store.merge(error.store)
        return error.raw
    types = error.tag.type.params
    if len(types) != len(error.values):
        raise UsageError(f"an exception with this tag has {len(types)} values, not {len(error.values)}")
    return [to_raw(value, type_, store) for value, type_ in zip(error.values, types, strict=True)]


def _put(thread: Thread, tag: Tag, raw: Sequence[int]) -> None:
    # All at once: a finalizer that Python runs in between may throw in the guest.
    slots = ctypes.create_string_buffer(_SLOT * len(raw))
    start = ctypes.addressof(slots)
    for number, (type_, bits) in enumerate(zip(tag.type.params, raw, strict=True)):
        put_bits(start + _SLOT * number, type_, bits)
    ctypes.memmove(thread.address + THREAD_EXCEPTION_VALUES, slots, len(slots))
    thread.exception.value = tag.address


def _values(thread: Thread, tag: Tag) -> list[int]:
    slots = thread.address + THREAD_EXCEPTION_VALUES
    return [bits_at(slots + _SLOT * number, type_) for number, type_ in enumerate(tag.type.params)]


def throw_from_host(thread: Thread, error: WasmException) -> int:
    """What the callback of a host function that raised an exception returns: the exception is in flight then."""
    try:
        assert thread.store is not None
        _put(thread, error.tag, _raw(error, thread.store))
    except BaseException as failure:
        thread.pending = failure
        return -1
    thread.pending = error  # for a module that is not compiled to pass on exceptions: they leave it as any other
    return THROWN


def throw_into(thread: Thread, error: WasmException, context: int, store: Store) -> None:
    """Put an exception in flight that is about to enter the guest, in the instance with a context."""
    _put(thread, error.tag, _raw(error, store))
    ctypes.c_uint64.from_address(thread.address + THREAD_EXCEPTION_CONTEXT).value = context
    ctypes.c_uint16.from_address(context + _THROWING).value = THROWING


def take(thread: Thread, store: Store) -> WasmException:
    """The exception in flight, which has left the guest: it is not in flight any more."""
    tag = tag_at(thread.exception.value)
    error = _FromGuest(tag, _values(thread, tag), store)
    context = ctypes.c_uint64.from_address(thread.address + THREAD_EXCEPTION_CONTEXT).value
    ctypes.c_uint16.from_address(context + _THROWING).value = 0
    thread.exception.value = 0
    return error


def abandon(thread: Thread, store: Store) -> None:
    """The exception in flight has ended with the call into the guest that it was in: a trap, or an interruption."""
    thread.exception.value = 0
    for instance in store.root().instances:
        ctypes.c_uint16.from_address(instance.context + _THROWING).value = 0


@contextmanager
def set_aside(thread: Thread) -> Iterator[None]:
    """Call the guest while an exception is in flight: a finalizer may, which Python runs where it makes an object."""
    assert thread.store is not None
    words = [ctypes.c_uint16.from_address(item.context + _THROWING) for item in thread.store.root().instances]
    throwing = [word.value for word in words]
    exception = ctypes.string_at(thread.address + THREAD_EXCEPTION, _EXCEPTION_SIZE)
    abandon(thread, thread.store)
    try:
        yield
    finally:
        ctypes.memmove(thread.address + THREAD_EXCEPTION, exception, _EXCEPTION_SIZE)
        for word, value in zip(words, throwing, strict=True):
            word.value = value


def new_reference(thread: Thread, exceptions: Exceptions) -> int:
    """An exnref of the exception in flight."""
    tag = tag_at(thread.exception.value)
    return exceptions.intern(tag, _values(thread, tag))


def throw_reference(thread: Thread, handle: int) -> None:
    """Make what an exnref refers to the exception in flight. Raises Trap where it is null."""
    if not handle:
        raise trap(NULL_EXCEPTION_REFERENCE)
    _put(thread, *object_of(handle))

"""Stores: instances that can reach each other, and the numbers of function types."""

from __future__ import annotations

import ctypes
from _weakref import ref

from mvvm.abi.context import CONTEXT_THREAD
from mvvm.errors import UsageError
from mvvm.wasm.types import FuncType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mvvm.runtime.instance import Instance
    from mvvm.runtime.thread import Thread

_type_numbers: dict[str, int] = {}
_types: list[FuncType] = []
_instances: dict[int, ref[Instance]] = {}


def type_number(type_: FuncType) -> int:
    """The number of a function type, the same for equal types in the whole process (RECORD_TYPE)."""
    number = _type_numbers.get(type_.identity)
    if number is None:
        number = _type_numbers[type_.identity] = len(_types)
        _types.append(type_)
    return number


def numbered_type(number: int) -> FuncType:
    """The function type of a number."""
    return _types[number]


def register(instance: Instance) -> None:
    """Make an instance known by the address of its context, for as long as it lives."""
    context = instance.context
    _instances[context] = ref(instance, lambda _: _instances.pop(context, None))


def instance_at(context: int) -> Instance | None:
    """The instance whose context is at an address."""
    reference = _instances.get(context)
    return reference() if reference is not None else None


class Store:
    """Instances that can call each other. One thread at a time runs in a store.

    Every context has a pointer to the running thread's structure, so those of all instances that a call may reach
    change together. Linking an instance to another merges their stores. A store keeps its instances alive, since
    a funcref may be anywhere in it.
    """

    __slots__ = ("__weakref__", "_depth", "_merged_into", "_thread", "instances")

    def __init__(self) -> None:
        self.instances: list[Instance] = []
        self._thread: Thread | None = None
        self._depth = 0
        self._merged_into: Store | None = None

    def root(self) -> Store:
        """The store that this one is part of by now."""
        store = self
        while store._merged_into is not None:
            store = store._merged_into
        return store

    def merge(self, other: Store) -> None:
        """Make two stores one."""
        into, source = self.root(), other.root()
        if into is source:
            return
        if source._depth and into._depth and source._thread is not into._thread:
            raise UsageError("instances that run in different threads cannot be linked")
        if source._depth:
            into._thread = source._thread
        into.instances += source.instances
        into._depth += source._depth
        source._merged_into = into
        source.instances = []
        if into._thread is not None:
            into._bind()

    def add(self, instance: Instance) -> None:
        """Add a new instance."""
        root = self.root()
        root.instances.append(instance)
        if root._thread is not None:
            _set_thread(instance, root._thread)

    def enter(self, thread: Thread) -> None:
        """Claim the store for a call by `thread`. Raises UsageError while another thread runs in it."""
        if self._thread is thread:
            self._depth += 1
            return
        if self._depth:
            raise UsageError("another thread is running in this instance or one that it is linked to")
        # Claimed first: Python may go on in another thread at any call of a function.
        self._depth = 1
        self._thread = thread
        self._bind()

    def leave(self) -> None:
        """End what `enter` began. The store may have been merged meanwhile."""
        self.root()._depth -= 1

    def _bind(self) -> None:
        assert self._thread is not None
        for instance in self.instances:
            _set_thread(instance, self._thread)


def _set_thread(instance: Instance, thread: Thread) -> None:
    ctypes.c_void_p.from_address(instance.context + CONTEXT_THREAD).value = thread.address

"""What compiled code asks the runtime for: the callbacks of mvvm.abi.context.BUILTINS.

Only the rare: loads, stores, memory.copy, memory.fill and table accesses are compiled.
"""

from __future__ import annotations

import ctypes

from mvvm.abi.context import BUILTINS, GROW_FAILED
from mvvm.abi.traps import MEMORY_OUT_OF_BOUNDS, TABLE_OUT_OF_BOUNDS, UNALIGNED_ATOMIC, UNSHARED_WAIT
from mvvm.runtime import thread as threads
from mvvm.runtime.store import instance_at
from mvvm.runtime.traps import trap
from mvvm.runtime.waiters import NOT_EQUAL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from mvvm.runtime.instance import Instance
    from mvvm.runtime.memory import Memory

    Builtin = Callable[[Instance, int, int, int, int, int], int]

_PROTOTYPE = ctypes.CFUNCTYPE(ctypes.c_int64, *([ctypes.c_uint64] * 6))
_callbacks: list[object] = []
_table = (ctypes.c_void_p * len(BUILTINS))()


def table_address() -> int:
    """The address of the callbacks (CONTEXT_BUILTINS)."""
    if not _callbacks:
        for position, name in enumerate(BUILTINS):
            callback = _PROTOTYPE(_entry(_IMPLEMENTATIONS[name]))
            _callbacks.append(callback)
            _table[position] = ctypes.cast(callback, ctypes.c_void_p).value
    return ctypes.addressof(_table)


def _entry(implementation: Builtin) -> Callable[..., int]:
    def call(context: int, *arguments: int) -> int:
        try:
            instance = instance_at(context)
            assert instance is not None
            return implementation(instance, *arguments)
        except BaseException as error:
            threads.current().pending = error
            return -1

    return call


def _memory_grow(instance: Instance, memory: int, delta: int, *_: int) -> int:
    old = instance.memories[memory].grow(delta)
    return GROW_FAILED if old < 0 else old


def _memory_init(instance: Instance, data: int, memory: int, to: int, source: int, size: int) -> int:
    instance.memory_init(data, memory, to, source, size)
    return 0


def _data_drop(instance: Instance, data: int, *_: int) -> int:
    instance.drop_data(data)
    return 0


def _table_grow(instance: Instance, table: int, value: int, delta: int, *_: int) -> int:
    old = instance.tables[table].grow(delta, value)
    return GROW_FAILED if old < 0 else old


def _table_fill(instance: Instance, table: int, index: int, value: int, size: int, *_: int) -> int:
    target = instance.tables[table]
    if index + size > target.size:
        raise trap(TABLE_OUT_OF_BOUNDS)
    target.fill(index, value, size)
    return 0


def _table_copy(instance: Instance, to_table: int, from_table: int, to: int, source: int, size: int) -> int:
    target, origin = instance.tables[to_table], instance.tables[from_table]
    if to + size > target.size or source + size > origin.size:
        raise trap(TABLE_OUT_OF_BOUNDS)
    ctypes.memmove(target.base + 8 * to, origin.base + 8 * source, 8 * size)
    return 0


def _table_init(instance: Instance, element: int, table: int, to: int, source: int, size: int) -> int:
    instance.table_init(element, table, to, source, size)
    return 0


def _elem_drop(instance: Instance, element: int, *_: int) -> int:
    instance.drop_element(element)
    return 0


def _atomic_address(memory: Memory, index: int, offset: int, size: int) -> int:
    """Where an access of `size` bytes is, which is aligned. Raises Trap."""
    address = index + offset
    if address % size:
        raise trap(UNALIGNED_ATOMIC)
    if address + size > memory.size:
        raise trap(MEMORY_OUT_OF_BOUNDS)
    return address


def _wait(size: int) -> Builtin:
    def wait(instance: Instance, memory: int, index: int, offset: int, expected: int, timeout: int) -> int:
        target = instance.memories[memory]
        if not target.limits.shared:
            raise trap(UNSHARED_WAIT)
        address = _atomic_address(target, index, offset, size)
        if int.from_bytes(target.view[address : address + size], "little") != expected:
            return NOT_EQUAL
        if timeout >= 1 << 63:  # a signed number
            timeout -= 1 << 64
        return target.waiters.wait(address, timeout, instance.controller)

    return wait


def _notify(instance: Instance, memory: int, index: int, offset: int, count: int, *_: int) -> int:
    target = instance.memories[memory]
    return target.waiters.notify(_atomic_address(target, index, offset, 4), count)


def _exn_new(instance: Instance, *_: int) -> int:
    from mvvm.runtime.exceptions import new_reference

    return new_reference(threads.current(), instance.exceptions)


def _exn_throw(instance: Instance, handle: int, *_: int) -> int:
    from mvvm.runtime.exceptions import throw_reference

    throw_reference(threads.current(), handle)
    return 0


_IMPLEMENTATIONS: dict[str, Builtin] = {
    "memory.grow": _memory_grow,
    "memory.init": _memory_init,
    "data.drop": _data_drop,
    "table.grow": _table_grow,
    "table.fill": _table_fill,
    "table.copy": _table_copy,
    "table.init": _table_init,
    "elem.drop": _elem_drop,
    "memory.atomic.wait32": _wait(4),
    "memory.atomic.wait64": _wait(8),
    "memory.atomic.notify": _notify,
    "exn.new": _exn_new,
    "exn.throw": _exn_throw,
}

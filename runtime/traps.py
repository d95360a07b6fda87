"""From what stopped the guest to a Trap that people can read."""

from __future__ import annotations

from mvvm.abi import traps
from mvvm.abi.context import RECORD_TYPE
from mvvm.cpu import host_architecture
from mvvm.errors import EnvironmentFailure, InternalError, Trap
from mvvm.runtime.thread import HEADROOM

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mvvm.runtime.store import Store
    from mvvm.runtime.thread import Thread

_MAX_FRAMES = 64  # of a backtrace
_NULL_PAGE = 4096
# A frame may reach this far below the stack before its probe touches the guard.
_BELOW_STACK = 16 << 20


def trap(code: int, frames: tuple[tuple[int, str | None], ...] = ()) -> Trap:
    """The exception for a code of mvvm.abi.traps."""
    return Trap(code, f"wasm trap: {traps.MESSAGES[code]}", frames)


def raise_trap(code: int, thread: Thread, store: Store) -> None:
    """Raise what `mvvm_enter` returned a nonzero code for."""
    if code == traps.HOST:
        pending = thread.pending
        thread.pending = None
        assert pending is not None
        if isinstance(pending, Trap) and not pending.frames:  # of a builtin
            pending.frames = _frames(thread, store, by_signal=False)
        raise pending
    frames = _frames(thread, store, by_signal=code == traps.FAULT)
    raise trap(_fault_reason(thread, store) if code == traps.FAULT else code, frames)


def _fault_reason(thread: Thread, store: Store) -> int:
    """What a fault in guest code means. See mvvm.lower.calls for the null page."""
    address = thread.fault_address
    if address < _NULL_PAGE:
        # call_indirect reads the type first, which nothing else does (s390x: see mvvm.lower.indirect).
        through_table = address == RECORD_TYPE or host_architecture() == "s390x"
        return traps.UNINITIALIZED_ELEMENT if through_table else traps.NULL_REFERENCE
    for memory in [memory for instance in store.instances for memory in instance.memories]:
        if memory.base <= address < memory.base + memory.size:
            raise EnvironmentFailure(
                "the program's memory cannot be read any more: the snapshot that it is mapped from was cut short, "
                "or its disk failed"
            )
        if memory.contains(address):
            return traps.MEMORY_OUT_OF_BOUNDS
    if thread.stack_low - _BELOW_STACK <= address < thread.stack_low + HEADROOM:
        return traps.STACK_OVERFLOW
    raise InternalError(f"compiled code accessed address {address:#x}, which it has no business with")


def _frames(thread: Thread, store: Store, by_signal: bool) -> tuple[tuple[int, str | None], ...]:
    """The Wasm functions that were running, innermost first, each with its name."""
    from mvvm.runtime.unwind import addresses

    codes = {code: program for program in {i.program for i in store.instances} for code in program.codes}
    frames: list[tuple[int, str | None]] = []
    for address in addresses(thread.address, [code.call_frames for code in codes], by_signal):
        for code, program in codes.items():
            function = code.function_at(address)
            if function is not None:
                frames.append((function, program.names.get(function)))
        if len(frames) == _MAX_FRAMES:
            break
    return tuple(frames)

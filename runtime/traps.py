"""From what stopped the guest to a Trap that people can read."""

from __future__ import annotations

from mvvm.abi import traps
from mvvm.errors import InternalError, Trap
from mvvm.runtime.thread import HEADROOM

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mvvm.runtime.store import Store
    from mvvm.runtime.thread import Thread

_NULL_PAGE = 4096
# A frame may reach this far below the stack before its probe touches the guard.
_BELOW_STACK = 16 << 20


def trap(code: int, frames: tuple[tuple[int, str | None], ...] = ()) -> Trap:
    """The exception for a code of mvvm.abi.traps."""
    return Trap(code, f"wasm trap: {traps.MESSAGES[code]}", frames)


def raise_trap(code: int, thread: Thread, store: Store) -> None:
    """Raise what `mvvm_enter` returned a nonzero code for."""
    addresses = thread.backtrace
    if code == traps.HOST:
        pending = thread.pending
        thread.pending = None
        assert pending is not None
        if isinstance(pending, Trap) and not pending.frames:  # of a builtin: the first address is in its support code
            pending.frames = tuple(_frames(addresses[1:], store, first_is_exact=False))
        raise pending
    frames = tuple(_frames(addresses, store, first_is_exact=code == traps.FAULT))
    raise trap(_fault_reason(thread, store) if code == traps.FAULT else code, frames)


def _fault_reason(thread: Thread, store: Store) -> int:
    """What a fault in guest code means. See mvvm.lower.calls for the null page."""
    address = thread.fault_address
    if address < _NULL_PAGE:
        return traps.UNINITIALIZED_ELEMENT
    if any(memory.contains(address) for instance in store.instances for memory in instance.memories):
        return traps.MEMORY_OUT_OF_BOUNDS
    if thread.stack_low - _BELOW_STACK <= address < thread.stack_low + HEADROOM:
        return traps.STACK_OVERFLOW
    raise InternalError(f"compiled code accessed address {address:#x}, which it has no business with")


def _frames(addresses: list[int], store: Store, first_is_exact: bool) -> list[tuple[int, str | None]]:
    """The Wasm functions that program counters are in."""
    frames = []
    for position, address in enumerate(addresses):
        if position or not first_is_exact:
            address -= 1  # a return address may already be the next function's
        for program in {instance.program for instance in store.instances}:
            function = program.function_at(address)
            if function is not None:
                frames.append((function, program.names.get(function)))
                break
    return frames

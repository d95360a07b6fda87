"""Who waits at which address of a memory (memory.atomic.wait, notify): queues, in the order of coming."""

from __future__ import annotations

import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mvvm.runtime.control import Controller

WOKEN, NOT_EQUAL, TIMED_OUT = range(3)  # what memory.atomic.wait gives
INTERRUPTED = 3  # and what a builtin gives besides: this plus the nanoseconds that are left

_MILLISECOND = 1_000_000  # in nanoseconds
_LONGEST_POLL = 3600 * 1000  # milliseconds
_LONGEST_REST = (1 << 63) - 1 - INTERRUPTED


class Waiters:
    """The queues of a memory: descriptors that a notify makes readable, by address, in the order of their coming."""

    __slots__ = ("_queues",)

    def __init__(self) -> None:
        self._queues: dict[int, list[int]] = {}

    def wait(self, address: int, timeout: int, controller: Controller | None) -> int:
        """Wait for a notify at `address`, at most `timeout` nanoseconds, endlessly if that is below 0.

        Returns WOKEN or TIMED_OUT; INTERRUPTED + what is left of the timeout where the program is asked to stop.
        """
        # The clock is read first: a wait that is interrupted may be longer than asked for, never shorter.
        deadline = None if timeout < 0 else time.monotonic_ns() + timeout
        import select

        fd = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        queue = self._queues.setdefault(address, [])
        queue.append(fd)
        try:
            poller = select.poll()
            poller.register(fd, select.POLLIN)
            wake = None if controller is None else controller.wake
            if wake is not None:
                poller.register(wake.fileno, select.POLLIN)
            while True:
                left = _rest(deadline)
                ready = dict(poller.poll(min(_LONGEST_POLL, -(-left // _MILLISECOND))))
                if fd in ready:
                    return WOKEN
                if ready and controller is not None and controller.stops_waits():
                    return INTERRUPTED + min(_rest(deadline), _LONGEST_REST)
                if not _rest(deadline):
                    return TIMED_OUT
        finally:
            if fd in queue:
                queue.remove(fd)
            if not queue:
                self._queues.pop(address, None)
            os.close(fd)

    def notify(self, address: int, count: int) -> int:
        """Wake the first `count` that wait at `address`. Returns how many that were."""
        queue = self._queues.get(address, [])
        woken, queue[:] = queue[:count], queue[count:]
        for fd in woken:
            os.eventfd_write(fd, 1)
        return len(woken)


def _rest(deadline: int | None) -> int:
    """Nanoseconds until a time of the monotonic clock; very many where there is none."""
    return _LONGEST_REST if deadline is None else max(0, deadline - time.monotonic_ns())

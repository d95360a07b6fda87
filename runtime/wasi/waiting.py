"""Reading and writing that somebody can interrupt: they wait on a wake descriptor too.

For descriptors that wait (see descriptors) where Wasi.wake is there. A call that would wait raises Interrupted while
the wake descriptor is readable, before it has had any effect: nothing was read, nothing written.

A file was opened for the guest alone, so it is made non-blocking for the time of the call. The standard streams are
shared with other processes, which would see that: they are asked whether they are ready. (Where several processes read
from one pipe, or write to it, another one can be faster, and the call waits after all.)
"""

from __future__ import annotations

import os
import select

from mvvm.runtime.wake import Interrupted
from mvvm.runtime.wasi.descriptors import Stdio

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from mvvm.runtime.wake import Wake
    from mvvm.runtime.wasi.descriptors import Descriptor


def readv(wake: Wake, descriptor: Descriptor, buffers: list[memoryview]) -> int:
    """Do readv(2). Raises OSError, Interrupted."""
    return _transfer(os.readv, wake, descriptor, buffers, select.POLLIN)


def writev(wake: Wake, descriptor: Descriptor, buffers: list[memoryview]) -> int:
    """Do writev(2), of as much as there is room for. Raises OSError, Interrupted."""
    return _transfer(os.writev, wake, descriptor, buffers, select.POLLOUT)


def _transfer(
    call: Callable[[int, list[memoryview]], int],
    wake: Wake,
    descriptor: Descriptor,
    buffers: list[memoryview],
    event: int,
) -> int:
    host = descriptor.host
    if not buffers or not os.get_blocking(host):
        return call(host, buffers)
    if isinstance(descriptor, Stdio):
        _wait(wake, host, event)
        # Room for this much is all that POLLOUT promises; a longer write would wait for the rest.
        return call(host, buffers if event == select.POLLIN else _first(buffers, select.PIPE_BUF))
    os.set_blocking(host, False)
    try:
        while True:
            try:
                return call(host, buffers)
            except BlockingIOError:
                _wait(wake, host, event)
    finally:
        os.set_blocking(host, True)


def _wait(wake: Wake, host: int, event: int) -> None:
    """Wait until `host` is ready for `event`, or has failed. Raises Interrupted."""
    poller = select.poll()
    poller.register(host, event)
    poller.register(wake.fileno, select.POLLIN)
    if host not in dict(poller.poll()):
        raise Interrupted


def _first(buffers: list[memoryview], size: int) -> list[memoryview]:
    """The first `size` bytes of `buffers`."""
    first = []
    for buffer in buffers:
        first.append(buffer[:size])
        size -= len(first[-1])
        if not size:
            break
    return first

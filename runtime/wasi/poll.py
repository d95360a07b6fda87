"""poll_*: waiting for times and for streams."""

from __future__ import annotations

import os
import stat
import time
from struct import Struct
from sys import byteorder

from mvvm.runtime.wasi import types
from mvvm.runtime.wasi.descriptors import File
from mvvm.runtime.wasi.errno import EBADF, EINVAL, ENOMEM, WasiError
from mvvm.runtime.wasi.types import U32

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mvvm.runtime.wake import Wake
    from mvvm.runtime.wasi import Wasi
    from mvvm.runtime.wasi.descriptors import Descriptor

# eventtype
_CLOCK, _FD_READ, _FD_WRITE = range(3)

_SUBSCRIPTION_SIZE = 48
_SUBSCRIPTION = Struct("<QB")  # userdata, tag
_UNION_AT = 16
_SUBSCRIPTION_CLOCK = Struct("<I4xQQH")  # id, timeout, precision, flags
_EVENT = Struct("<QHB5xQH6x")  # userdata, error, type, nbytes, flags

_ABSTIME = 1  # subclockflags
_HANGUP = 1  # eventrwflags

_MAX_SUBSCRIPTIONS = 1 << 16  # bounds host memory and time
_CLOCKS = (time.CLOCK_REALTIME, time.CLOCK_MONOTONIC)  # by clockid
_MILLISECOND = 1_000_000  # in nanoseconds
_LONGEST_WAIT = 3600 * 1_000_000_000  # nanoseconds; then the clocks are looked at again, should one be set


class _Timer:
    """A clock subscription: due when the host's `clock` reads `deadline` nanoseconds."""

    __slots__ = ("clock", "deadline", "userdata")

    def __init__(self, userdata: int, clock: int, deadline: int) -> None:
        self.userdata = userdata
        self.clock = clock
        self.deadline = deadline

    def remaining(self) -> int:
        """Nanoseconds until it is due; 0 or less where it is."""
        return self.deadline - time.clock_gettime_ns(self.clock)


class _Stream:
    """A subscription to a descriptor being ready for reading or (`writes`) writing."""

    __slots__ = ("descriptor", "userdata", "writes")

    def __init__(self, userdata: int, descriptor: Descriptor, writes: bool) -> None:
        self.userdata = userdata
        self.descriptor = descriptor
        self.writes = writes


def poll_oneoff(wasi: Wasi, subscriptions: int, events: int, nsubscriptions: int, nevents: int) -> int:
    """Wait until something of what is subscribed to has happened.

    `subscriptions`: address of 48 bytes each:

        0            8      9     16      20      24          32            40        42    48
        |userdata u64|tag u8|0 x 7|id u32|0 0 0 0|timeout u64|precision u64|flags u16|0 x 6|    tag 0 clock
                                  |fd u32|                                                      1 read, 2 write

    The timeout is in nanoseconds, relative, or with the flag 1 a time of the clock (0 realtime, 1 monotonic).
    `events`: address of 32 bytes each, room for nsubscriptions, in the order of the subscriptions:

        0            8         10      11    16         24        26    32
        |userdata u64|error u16|type u8|0 x 5|nbytes u64|flags u16|0 x 6|

    nbytes: what can be read now, 1 where that is not known or for writing, 0 for a clock. flags: 1 where the
    other side hung up, or a file is at its end. `nevents`: address of a u32, set to the number of events.

    While wasi.wake is set, waiting ends with Interrupted. The call that is made anew counts what this one has waited:
    its relative timeouts are shorter by that.

    Errnos: EINVAL (no subscription, another clock, unknown tag or flags), EBADF (no descriptor, a folder, a
    stream of the other direction), ENOMEM (more than 65536), EFAULT.
    """
    memory = wasi.memory
    if nsubscriptions == 0:
        return EINVAL
    given = memory.span(subscriptions, _SUBSCRIPTION_SIZE * nsubscriptions)
    result, count = memory.span(events, _EVENT.size * nsubscriptions), memory.span(nevents, 4)
    if nsubscriptions > _MAX_SUBSCRIPTIONS:
        return ENOMEM
    subscribed = [
        _subscription(wasi, given[at : at + _SUBSCRIPTION_SIZE]) for at in range(0, len(given), _SUBSCRIPTION_SIZE)
    ]
    # After the deadlines were set: a sleep that is interrupted may be longer than asked for, never shorter.
    began = 0 if wasi.wake is None else time.monotonic_ns()
    happened = b""
    while not happened:
        ready = _wait(subscribed, wasi.wake)
        happened = b"".join(_event(item, ready) for item in subscribed)
        if not happened and wasi.wake is not None and wasi.wake.fileno in ready:
            from mvvm.runtime.wake import Interrupted

            wasi.waited += time.monotonic_ns() - began
            raise Interrupted
    wasi.waited = 0
    result[: len(happened)] = happened
    U32.pack_into(count, 0, len(happened) // _EVENT.size)
    return 0


def _subscription(wasi: Wasi, given: memoryview) -> _Timer | _Stream:
    userdata, tag = _SUBSCRIPTION.unpack_from(given)
    if tag == _CLOCK:
        clock_id, timeout, _, flags = _SUBSCRIPTION_CLOCK.unpack_from(given, _UNION_AT)
        types.check_flags(flags, _ABSTIME)
        if clock_id >= len(_CLOCKS):
            raise WasiError(EINVAL)
        clock = _CLOCKS[clock_id]
        if flags:
            return _Timer(userdata, clock, timeout - wasi.clock_offsets[clock_id])
        return _Timer(userdata, clock, timeout - wasi.waited + time.clock_gettime_ns(clock))
    if tag not in (_FD_READ, _FD_WRITE):
        raise WasiError(EINVAL)
    descriptor = wasi.descriptors.get(U32.unpack_from(given, _UNION_AT)[0])
    writes = tag == _FD_WRITE
    usable = descriptor.writable if writes else descriptor.readable
    # A file is ready for what it was not opened for too, as in POSIX.
    if not usable and not isinstance(descriptor, File):
        raise WasiError(EBADF)
    return _Stream(userdata, descriptor, writes)


def _wait(subscribed: list[_Timer | _Stream], wake: Wake | None) -> dict[int, int]:
    """Wait until something may have happened. Returns the events of poll(2) by host descriptor, of `wake` too."""
    waits = [item.remaining() for item in subscribed if isinstance(item, _Timer)]
    streams = [item for item in subscribed if isinstance(item, _Stream)]
    wait = max(0, min(*waits, _LONGEST_WAIT)) if waits else None
    if not streams and (wake is None or not wait or wait < _MILLISECOND):
        # Finer than the milliseconds of poll.
        time.sleep((wait or 0) / 1_000_000_000)
        return {}
    import select

    asked: dict[int, int] = {}
    for stream in streams:
        host = stream.descriptor.host
        asked[host] = asked.get(host, 0) | (select.POLLOUT if stream.writes else select.POLLIN)
    poller = select.poll()
    for host, mask in asked.items():
        poller.register(host, mask)
    if wake is not None:
        poller.register(wake.fileno, select.POLLIN)
    # Too early where there are only timers: what is left is slept above. Too late otherwise.
    return dict(poller.poll(None if wait is None else -(-wait // _MILLISECOND) if streams else wait // _MILLISECOND))


def _event(item: _Timer | _Stream, ready: dict[int, int]) -> bytes:
    """The event of a subscription, empty where there is none."""
    if isinstance(item, _Timer):
        return b"" if item.remaining() > 0 else _EVENT.pack(item.userdata, 0, _CLOCK, 0, 0)
    import select

    state = ready.get(item.descriptor.host, 0)
    kind = _FD_WRITE if item.writes else _FD_READ
    failed = select.POLLHUP | select.POLLERR | select.POLLNVAL
    if not state & (failed | (select.POLLOUT if item.writes else select.POLLIN)):
        return b""
    if state & select.POLLNVAL:
        return _EVENT.pack(item.userdata, EBADF, kind, 0, 0)
    hangup = _HANGUP if state & failed else 0
    if item.writes:
        return _EVENT.pack(item.userdata, 0, kind, 1, hangup)
    nbytes = _readable_bytes(item.descriptor)
    if nbytes == 0 and isinstance(item.descriptor, File):
        hangup = _HANGUP
    return _EVENT.pack(item.userdata, 0, kind, nbytes, hangup)


def _readable_bytes(descriptor: Descriptor) -> int:
    """How many bytes can be read without waiting; 1 where the host does not say."""
    status = os.fstat(descriptor.host)
    if stat.S_ISREG(status.st_mode):
        return max(0, status.st_size - os.lseek(descriptor.host, 0, os.SEEK_CUR))
    import fcntl
    import termios

    try:
        return int.from_bytes(fcntl.ioctl(descriptor.host, termios.FIONREAD, bytes(4)), byteorder)
    except OSError:
        return 1

"""clock_*: what time it is.

Realtime is the host's. The other clocks belong to the program: after a restore they go on from what they read when it
stopped, and never go backwards.
"""

from __future__ import annotations

import time

from mvvm.errors import InputError
from mvvm.runtime.wasi.errno import EINVAL, WasiError
from mvvm.runtime.wasi.types import U64

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mvvm.runtime.wasi import Wasi

# By clockid.
_CLOCKS = (
    time.CLOCK_REALTIME,
    time.CLOCK_MONOTONIC,
    time.CLOCK_PROCESS_CPUTIME_ID,
    time.CLOCK_THREAD_CPUTIME_ID,
)


_MONOTONIC, _PROCESS, _THREAD = 1, 2, 3
_LATEST = (1 << 63) - 1  # nanoseconds: a reading that leaves room for going on


def _host_clock(clock: int) -> int:
    if clock >= len(_CLOCKS):
        raise WasiError(EINVAL)
    return _CLOCKS[clock]


def readings(wasi: Wasi) -> dict[int, int]:
    """What the clocks read that are the program's own, not the world's; nanoseconds by clockid.

    The thread's CPU time is right in the thread that runs the guest. Elsewhere it is at least what the guest has seen.
    """
    clocks = {
        clock: time.clock_gettime_ns(_CLOCKS[clock]) + wasi.clock_offsets[clock]
        for clock in (_MONOTONIC, _PROCESS, _THREAD)
    }
    clocks[_THREAD] = wasi.thread_time if wasi.thread_is_new else max(clocks[_THREAD], wasi.thread_time)
    return clocks


def go_on(wasi: Wasi, clocks: dict[int, int]) -> None:
    """Let the guest's clocks go on from what `readings` gave. Raises InputError where that is no time."""
    for clock in (_MONOTONIC, _PROCESS, _THREAD):
        reading = clocks.get(clock)
        if reading is None:
            continue
        if not 0 <= reading <= _LATEST:
            raise InputError(f"the snapshot's clock {clock} reads {reading} nanoseconds, which is no time")
        if clock == _THREAD:
            wasi.thread_time, wasi.thread_is_new = reading, True
        else:
            wasi.clock_offsets[clock] = reading - time.clock_gettime_ns(_CLOCKS[clock])


def clock_res_get(wasi: Wasi, clock: int, resolution: int) -> int:
    """Write the resolution of a clock.

    `clock`: 0 realtime, 1 monotonic, 2 CPU time of the process, 3 CPU time of the thread. (wasmtime has the
    first two and answers EBADF to the others.)
    `resolution`: address of a u64, set to nanoseconds.

    Errnos: EINVAL (no such clock), EFAULT.
    """
    nanoseconds = round(time.clock_getres(_host_clock(clock)) * 1_000_000_000)
    U64.pack_into(wasi.memory.span(resolution, 8), 0, nanoseconds)
    return 0


def clock_time_get(wasi: Wasi, clock: int, precision: int, time_address: int) -> int:
    """Write the time of a clock.

    `clock`: as in clock_res_get. `precision`: the error in nanoseconds that the guest would allow; not used.
    `time_address`: address of a u64, set to nanoseconds; realtime counts from 1970-01-01T00:00Z.

    Errnos: EINVAL (no such clock), EFAULT.
    """
    result = wasi.memory.span(time_address, 8)
    now = time.clock_gettime_ns(_host_clock(clock))
    if clock == _THREAD:
        if wasi.thread_is_new:
            wasi.clock_offsets[_THREAD] = wasi.thread_time - now
            wasi.thread_is_new = False
        wasi.thread_time = now + wasi.clock_offsets[_THREAD]
    now += wasi.clock_offsets[clock]
    U64.pack_into(result, 0, now)
    return 0

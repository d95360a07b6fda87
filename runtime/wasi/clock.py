"""clock_*: what time it is."""

from __future__ import annotations

import time

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


def _host_clock(clock: int) -> int:
    if clock >= len(_CLOCKS):
        raise WasiError(EINVAL)
    return _CLOCKS[clock]


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
    U64.pack_into(wasi.memory.span(time_address, 8), 0, time.clock_gettime_ns(_host_clock(clock)))
    return 0

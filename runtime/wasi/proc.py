"""proc_*: the end of the process, and signals to itself."""

from __future__ import annotations

from mvvm.errors import GuestExit
from mvvm.runtime.wasi.errno import EINVAL, ENOTSUP

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mvvm.runtime.wasi import Wasi

_NUM_SIGNALS = 31  # signal in the witx file: none to sys


def proc_exit(wasi: Wasi, rval: int) -> int:
    """End the guest with the exit status `rval`. Does not return: raises GuestExit."""
    raise GuestExit(rval)


def proc_raise(wasi: Wasi, sig: int) -> int:
    """Send the signal `sig` to the guest itself: not supported, as in wasmtime.

    Errnos: ENOTSUP, EINVAL (no such signal).
    """
    return ENOTSUP if sig < _NUM_SIGNALS else EINVAL

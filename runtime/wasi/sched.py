"""sched_*: the scheduler."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mvvm.runtime.wasi import Wasi


def sched_yield(wasi: Wasi) -> int:
    """Let other threads run."""
    os.sched_yield()
    return 0

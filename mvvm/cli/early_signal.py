"""SIGUSR1, noted: before a Session looks after it too, when it would end the process.

The handler is a function in C: signals may come faster than one in Python ends, and those nest.
"""

from __future__ import annotations

import _signal  # without the enumerations of `signal`, which take long to import

received: dict[int, object] = {}  # the numbers of signals that came, until a Session has seen them


def install(number: int = _signal.SIGUSR1) -> None:
    """Note a signal from now on."""
    _signal.signal(number, received.setdefault)

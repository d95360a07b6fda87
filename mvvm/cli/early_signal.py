"""SIGUSR1 before a Session listens to it: it would end the process."""

from __future__ import annotations

import _signal  # without the enumerations of `signal`, which take long to import

received: list[int] = []


def install() -> None:
    """Note the signal from now on, until a Session takes it over."""
    _signal.signal(_signal.SIGUSR1, lambda number, _: received.append(number))

"""How a host call that waits is interrupted: it waits on a wake descriptor too, and raises Interrupted."""

from __future__ import annotations

import os


class Interrupted(BaseException):
    """A host call was interrupted before it had any effect. It will be made anew, here or after a restore."""


class Wake:
    """A descriptor (`fileno`) that is readable while somebody wants a waiting host call to come back."""

    __slots__ = ("fileno",)

    def __init__(self) -> None:
        self.fileno = -1
        self.fileno = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)

    def set(self) -> None:
        """Make the descriptor readable. Safe in any thread and in a signal handler."""
        os.eventfd_write(self.fileno, 1)

    def clear(self) -> None:
        """Make it wait again."""
        try:
            os.eventfd_read(self.fileno)
        except BlockingIOError:
            return

    def close(self) -> None:
        """Give the descriptor back; done when nobody has it any more."""
        fileno, self.fileno = getattr(self, "fileno", -1), -1
        if fileno >= 0:
            os.close(fileno)

    __del__ = close

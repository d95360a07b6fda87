"""What a program is stopped by: the options that `checkpoint` and `restore` have in common.

Values are as given on the command line; what is wrong with one is said when it is used.
"""

from __future__ import annotations

from mvvm.errors import UsageError

# Each option: the field of Triggers that it sets. The first ones take a value.
VALUES = {
    "--output": "output",
    "-o": "output",
    "--function": "function",
    "-f": "function",
    "--function-count": "function_count",
    "-x": "function_count",
    "--count": "count",
    "-c": "count",
    "--after": "after",
    "--every": "every",
    "--trigger-file": "trigger_file",
    "--zstd": "zstd",
}
FLAGS = {"--leave-running": "leave_running", "--debug": "debug", "-i": "debug"}

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


class Triggers:
    """When to stop, where the snapshot goes, and whether the program goes on."""

    __slots__ = (
        "_after",
        "_count",
        "_every",
        "_function_count",
        "_zstd",
        "debug",
        "function",
        "leave_running",
        "output",
        "trigger_file",
    )

    def __init__(
        self,
        *,
        output: str | None = None,
        function: str | None = None,
        function_count: str | None = None,
        count: str | None = None,
        after: str | None = None,
        every: str | None = None,
        trigger_file: str | None = None,
        zstd: str | None = None,
        leave_running: bool = False,
        debug: bool = False,
    ) -> None:
        if function_count is not None and count is not None:
            raise UsageError("give --function-count or --count, not both")
        self.output = output
        self.function = function
        self.trigger_file = trigger_file
        self.debug = debug
        self._function_count = function_count
        self._count = count
        self._after = after
        self._every = every
        self._zstd = zstd
        self.leave_running = leave_running or every is not None

    @property
    def any(self) -> bool:
        """Whether the program is to be stopped without being asked from outside."""
        given = self._function_count, self._count, self.function, self._after, self._every, self.trigger_file
        return any(item is not None for item in given)

    @property
    def function_only(self) -> bool:
        """Whether only function-level stable points count."""
        return self._function_count is not None

    @property
    def count(self) -> int | None:
        """How many stable points to count, None where none are counted. Raises UsageError."""
        text = self._count if self._function_count is None else self._function_count
        name = "--count" if self._function_count is None else "--function-count"
        if text is None:
            return 1 if self.function is not None else None
        if not (text.isascii() and text.isdigit()) or not 0 < int(text) < 1 << 64:
            raise UsageError(f"{name} {text}: give a number from 1 on")
        return int(text)

    @property
    def after(self) -> float | None:
        """Seconds until the first stop. Raises UsageError."""
        return _seconds("--after", self._after)

    @property
    def every(self) -> float | None:
        """Seconds between stops. Raises UsageError."""
        seconds = _seconds("--every", self._every)
        if seconds == 0:
            raise UsageError("--every 0: give a time that is longer")
        return seconds

    @property
    def zstd_level(self) -> int | None:
        """How hard to compress memory, None where not at all. Raises UsageError."""
        if self._zstd is None:
            return None
        if not (self._zstd.isascii() and self._zstd.isdigit()) or not 1 <= int(self._zstd) <= 19:
            raise UsageError(f"--zstd {self._zstd}: the level is 1 (fast) to 19 (small)")
        return int(self._zstd)


def _seconds(name: str, text: str | None) -> float | None:
    """A time: a number of seconds, or with ms, s, m or h."""
    if text is None:
        return None
    digits = text.rstrip("msh")
    unit = _UNITS.get(text[len(digits) :] or "s")
    try:
        seconds = float(digits)
    except ValueError:
        seconds = -1.0
    if unit is None or not 0 <= seconds < 1e9:
        raise UsageError(f"{name} {text}: give a time such as 2s, 500ms or 10m")
    return seconds * unit

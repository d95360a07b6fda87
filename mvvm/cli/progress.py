"""A progress bar on standard error, for what takes a while."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

    from rich.progress import Progress


# Bytes of function bodies that LLVM takes more than a moment for.
_LONG = 64 * 1024


class ProgressBar:
    """A context in which a bar with a `label` shows how much of something is done.

    Shows nothing for less than `least` in all, if `quiet`, or where standard error is no terminal.
    """

    def __init__(self, label: str, quiet: bool, least: int = 1) -> None:
        self._label = label
        self._least = least
        self._shown = not quiet and sys.stderr is not None and sys.stderr.isatty()
        self._bar: Progress | None = None

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def update(self, done: int, total: int) -> None:
        """Show that `done` of `total` is done."""
        if not self._shown or total < self._least:
            return
        if self._bar is None:
            from rich.console import Console
            from rich.progress import Progress

            # No refreshing in the background: a thread would be running when the compiler forks its workers.
            self._bar = Progress(console=Console(stderr=True), auto_refresh=False, transient=True)
            self._bar.add_task(self._label, total=total)
            self._bar.start()
        self._bar.update(self._bar.task_ids[0], completed=done, total=total)
        self._bar.refresh()


def compile_progress(source: str, quiet: bool) -> ProgressBar:
    """A bar for the compilation of a file: its `update` is for `compile_module`'s `progress`."""
    return ProgressBar(f"Compiling {os.path.basename(source)}", quiet, _LONG)

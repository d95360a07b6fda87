"""A progress bar on standard error, for compilations that take a while."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

    from rich.progress import Progress


# Bytes of function bodies that LLVM takes more than a moment for.
_LONG = 64 * 1024


class CompileProgress:
    """A context in which a bar shows what was compiled; `update` is for `compile_module`'s `progress`.

    Shows nothing for a small module, if `quiet`, or where standard error is no terminal.
    """

    def __init__(self, source: str, quiet: bool) -> None:
        self._source = source
        self._shown = not quiet and sys.stderr is not None and sys.stderr.isatty()
        self._bar: Progress | None = None

    def __enter__(self) -> CompileProgress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def update(self, done: int, total: int) -> None:
        """Show that `done` of `total` bytes of function bodies are compiled."""
        if not self._shown or total < _LONG:
            return
        if self._bar is None:
            from rich.console import Console
            from rich.progress import Progress

            # No refreshing in the background: a thread would be running when the compiler forks its workers.
            self._bar = Progress(console=Console(stderr=True), auto_refresh=False, transient=True)
            self._bar.add_task(f"Compiling {os.path.basename(self._source)}", total=total)
            self._bar.start()
        self._bar.update(self._bar.task_ids[0], completed=done)
        self._bar.refresh()

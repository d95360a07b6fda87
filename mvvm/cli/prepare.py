"""The command `prepare`: compile ahead of time what restoring a snapshot takes."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from mvvm.cli.ending import say
from mvvm.cli.output import about, read_input
from mvvm.cli.progress import ProgressBar, compile_progress
from mvvm.cli.run import is_elf
from mvvm.errors import UsageError
from mvvm.migrate.prepare import prepare
from mvvm.migrate.snapshot import Snapshot, prepared_folder
from mvvm.options import Target
from mvvm.runtime.aot_contents import AotContents

if TYPE_CHECKING:
    from collections.abc import Sequence


def prepare_snapshot(command: str, path: str, aot_path: str | None, targets: Sequence[str], quiet: bool) -> int:
    """Prepare a snapshot for architectures. Returns the exit status. Raises MvvmError. `command` is who speaks."""
    aot_path = aot_path or os.path.splitext(path)[0] + ".aot"
    architectures = parse_architectures(targets)
    snapshot = Snapshot.open(path)
    aot = read_input(aot_path)
    folder = prepared_folder(path)
    with about(aot_path):
        architectures = architectures or AotContents(aot).architectures
        for architecture in architectures:
            with compile_progress(aot_path, quiet) as bar, ProgressBar(f"Preparing {path}", quiet) as count:
                files = prepare(snapshot, aot, architecture, folder, bar.update, count.update)
            if not quiet:
                say(command, "note", f"prepared {path} for {architecture}: {files} files in {folder}")
    return 0


def parse_architectures(lists: Sequence[str]) -> list[str]:
    """Architectures, each once, from comma lists. Raises UsageError."""
    names = [name for text in lists for name in text.split(",")]
    if "" in names:
        raise UsageError("name the architectures to prepare for: x86_64,aarch64")
    return list(dict.fromkeys(Target.parse(name).architecture for name in names))


def check_program(path: str) -> None:
    """Raise UsageError where a program is no `.aot` file: what a module is compiled to depends on the machine.

    Raises InputError where it cannot be read.
    """
    if not is_elf(path):
        raise UsageError(f"--prepare: {path} is no .aot file: compile it first (mvvm-compile)")


class Preparation:
    """Prepares a snapshot, again and again, in a process of its own while the program runs on."""

    def __init__(self, command: str, snapshot: str, aot: str, architectures: Sequence[str]) -> None:
        self._command = command
        self._arguments = [snapshot, "--aot", aot, "--target", ",".join(architectures), "--quiet"]
        self._process: subprocess.Popen[bytes] | None = None
        self._due = False

    def start(self) -> None:
        """There is a new snapshot: prepare it, after the one before."""
        self._due = True
        self.look()

    def look(self) -> None:
        """Go on where a process has ended."""
        if self._process is not None:
            status = self._process.poll()
            if status is None:
                return
            self._process = None
            if status:
                say(self._command, "warning", f"{self._arguments[0]} could not be prepared")
        if self._due:
            self._due = False
            start = "from mvvm.cli.main import main_prepare; main_prepare()"
            try:
                self._process = subprocess.Popen(
                    [sys.executable, "-c", start, *self._arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
                )
            except OSError as error:
                say(self._command, "warning", f"{self._arguments[0]} could not be prepared: {error.strerror}")

    def finish(self) -> None:
        """Wait until the last snapshot is prepared."""
        while self._process is not None:
            self._process.wait()
            self.look()

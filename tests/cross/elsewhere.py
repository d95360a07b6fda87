"""Running the installed commands on an emulated machine, as tests.cli.commands does it on this one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cli.commands import environment
from tests.cli.stopping import Process
from tests.worlds import World, world


class Elsewhere:
    """The commands of a machine whose user works in `folder`, where his cache is, too. `cpu` is what QEMU is to be."""

    def __init__(self, folder: Path, architecture: str, *, compiler: bool, cpu: str | None = None) -> None:
        self._world: World = world(architecture, compiler=compiler)
        self._folder = folder
        self.environment = environment(XDG_CACHE_HOME=str(folder / "cache"))
        if cpu is not None:
            self.environment["QEMU_CPU"] = cpu

    def run(self, command: str, *arguments: str | Path, input: bytes | None = None) -> tuple[int, bytes, str]:
        """Exit status, standard output and standard error of a command."""
        done = self._world.run(command, *arguments, cwd=self._folder, env=self.environment, input=input)
        return done.returncode, done.stdout, done.stderr.decode()

    @contextmanager
    def running(self, command: str, *arguments: str | Path) -> Iterator[Process]:
        """Start a command; it is killed at the end if it has not ended."""
        process = subprocess.Popen(
            self._world.command(command, *arguments),
            cwd=self._folder,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        try:
            yield Process(process)
        finally:
            process.kill()
            process.communicate()

    def has(self, package: str) -> bool:
        """Whether Python finds a package there."""
        code = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({package!r}) is None)"
        return self.run("python3", "-c", code)[0] == os.EX_OK

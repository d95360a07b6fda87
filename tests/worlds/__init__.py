"""Other machines, as folders: another architecture's Python with this checkout's mvvm installed, run under QEMU.

recipes     what a machine is made of
debian      its Debian packages
wheels      its Python packages
making      putting them together
package     mvvm as a wheel
commands    the files in `bin` that start it all

Nothing of the system is changed and no right is needed. By hand: `python -m tests.worlds`, and from then on
`.cache/worlds/aarch64/bin/mvvm-run x.aot`; in `aarch64-runtime` there is no compiler.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.programs.sources import BuildFailure
from tests.worlds.commands import install_commands
from tests.worlds.making import machine
from tests.worlds.package import WORLDS, installed
from tests.worlds.recipes import RECIPES

__all__ = ["AVAILABLE", "World", "world"]

AVAILABLE: tuple[str, ...] = tuple(RECIPES)
"""The names of all worlds."""

_TIMEOUT = 300.0  # seconds: an emulated compiler takes its time


@dataclass(frozen=True)
class World:
    """A machine with mvvm installed. Its processes see the files, the time and the processes of this one.

    `architecture` and `byte_order` are what `platform.machine()` and `sys.byteorder` say there, `bin` is the folder of
    its commands (`python3`, `mvvm-run` ...), `has_compiler` says whether it can compile, and `digest` which state of
    the checkout is installed.
    """

    name: str
    architecture: str
    byte_order: str
    has_compiler: bool
    bin: Path
    digest: str

    def command(self, command: str, *args: str | os.PathLike[str]) -> list[str]:
        """The argument vector that starts a command (`python3`, `mvvm-run` ...) from here.

        The process that it starts becomes the emulator, so signals can be sent to it.
        """
        return [str(self.bin / command), *(os.fspath(arg) for arg in args)]

    def run(
        self,
        command: str,
        *args: str | os.PathLike[str],
        cwd: str | os.PathLike[str] | None = None,
        input: bytes | None = None,
        env: Mapping[str, str] | None = None,
        timeout: float = _TIMEOUT,
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a command to its end and return status and output. `env` replaces this process's environment.

        Raises subprocess.TimeoutExpired.
        """
        return subprocess.run(
            self.command(command, *args),
            cwd=cwd,
            env=env,
            timeout=timeout,
            input=input,
            stdin=subprocess.DEVNULL if input is None else None,
            capture_output=True,
            check=False,
        )


def world(name: str, *, compiler: bool = True) -> World:
    """The world of that name (see AVAILABLE) with the checkout as this process found it, made if need be.

    Without `compiler` it can run programs and go on with snapshots but has none of the packages that compiling needs.
    Some worlds never have them. Raises BuildFailure, whose message is one line for the user.
    """
    recipe = RECIPES[name]
    compiler = compiler and recipe.has_compiler
    try:
        package = installed()
        folder = install_commands(recipe, machine(name), package, compiler=compiler)
    except BuildFailure as failure:
        raise BuildFailure(f"the world {name} cannot be made: {failure}") from None
    except OSError as error:
        raise BuildFailure(f"the world {name} cannot be made in {WORLDS}: {error}") from None
    return World(folder.name, recipe.architecture, recipe.byte_order, compiler, folder / "bin", package.digest)

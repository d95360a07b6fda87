"""All machines of a test run, and programs on them."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import mvvm
from mvvm.options import Target
from tests.cross.journey import Side
from tests.cross.machine import NATIVE, Machine
from tests.torture.plan import Build

ARCHITECTURES = ("aarch64",)
"""Those that programs go to from this machine."""


class Machines:
    """Machines, started when they are first needed, as a context. `folder` is an empty one for what is compiled."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = ExitStack()
        self._started: dict[tuple[str, bool], Machine] = {}
        self._programs: dict[tuple[object, ...], Path] = {}

    def __enter__(self) -> Machines:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def named(self, name: str, *, compiler: bool) -> Machine:
        """A machine by its architecture."""
        key = name, compiler
        if key not in self._started:
            # What the native compiler has made once is not made again for the next snapshot of the same program.
            cache = self._folder / "cache" if compiler and name == NATIVE else None
            machine = Machine.named(name, compiler=compiler, cache=cache)
            self._started[key] = self._stack.enter_context(machine)
        return self._started[key]

    def here(self, aot: Path, *, compiler: bool = True) -> Side:
        """A program on this machine."""
        preparer = None if compiler else self.named(NATIVE, compiler=True)
        return Side(self.named(NATIVE, compiler=compiler), aot, preparer)

    def there(self, architecture: str, aot: Path, *, compiler: bool = False) -> Side:
        """A program on an emulated machine: prepared on this one, or compiled there."""
        preparer = None if compiler else self.named(NATIVE, compiler=True)
        return Side(self.named(architecture, compiler=compiler), aot, preparer)

    def program(self, wasm: bytes, build: Build, *architectures: str, canonicalize_nans: bool = False) -> Path:
        """The `.aot` file of a module, with code for some architectures."""
        key = wasm, build, architectures, canonicalize_nans
        if key not in self._programs:
            first, *also = (Target.parse(name) for name in architectures)
            options = mvvm.CompileOptions(
                build.opt_level,
                first,
                checkpoint=build.policy,
                threshold_bits=build.threshold_bits,
                canonicalize_nans=canonicalize_nans,
            )
            path = self._folder / f"{len(self._programs)}.aot"
            path.write_bytes(mvvm.compile(wasm, options, jobs=1, also=also))
            self._programs[key] = path
        return self._programs[key]

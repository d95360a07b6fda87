from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import mvvm
from tests.cli import guests, stoppable


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `math.aot`, `echo.aot` and `library.aot`, and `foreign.aot` for another machine."""
    folder = tmp_path_factory.mktemp("compiled")
    for name, text in (("math", guests.MATH), ("echo", guests.ECHO), ("library", guests.LIBRARY)):
        (folder / f"{name}.aot").write_bytes(mvvm.compile(text.encode()))
    foreign = "aarch64" if mvvm.Target.parse().architecture == "x86_64" else "x86_64"
    options = mvvm.CompileOptions(target=mvvm.Target.parse(foreign))
    (folder / "foreign.aot").write_bytes(mvvm.compile(guests.MATH.encode(), options))
    return folder


@pytest.fixture(scope="session")
def math(compiled: Path) -> Path:
    return compiled / "math.aot"


@pytest.fixture(scope="session")
def echo(compiled: Path) -> Path:
    return compiled / "echo.aot"


_STOPPABLE = {
    "teller": stoppable.teller(),
    "large": stoppable.teller(96),
    "nested": stoppable.NESTED,
    "copier": stoppable.COPIER,
    "waiter": stoppable.waiter(0),
    "sleeper": stoppable.waiter(2_000_000_000),
    "starter": stoppable.STARTER,
    "twice": stoppable.TWICE,
}


@pytest.fixture(scope="session")
def stoppable_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stoppable")


@pytest.fixture
def program(stoppable_folder: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Makes a program of mvvm.tests.cli.stoppable in the test's folder, with the usual stable points."""

    def make(name: str) -> Path:
        compiled = stoppable_folder / f"{name}.aot"
        if not compiled.exists():
            options = mvvm.CompileOptions(checkpoint=mvvm.Policy.COUNTER_LOOP)
            compiled.write_bytes(mvvm.compile(_STOPPABLE[name].encode(), options))
        return Path(shutil.copy(compiled, tmp_path))

    return make


@pytest.fixture
def teller(program: Callable[[str], Path]) -> Path:
    return program("teller")

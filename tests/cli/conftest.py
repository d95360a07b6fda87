from __future__ import annotations

from pathlib import Path

import pytest

import mvvm
from tests.cli import guests


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

"""Worlds are what they say they are."""

from __future__ import annotations

import os
import platform
import tomllib
from pathlib import Path

import pytest

from tests.programs.cache import CACHE
from tests.programs.sources import BuildFailure
from tests.worlds import AVAILABLE, World, debian, making, world
from tests.worlds.package import installed
from tests.worlds.recipes import COMPILER
from tests.worlds.wheels import CHECKOUT

_HELLO = b"""(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\08\\00\\00\\00\\06\\00\\00\\00hello\\n")
  (func (export "_start") (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 20)))))
"""


@pytest.fixture(params=[*AVAILABLE, "aarch64-runtime"])
def any_world(request: pytest.FixtureRequest) -> World:
    name = str(request.param)
    return world(name.removesuffix("-runtime"), compiler=not name.endswith("-runtime"))


def _python(where: World, code: str, **variables: str) -> list[str]:
    done = where.run("python3", "-c", code, env=os.environ | variables)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().split()


def test_machine(any_world: World) -> None:
    said = _python(any_world, "import platform, sys; print(platform.machine(), sys.byteorder, sys.executable)")
    assert said == [any_world.architecture, any_world.byte_order, str(any_world.bin / "python3")]


def test_package_is_this_checkouts(any_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    package = installed()
    assert any_world.digest == package.digest
    monkeypatch.chdir(CHECKOUT)
    (found,) = _python(any_world, "import mvvm.proto as it; print(it.__file__)")
    assert Path(found) == package.site / "mvvm/proto/__init__.py"
    for file in package.site.glob("mvvm/**/*.py"):
        assert file.read_bytes() == (CHECKOUT / file.relative_to(package.site)).read_bytes()


def test_path_has_nothing_of_this_machine(any_world: World) -> None:
    said = _python(any_world, "import sys; print(*sys.path)", PYTHONPATH=str(CHECKOUT), VIRTUAL_ENV="/nowhere")
    assert said
    assert all(Path(folder).is_relative_to(CACHE / "worlds") for folder in said)


def test_executable_starts_itself(any_world: World) -> None:
    code = "import subprocess, sys; print(subprocess.check_output([sys.executable, '-c', {!r}], text=True))"
    assert _python(any_world, code.format("import platform; print(platform.machine())")) == [any_world.architecture]


def test_commands(any_world: World, tmp_path: Path) -> None:
    declared = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]["scripts"]
    assert declared == installed().commands
    assert all(os.access(any_world.bin / command, os.X_OK) for command in declared)
    for command in ("mvvm", "mvvm-run", "mvvm-restore"):
        done = any_world.run(command, "--version", cwd=tmp_path)
        assert (done.returncode, done.stdout.split()[0]) == (0, b"mvvm"), done.stderr.decode()


def test_compiler(any_world: World) -> None:
    code = "import importlib.util as it; print(*(name for name in {!r} if it.find_spec(name)))"
    assert _python(any_world, code.format(COMPILER)) == (list(COMPILER) if any_world.has_compiler else [])


def test_compile_and_run(tmp_path: Path) -> None:
    (tmp_path / "hello.wat").write_bytes(_HELLO)
    done = world("aarch64").run("mvvm-compile", "hello.wat", cwd=tmp_path)
    assert done.returncode == 0, done.stderr.decode()
    for compiler in (True, False):
        done = world("aarch64", compiler=compiler).run("mvvm-run", "hello.aot", cwd=tmp_path)
        assert (done.returncode, done.stdout) == (0, b"hello\n"), done.stderr.decode()


def test_input_and_environment(tmp_path: Path) -> None:
    code = "import os; print(input(), os.environ['HOME'], os.environ['LANG'], os.getcwd())"
    env = os.environ | {"HOME": "/somewhere", "LANG": "C"}
    done = world("s390x").run("python3", "-c", code, input=b"text\n", env=env, cwd=tmp_path)
    assert done.stdout.decode().split() == ["text", "/somewhere", "C.UTF-8", str(tmp_path)]


def test_damaged_machine_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "library.so").write_bytes(b"12345")
    (tmp_path / "manifest.json").write_text(f'{{"contents": "{making._contents(tmp_path)}"}}')
    assert making._intact(tmp_path)
    (tmp_path / "library.cpython-311.pyc").touch()
    assert making._intact(tmp_path)
    (tmp_path / "library.so").write_bytes(b"1234")
    assert not making._intact(tmp_path)


@pytest.mark.parametrize("signed", ["", "/keys/debian.gpg"])
def test_sources_of_both_formats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, signed: str) -> None:
    monkeypatch.setattr(debian, "_ETC", tmp_path)
    monkeypatch.setattr(platform, "freedesktop_os_release", lambda: {"VERSION_CODENAME": "here"})
    folder = tmp_path / "sources.list.d"
    folder.mkdir()
    (folder / "other.sources").write_text("Types: deb\nURIs: http://other/\nSuites: here-other\nComponents: main\n")
    with pytest.raises(BuildFailure, match="names no sources of Debian here"):
        debian._sources("arm64")

    option = f"[arch=amd64 signed-by={signed}] " if signed else ""
    (folder / "debian.list").write_text(
        f"# deb http://old/ here main\ndeb {option}http://mirror/ here main contrib # best\n"
        "deb-src http://mirror/ here main\n"
    )
    one_line = debian._sources("arm64")
    (folder / "debian.list").unlink()
    field = f"Signed-By: {signed}\n" if signed else ""
    (folder / "debian.sources").write_text(
        "# a comment\nTypes: deb deb-src\n# another\nURIs: http://mirror/\n"
        f"Suites: here\nComponents: main contrib\n{field}\n"
        "Types: deb\nEnabled: no\nURIs: http://off/\nSuites: here\nComponents: main\n"
    )
    assert debian._sources("arm64") == one_line
    assert one_line.splitlines() == [
        "Types: deb",
        "URIs: http://mirror/",
        "Suites: bookworm",
        "Components: main",
        "Architectures: arm64",
        "Targets: Packages",
        *field.splitlines(),
    ]

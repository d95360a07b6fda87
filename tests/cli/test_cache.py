from __future__ import annotations

import os
from pathlib import Path

import pytest

import mvvm
from mvvm import cache
from tests.cli import guests
from tests.cli.commands import run, succeed


@pytest.fixture
def module(tmp_path: Path) -> Path:
    path = tmp_path / "math.wat"
    path.write_text(guests.MATH)
    return path


def _factorial(module: Path, cache_home: Path, *options: str) -> str:
    return succeed("mvvm-run", *options, "--invoke", "factorial", module, "10", env={"XDG_CACHE_HOME": str(cache_home)})


def _entries(cache_home: Path) -> dict[Path, int]:
    """Entries with their inodes: an entry that is written again is another file."""
    return {path: path.stat().st_ino for path in (cache_home / "mvvm").iterdir()}


def test_a_module_is_compiled_once_for_each_set_of_options(module: Path, tmp_path: Path) -> None:
    home = tmp_path / "cache"
    assert _factorial(module, home) == "3628800\n"
    first = _entries(home)
    assert len(first) == 1
    assert _factorial(module, home) == "3628800\n"
    assert _entries(home) == first
    assert _factorial(module, home, "-O", "1") == "3628800\n"
    assert len(_entries(home)) == 2
    module.write_text(guests.MATH.replace("(i64.const 1)", "(i64.const 2)", 1))
    assert _factorial(module, home) == "7257600\n"
    assert len(_entries(home)) == 3


def test_a_damaged_entry_is_compiled_again(module: Path, tmp_path: Path) -> None:
    home = tmp_path / "cache"
    _factorial(module, home)
    (path,) = _entries(home)
    whole = path.read_bytes()
    in_text = whole.index(b"\x7fELF") + 0x1000
    for damaged in (whole[:-1], b"", whole[:100], whole[:in_text] + b"\xcc" * 1000 + whole[in_text + 1000 :]):
        path.write_bytes(damaged)
        assert _factorial(module, home) == "3628800\n"
        assert path.read_bytes() == whole


def test_without_a_place_for_the_cache_programs_run_all_the_same(module: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = run("mvvm-run", "--invoke", "factorial", module, "10", env={"XDG_CACHE_HOME": str(tmp_path / "file")})
    assert (done.returncode, done.stdout) == (0, "3628800\n")
    assert done.stderr.startswith("mvvm-run: warning: what was compiled is not kept: ")
    assert done.stderr.count("\n") == 1


def test_it_is_below_home_unless_said_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")  # to be ignored, says the specification
    assert cache.folder() == "/home/somebody/.cache/mvvm"
    monkeypatch.setenv("XDG_CACHE_HOME", "/cache")
    assert cache.folder() == "/cache/mvvm"


def test_entries_that_are_not_used_are_removed_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(cache, "_LIMIT", 40_000)
    options = mvvm.CompileOptions()
    sources = [guests.MATH.replace("$math", f"$math{number}").encode() for number in range(8)]

    def use(number: int) -> bool:
        """Load a module; whether it had to be compiled."""
        compiled = []

        def compile() -> bytes:
            compiled.append(number)
            return mvvm.compile(sources[number])

        cache.load_cached(sources[number], options, compile, pytest.fail)
        return bool(compiled)

    assert use(0)
    for number in range(1, 8):
        assert use(number)
        for path in (tmp_path / "mvvm").iterdir():  # an hour passes
            os.utime(path, (path.stat().st_mtime - 3600,) * 2)
        assert not use(0)
    assert not use(7)
    assert use(1)
    assert sum(path.stat().st_size for path in (tmp_path / "mvvm").iterdir()) <= 40_000

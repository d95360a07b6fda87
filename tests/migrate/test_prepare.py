"""What is made ahead of time for a restore: with it nothing is compiled."""

from __future__ import annotations

from pathlib import Path

import pytest

import mvvm
from mvvm import cpu
from mvvm.errors import EnvironmentFailure, IncompatibleSnapshot, UsageError
from mvvm.migrate import compiling, continuations
from mvvm.migrate.snapshot import prepared_folder
from mvvm.options import CompileOptions, Policy, Target
from tests.migrate.guests import FACTORIAL, MEMORY, SPIN, func

_HERE = cpu.host_architecture()
_OTHER = "aarch64" if _HERE == "x86_64" else "x86_64"
_OPTIONS = CompileOptions(checkpoint=Policy.LOOP)


@pytest.fixture(autouse=True)
def no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null")


@pytest.fixture
def no_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on nothing can be compiled."""

    def missing(*_: object) -> None:
        raise AssertionError("something is compiled")

    monkeypatch.setattr(compiling, "compiler", missing)
    monkeypatch.setattr(continuations, "continuation_compiler", missing)


def _stop(tmp_path: Path, source: bytes, name: str, *args: object, count: int) -> tuple[mvvm.Snapshot, bytes]:
    aot = mvvm.compile(source, _OPTIONS)
    call = func(mvvm.Instance(mvvm.load(aot)), name)
    return mvvm.checkpoint(call, *args, count=count, path=tmp_path / "app.snap"), aot


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_restore_needs_no_compiler(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    snapshot, aot = _stop(tmp_path, SPIN, "dive", 6, 5, count=15)
    folder = Path(prepared_folder(tmp_path / "app.snap"))
    assert folder == tmp_path / "app.prepared"
    found: list[tuple[int, int]] = []
    number = mvvm.prepare(snapshot, aot, _HERE, str(folder), found=lambda *item: found.append(item))
    assert number == len(_files(folder / _HERE)) == len(found) > 1
    request.getfixturevalue("no_compiler")
    assert mvvm.restore(tmp_path / "app.snap", mvvm.load(aot))() == 11


def test_switches_are_prepared_as_well(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    # Stopped in the innermost of three loops: where the outermost one goes round, another continuation goes on.
    source = b"""(module (func (export "f") (param i32) (result i32) (local i32 i32 i32)
      (loop $outer
        (local.set 3 (i32.const 3))
        (loop $middle
          (local.set 1 (i32.const 10))
          (loop $inner
            (local.set 2 (i32.add (i32.mul (local.get 2) (i32.const 3)) (local.get 1)))
            (br_if $inner (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
          (br_if $middle (local.tee 3 (i32.sub (local.get 3) (i32.const 1)))))
        (br_if $outer (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
      (local.get 2)))"""
    whole = func(mvvm.Instance(mvvm.load(mvvm.compile(source))), "f")(7)
    snapshot, aot = _stop(tmp_path, source, "f", 7, count=15)
    assert mvvm.prepare(snapshot, aot, _HERE, str(tmp_path / "app.prepared")) == 2
    request.getfixturevalue("no_compiler")
    assert mvvm.restore(tmp_path / "app.snap", mvvm.load(aot))() == whole


def test_the_program_is_prepared_where_its_file_has_no_code(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    # As if this machine were the other one: the file has code for the other machine only.
    snapshot, _ = _stop(tmp_path, MEMORY, "work", 100, count=70)
    whole = func(mvvm.Instance(mvvm.load(mvvm.compile(MEMORY))), "work")(100)
    foreign = tmp_path / "app.aot"
    options = CompileOptions(checkpoint=Policy.LOOP, target=Target.parse(_OTHER))
    foreign.write_bytes(mvvm.compile(MEMORY, options))
    folder = tmp_path / "app.prepared"
    mvvm.prepare(snapshot, foreign.read_bytes(), _HERE, str(folder))
    assert [path.suffix for path in _files(folder)].count(".aot") == 1
    request.getfixturevalue("no_compiler")
    program = mvvm.load_or_compile(foreign, prepared=str(folder / _HERE))
    assert mvvm.restore(tmp_path / "app.snap", program)() == whole


def test_code_in_a_fat_file_is_used(tmp_path: Path) -> None:
    snapshot, _ = _stop(tmp_path, FACTORIAL, "factorial", 10, count=4)
    fat = mvvm.compile(FACTORIAL, _OPTIONS, also=[Target.parse(_OTHER)])
    mvvm.prepare(snapshot, fat, _OTHER, str(tmp_path / "app.prepared"))
    assert {path.suffix for path in _files(tmp_path / "app.prepared" / _OTHER)} == {".continuation"}


def test_what_other_snapshots_needed_is_removed(tmp_path: Path) -> None:
    snapshot, aot = _stop(tmp_path, SPIN, "dive", 6, 5, count=15)
    folder = tmp_path / "app.prepared"
    mvvm.prepare(snapshot, aot, _HERE, str(folder))
    mvvm.prepare(snapshot, aot, _OTHER, str(folder))
    first = _files(folder / _OTHER)
    before = {path: path.stat().st_ino for path in _files(folder / _HERE)}
    mvvm.prepare(snapshot, aot, _HERE, str(folder))
    assert {path: path.stat().st_ino for path in _files(folder / _HERE)} == before  # nothing is made twice
    (folder / _HERE / "notes.txt").write_text("mine")
    later, _ = _stop(tmp_path, SPIN, "spin", 9, count=3)
    assert mvvm.prepare(later, aot, _HERE, str(folder)) == 1
    assert len(_files(folder / _HERE)) == 2
    assert _files(folder / _OTHER) == first


def test_damaged_files_cost_time_only(tmp_path: Path) -> None:
    snapshot, aot = _stop(tmp_path, FACTORIAL, "factorial", 10, count=4)
    mvvm.prepare(snapshot, aot, _HERE, str(tmp_path / "app.prepared"))
    for path in _files(tmp_path / "app.prepared"):
        contents = bytearray(path.read_bytes())
        contents[len(contents) // 2] ^= 1
        path.write_bytes(contents)
    assert mvvm.restore(tmp_path / "app.snap", mvvm.load(aot))() == 3628800


def test_errors_say_what_is_wrong(tmp_path: Path) -> None:
    snapshot, aot = _stop(tmp_path, FACTORIAL, "factorial", 10, count=4)
    with pytest.raises(IncompatibleSnapshot, match="of another module"):
        mvvm.prepare(snapshot, mvvm.compile(SPIN, _OPTIONS), _HERE, str(tmp_path / "app.prepared"))
    with pytest.raises(UsageError, match="unknown target 'vax'"):
        mvvm.prepare(snapshot, aot, "vax", str(tmp_path / "app.prepared"))
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentFailure, match=f"cannot write {tmp_path}/file/{_HERE}: Not a directory"):
        mvvm.prepare(snapshot, aot, _HERE, str(tmp_path / "file"))

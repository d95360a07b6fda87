"""An `.aot` file whose code cannot run here: its module is compiled again."""

from __future__ import annotations

from pathlib import Path

import pytest

import mvvm
from mvvm import cpu
from mvvm.errors import BadAotFile, IncompatibleAot, InputError
from mvvm.options import CompileOptions, Policy, Target
from tests.migrate.guests import FACTORIAL, func

_OTHER = "aarch64" if cpu.host_architecture() == "x86_64" else "x86_64"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "mvvm"


def _foreign(tmp_path: Path, **options: object) -> Path:
    path = tmp_path / "foreign.aot"
    path.write_bytes(mvvm.compile(FACTORIAL, CompileOptions(target=Target.parse(_OTHER), **options)))  # type: ignore[arg-type]
    return path


def test_it_is_compiled_as_it_was_and_kept(tmp_path: Path, cache: Path) -> None:
    path = _foreign(tmp_path, checkpoint=Policy.COUNTER_LOOP, threshold_bits=5, opt_level=1, aux_stack_check=False)
    notes: list[str] = []
    parts: list[tuple[int, int]] = []
    program = mvvm.load_or_compile(path, note=notes.append, progress=lambda *item: parts.append(item))
    assert func(mvvm.Instance(program), "factorial")(5) == 120
    target = program.target
    assert target.triple.startswith(cpu.host_architecture())
    assert (target.checkpoint, target.threshold_bits, target.opt_level) == ("counter-loop", 5, 1)
    assert not target.aux_stack_check
    here = cpu.host_architecture()
    assert notes == [f"{path}: it has code for {_OTHER}: its module is compiled for this machine, {here}"]
    assert parts[-1][0] == parts[-1][1]
    assert len(list(cache.iterdir())) == 1
    mvvm.load_or_compile(path, note=notes.append)
    assert len(notes) == 1


def test_what_can_run_is_loaded(tmp_path: Path, cache: Path) -> None:
    path = tmp_path / "here.aot"
    path.write_bytes(mvvm.compile(FACTORIAL))
    mvvm.load_or_compile(path, note=pytest.fail)
    assert not cache.exists()


def test_code_for_features_that_this_cpu_lacks_is_never_run(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = cpu.host_architecture()
    feature = cpu.FEATURES[here][-1]
    path = tmp_path / "features.aot"
    path.write_bytes(mvvm.compile(FACTORIAL, CompileOptions(target=Target.parse(here, None, f"+{feature}"))))
    present = cpu.host_features(here)
    monkeypatch.setattr(cpu, "host_features", lambda _: present - {feature})
    with pytest.raises(IncompatibleAot, match=feature):
        mvvm.load(path)
    notes: list[str] = []
    program = mvvm.load_or_compile(path, note=notes.append)
    assert feature not in program.target.cpu_features
    assert len(notes) == 1
    assert f"lacks {feature}" in notes[0]


def test_a_cpu_older_than_the_baseline_gets_what_it_has(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = cpu.host_architecture()
    baseline = Target.parse(here).features
    if not baseline:
        pytest.skip(f"the baseline of {here} asks for nothing")
    path = tmp_path / "new.aot"
    path.write_bytes(mvvm.compile(FACTORIAL))
    present = cpu.host_features(here) - {baseline[-1]}
    monkeypatch.setattr(cpu, "host_features", lambda _: present)
    program = mvvm.load_or_compile(path)
    assert set(program.target.cpu_features) <= present
    assert func(mvvm.Instance(program), "factorial")(5) == 120


def test_a_snapshot_goes_on_with_what_was_compiled_again(tmp_path: Path, cache: Path) -> None:
    here = mvvm.load(mvvm.compile(FACTORIAL, CompileOptions(checkpoint=Policy.LOOP)))
    snapshot = mvvm.checkpoint(func(mvvm.Instance(here), "factorial"), 10, count=4)
    other = mvvm.load_or_compile(_foreign(tmp_path, checkpoint=Policy.LOOP))
    assert mvvm.restore(snapshot, other)() == 3628800


def test_a_file_of_another_format_is_compiled_again(tmp_path: Path, cache: Path) -> None:
    path = tmp_path / "old.aot"
    aot = mvvm.compile(FACTORIAL)
    version = bytes((0x08, 4))  # field 1 of Target
    assert aot.count(version + b"\x12\x05") == 1
    path.write_bytes(aot.replace(version + b"\x12\x05", b"\x08\x02\x12\x05"))
    notes: list[str] = []
    assert func(mvvm.Instance(mvvm.load_or_compile(path, note=notes.append)), "factorial")(5) == 120
    assert "in format 2: its module is compiled" in notes[0]


def test_a_damaged_module_is_not_compiled(tmp_path: Path, cache: Path) -> None:
    path = _foreign(tmp_path)
    contents = path.read_bytes()
    at = contents.index(b"\0asm")
    path.write_bytes(contents[: at + 30] + bytes((contents[at + 30] ^ 1,)) + contents[at + 31 :])
    with pytest.raises(BadAotFile, match=r"foreign.aot: damaged .aot file: the Wasm module in it is not"):
        mvvm.load_or_compile(path)
    with pytest.raises(InputError, match="No such file"):
        mvvm.load_or_compile(tmp_path / "missing.aot")

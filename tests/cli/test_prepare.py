"""Preparing snapshots, and files for several machines, from the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mvvm import cpu
from tests.cli.commands import environment, fail, run, succeed

_HERE = cpu.host_architecture()
_OTHER = "aarch64" if _HERE == "x86_64" else "x86_64"
# A command in a process in which the packages that compiling needs are not installed.
_WITHOUT_COMPILER = """
import sys
sys.modules |= dict.fromkeys(("llvmlite", "lief", "capstone", "wasmtime"))
sys.argv[:1] = []
from importlib.metadata import entry_points
(entry,) = entry_points(group="console_scripts", name=sys.argv[0])
entry.load()()
"""


def _without_compiler(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", _WITHOUT_COMPILER, *map(str, arguments)]
    env = environment(XDG_CACHE_HOME="/dev/null")
    return subprocess.run(command, env=env, input=".", capture_output=True, text=True, timeout=60, check=False)


def _fat(teller: Path) -> Path:
    """The teller for both machines."""
    from tests.cli import stoppable

    teller.with_suffix(".wat").write_text(stoppable.teller())
    targets = ["--target", _HERE, "--target", _OTHER]
    succeed("mvvm-compile", "--enable-counter-loop-checkpoint", *targets, teller.with_suffix(".wat"))
    return teller


def test_a_checkpoint_prepares(teller: Path) -> None:
    done = run("mvvm-checkpoint", "-t", teller, "-x", "5", f"--prepare={_HERE},{_OTHER}", input="abc.")
    assert done.returncode == 0
    assert [f"prepared {teller.with_suffix('.snap')} for {name}" in done.stderr for name in (_HERE, _OTHER)] == [
        True
    ] * 2
    restored = _without_compiler("mvvm-restore", "-t", teller)
    assert (restored.returncode, restored.stderr) == (0, "")
    assert {path.name for path in teller.with_suffix(".prepared").iterdir()} == {_HERE, _OTHER}


def test_without_a_compiler_and_without_preparation(teller: Path) -> None:
    run("mvvm-checkpoint", "-t", teller, "-x", "5", input="abc.")
    restored = _without_compiler("mvvm-restore", "-t", teller)
    assert (restored.returncode, restored.stdout) == (3, "")
    assert restored.stderr.startswith("mvvm-restore: error: nothing can be compiled here, since ")
    assert restored.stderr.count("\n") == 1
    compiled = _without_compiler("mvvm-compile", teller.with_suffix(".wat"))
    assert compiled.returncode != 0
    assert "Traceback" not in compiled.stderr


def test_an_aot_file_is_shown_without_capstone(teller: Path) -> None:
    shown = _without_compiler("mvvm-inspect", teller)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "stand in the code" not in shown.stdout
    assert "stand in the code" in succeed("mvvm-inspect", teller)
    function = _without_compiler("mvvm-inspect", "--function", "main", teller)
    assert (function.returncode, function.stderr) == (
        3,
        "mvvm-inspect: error: --function: capstone is not installed on this machine\n",
    )


def test_prepare_is_for_what_the_file_has_code_for(teller: Path) -> None:
    fat = _fat(teller)
    run("mvvm-checkpoint", "-t", fat, "-x", "5", input="abc.")
    snapshot = fat.with_suffix(".snap")
    assert succeed("mvvm-prepare", "--quiet", snapshot) == ""
    assert {path.name for path in fat.with_suffix(".prepared").iterdir()} == {_HERE, _OTHER}
    done = run("mvvm", "prepare", snapshot, "--target", _HERE)
    assert done.returncode == 0
    assert done.stderr.startswith(f"mvvm: note: prepared {snapshot} for {_HERE}: ")


def test_snapshots_are_prepared_while_the_program_runs(teller: Path) -> None:
    snapshot = teller.with_suffix(".snap")
    process = subprocess.Popen(
        [sys.executable, "-m", "mvvm", "checkpoint", "-t", teller, "--every", "300ms", f"--prepare={_HERE}"],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    assert process.stderr
    line = process.stderr.readline()
    assert line.endswith(f"wrote {snapshot}\n")
    _, notes = process.communicate(".", timeout=60)
    assert process.returncode == 0, notes
    assert "could not be prepared" not in notes
    restored = _without_compiler("mvvm-restore", "-t", teller)
    assert (restored.returncode, restored.stderr) == (0, "")


def test_mistakes(teller: Path, tmp_path: Path) -> None:
    module = tmp_path / "empty.wat"
    module.write_text("(module)")
    cases: tuple[tuple[int, str, list[str | Path]], ...] = (
        (2, "is no .aot file: compile it first", ["mvvm-checkpoint", "-t", module, "--prepare", _HERE]),
        (2, "unknown target 'vax'", ["mvvm-checkpoint", "-t", teller, "--prepare", f"{_HERE},vax"]),
        (2, "name the architectures", ["mvvm-checkpoint", "-t", teller, "--prepare", f"{_HERE},"]),
        (2, "missing.snap: No such file", ["mvvm-prepare", tmp_path / "missing.snap"]),
        (2, "go with one target", ["mvvm-compile", "--target", _HERE, "--target", _OTHER, "--cpu", "native", module]),
        (2, "it names a CPU already", ["mvvm-compile", "--target", f"{_HERE}:native", "--cpu", "native", module]),
        (2, "one target of each", ["mvvm-compile", "--target", _HERE, "--target", _HERE, module]),
        (2, "is for one target", ["mvvm-compile", "--target", _HERE, "--target", _OTHER, "--emit", "obj", module]),
        (2, "unknown CPU 'z80'", ["mvvm-compile", "--target", f"{_OTHER}:z80", module]),
        (2, f"no code for {_OTHER}", ["mvvm-inspect", "--target", _OTHER, teller]),
    )
    for status, message, arguments in cases:
        assert message in fail(status, *arguments)
    run("mvvm-checkpoint", "-t", teller, "-x", "5", input="abc.")
    snapshot = teller.with_suffix(".snap")
    assert "missing.aot: No such file" in fail(2, "mvvm-prepare", snapshot, "--aot", tmp_path / "missing.aot")
    teller.with_suffix(".prepared").write_text("")
    assert "cannot write" in fail(3, "mvvm-prepare", snapshot)


@pytest.mark.parametrize("first", [_HERE, _OTHER])
def test_a_file_for_both_tells_what_it_has(teller: Path, first: str) -> None:
    second = _OTHER if first == _HERE else _HERE
    module = teller.with_name("math.wat")
    module.write_text('(module (func (export "f") (result i32) (i32.const 7)))')
    succeed("mvvm-compile", "--target", first, "--target", f"{second}:{cpu.BASELINE[second]}", module)
    about = json.loads(succeed("mvvm-inspect", "--json", module.with_suffix(".aot")))
    assert (about["architectures"], about["target"]) == ([first, second], f"{first}-unknown-linux-gnu")
    assert succeed("mvvm-run", "--invoke", "f", module.with_suffix(".aot")) == "7\n"
    other = json.loads(succeed("mvvm-inspect", "--json", "--target", second, module.with_suffix(".aot")))
    assert other["target"] == f"{second}-unknown-linux-gnu"

"""mvvm-checkpoint: where it stops, and what it says. What it stops by besides counting is in test_stop_signals."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import mvvm
from tests.cli import stoppable
from tests.cli.commands import command, environment, fail, run, succeed

Program = Callable[[str], Path]


def _stop(*arguments: str | Path, stdin: str = "ab.") -> tuple[str, list[str]]:
    """Stop a program. Returns its output, and what the command said besides that it wrote the snapshot."""
    done = run("mvvm-checkpoint", *arguments, input=stdin)
    assert done.returncode == 0, done.stderr
    *said, last = done.stderr.splitlines()
    assert last.startswith("mvvm-checkpoint: note: wrote ")
    return done.stdout, said


def _restore(target: Path, *options: str | Path, stdin: str = "") -> str:
    return succeed("mvvm-restore", "-t", target, *options, input=stdin)


def test_the_snapshot_goes_beside_the_program_or_elsewhere(teller: Path) -> None:
    folder = teller.parent
    done = run("mvvm-checkpoint", "-t", teller, "-c", "1", input="ab.")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == f"mvvm-checkpoint: note: wrote {folder / 'teller.snap'}\n"
    assert (folder / "teller.snap").stat().st_mode & 0o777 == 0o600
    other = folder / "other"
    _stop("--target", teller, "--count", "1", "--output", other)
    assert sorted(os.listdir(folder)) == ["other", "teller.aot", "teller.snap"]
    assert _restore(teller, "--snapshot", other, stdin="xy.") == "0x 1y 2. "


@pytest.mark.parametrize(
    ("options", "output", "function"),
    [
        (("-x", "1"), "", "main"),
        (("-x", "7"), "0a ", "obey"),
        (("--function-count", "12"), "0a 1b ", "write"),
        (("-c", "2"), "", "spin"),
        (("-c", "3"), "", "main"),
        (("--count", "15"), "0a 1b ", "tell"),
        (("-f", "tell"), "0a ", "tell"),
        (("-f", "tell", "-x", "2"), "0a 1b ", "tell"),
        (("--function", "13", "-c", "3"), "0a 1b 2. ", "tell"),
        (("-f", "_start"), "", "main"),
        (("-f", "spin", "-c", "2"), "0a ", "spin"),
    ],
)
def test_it_stops_at_a_point_that_is_counted(
    teller: Path, tmp_path: Path, options: tuple[str, ...], output: str, function: str
) -> None:
    (tmp_path / "stdin").write_text("ab.")
    with (tmp_path / "stdin").open() as stdin:
        stopped = run("mvvm-checkpoint", "-t", teller, *options, stdin=stdin)
    assert (stopped.returncode, stopped.stdout) == (0, output), stopped.stderr
    snapshot = mvvm.Snapshot.open(teller.with_suffix(".snap"))
    assert snapshot.names[snapshot.view.frames[0].function] == function
    with (tmp_path / "stdin").open() as stdin:  # it goes on where it was in the file
        assert output + succeed("mvvm-restore", "-t", teller, stdin=stdin) == "0a 1b 2. "


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("-f", "nobody"), "the program has no function called 'nobody'"),
        (("-f", "99"), "function 99 is not one that the program defines: those are 9 and up"),
        (("-f", "0"), "function 0 is not one that the program defines: those are 9 and up"),
        (("-c", "0"), "--count 0: give a number from 1 on"),
        (("-x", "many"), "--function-count many: give a number from 1 on"),
        (("-c", "1", "-x", "1"), "give --function-count or --count, not both"),
        (("--after", "soon"), "--after soon: give a time such as 2s, 500ms or 10m"),
        (("--every", "0"), "--every 0: give a time that is longer"),
        (("--zstd", "20"), "--zstd 20: the level is 1 (fast) to 19 (small)"),
        (("-m", "data"), "--map-dir data: write GUEST::HOST"),
        (("-e", "=x"), "--env =x: write NAME=VALUE, or NAME to inherit it"),
        (
            ("-d", "/nowhere/at/all"),
            "cannot open the folder '/nowhere/at/all' for the guest: No such file or directory",
        ),
    ],
)
def test_what_cannot_be_used(teller: Path, options: tuple[str, ...], message: str) -> None:
    assert fail(2, "mvvm-checkpoint", "-t", teller, *options) == f"mvvm-checkpoint: error: {message}"


def test_a_program_without_stable_points_cannot_be_stopped(math: Path) -> None:
    said = fail(2, "mvvm-checkpoint", "-t", math, "-c", "1")
    assert said == (
        f"mvvm-checkpoint: error: {math}: the program was compiled without stable points: "
        "compile it with --enable-counter-loop-checkpoint"
    )


def test_a_target_is_needed(teller: Path) -> None:
    assert "Missing option '--target' / '-t'" in fail(2, "mvvm-checkpoint", "-c", "1")
    assert "missing.aot: No such file or directory" in fail(2, "mvvm-checkpoint", "-t", teller.parent / "missing.aot")


def test_a_module_is_compiled_with_stable_points(tmp_path: Path) -> None:
    module = tmp_path / "teller.wat"
    module.write_text(stoppable.teller())
    assert _stop("-q", "-t", module, "-f", "tell", "-c", "2") == ("0a 1b ", [])
    assert (tmp_path / "teller.snap").exists()
    assert succeed("mvvm-restore", "-q", "-t", module, input="c.") == "2c 3. "


def test_arguments_environment_and_folders(program: Program, tmp_path: Path) -> None:
    copier = program("copier")
    (tmp_path / "in").write_text("what is copied")
    options = ("-a", "a,b", "--arg", "c", "-e", "X=1=2", "--env", "HOME", "-m", f"data::{tmp_path}")
    done = run("mvvm-checkpoint", "-t", copier, *options, "-x", "9", "--", "--d", "e,f", env={"HOME": "/home/me"})
    assert (done.returncode, done.stdout) == (0, "")
    assert (tmp_path / "out").read_text() == "w"
    words = "copier.aot a b c --d e,f X=1=2 HOME=/home/me "
    assert _restore(copier) == words.replace(" ", "\0")
    assert (tmp_path / "out").read_text() == "what is copied"
    done = run("mvvm-checkpoint", "-t", copier, "-d", tmp_path, "--", "g")
    assert (done.returncode, done.stdout) == (0, "copier.aot\0g\0")
    assert done.stderr == "mvvm-checkpoint: note: the program ended, with status 0, before it was stopped\n"


@pytest.mark.parametrize(("stdin", "status"), [("a.", 0), ("a3", 3), ("a0", 0)])
def test_a_program_that_ends_first(teller: Path, stdin: str, status: int) -> None:
    done = run("mvvm-checkpoint", "-t", teller, "-c", "1000000000", input=stdin)
    assert (done.returncode, done.stdout) == (status, f"0a 1{stdin[1]} ")
    assert done.stderr == (f"mvvm-checkpoint: note: the program ended, with status {status}, before it was stopped\n")
    assert not teller.with_suffix(".snap").exists()


def test_a_program_that_traps_first(teller: Path) -> None:
    done = run("mvvm-checkpoint", "-t", teller, "-c", "1000000000", input="a!")
    assert (done.returncode, done.stdout) == (134, "0a 1! ")
    assert done.stderr.startswith("mvvm-checkpoint: error: wasm trap: wasm `unreachable` instruction executed\n")
    assert not teller.with_suffix(".snap").exists()


def test_debug_says_what_it_sees(teller: Path) -> None:
    output, said = _stop("-t", teller, "--debug", "-x", "4", "-f", "_start")
    assert output == "0a "
    assert len(said) == 4
    for number, line in enumerate(said, 1):
        assert line.startswith(f"mvvm-checkpoint: note: stable point {number}: after the call at byte 0x")
        assert line.endswith(" in main (function 15)")
    done = run("mvvm-checkpoint", "-t", teller, "-i", input=".")
    lines = done.stderr.splitlines()
    assert len(lines) > 8
    assert "in the loop at byte" in done.stderr or "spin" not in done.stderr
    assert lines[-1] == "mvvm-checkpoint: note: the program ended, with status 0, before it was stopped"


def test_memory_may_be_compressed(program: Program) -> None:
    large = program("large")
    sizes = []
    for options in ((), ("--zstd", "3")):
        _stop("-t", large, "-f", "tell", *options)
        sizes.append(large.with_suffix(".snap").stat().st_size)
        assert _restore(large, stdin="b.") == "1b 2. "
    assert sizes[1] < sizes[0] - 1000


@pytest.mark.parametrize("name", ["missing/x.snap", ".", "teller.aot/x.snap"])
def test_where_nothing_can_be_written_the_program_runs_to_its_end(teller: Path, name: str) -> None:
    path = teller.parent / name
    done = run("mvvm-checkpoint", "-t", teller, "-f", "tell", "-o", path, input="ab3")
    assert (done.returncode, done.stdout) == (3, "0a 1b 23 ")
    warning, note = done.stderr.splitlines()
    assert warning.startswith("mvvm-checkpoint: warning: no checkpoint was written: cannot write the snapshot ")
    assert note == "mvvm-checkpoint: note: the program ended, with status 3, before it was stopped"
    assert os.listdir(teller.parent) == ["teller.aot"]


def test_a_full_disk(program: Program, tmp_path: Path) -> None:
    large = program("large")
    _stop("-t", large, "-f", "tell")
    old = large.with_suffix(".snap").read_bytes()
    # A file may have 1000 blocks of 1024 bytes.
    limited = ("bash", "-c", 'ulimit -f 1000; exec "$@"', "-")
    done = subprocess.run(
        [*limited, *command("mvvm-checkpoint", "-t", large, "-f", "tell", "-c", "2")],
        input="abc!",
        capture_output=True,
        text=True,
        env=environment(),
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (134, "0a 1b 2c 3! ")
    warning, error, *_ = done.stderr.splitlines()
    assert warning.startswith("mvvm-checkpoint: warning: no checkpoint was written: cannot write the snapshot ")
    assert warning.endswith(": File too large")
    assert "unreachable" in error
    assert large.with_suffix(".snap").read_bytes() == old
    assert sorted(os.listdir(tmp_path)) == ["large.aot", "large.snap"]

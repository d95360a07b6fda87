"""--leave-running and --every: the program goes on while a copy of it is written, whatever becomes of that."""

from __future__ import annotations

import os
import resource
import signal
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

import mvvm
from tests.cli.commands import children, run, succeed
from tests.cli.stopping import running, unfinished, wait_until, wait_until_idle

Program = Callable[[str], Path]


def test_a_copy_is_written_and_the_program_goes_on(teller: Path) -> None:
    done = run("mvvm-checkpoint", "-t", teller, "-f", "tell", "--leave-running", input="ab4")
    assert (done.returncode, done.stdout) == (4, "0a 1b 24 ")
    assert done.stderr == f"mvvm-checkpoint: note: wrote {teller.with_suffix('.snap')}\n"
    assert succeed("mvvm-restore", "-t", teller, input="x.") == "1x 2. "


def test_it_counts_on_with_debug(teller: Path) -> None:
    options = ("-f", "tell", "-c", "2", "--leave-running", "--debug")
    done = run("mvvm-checkpoint", "-t", teller, *options, input="abc.")
    assert (done.returncode, done.stdout) == (0, "0a 1b 2c 3. ")
    notes = [line for line in done.stderr.splitlines() if "wrote" not in line]
    assert [line.split(":")[2] for line in notes] == [f" stable point {number}" for number in (1, 2, 3, 4)]
    assert succeed("mvvm-restore", "-t", teller, input=".") == "2. "


def test_files_are_as_they_were_at_the_stop(program: Program, tmp_path: Path) -> None:
    """Though their positions are shared with the program, which goes on."""
    copier = program("copier")
    (tmp_path / "in").write_text("x" * 50)
    options = ("-m", f"here::{tmp_path}", "-x", "20", "--leave-running")
    done = run("mvvm-checkpoint", "-t", copier, *options)
    assert (done.returncode, done.stdout) == (0, "copier.aot\0")
    (tmp_path / "in").write_text("y" * 50)
    assert succeed("mvvm-restore", "-t", copier) == "copier.aot\0"
    out = (tmp_path / "out").read_text()
    assert (len(out), out.strip("xy")) == (50, "")
    assert 0 < out.count("x") == out.rindex("x") + 1 < 20


def test_restored_programs_are_left_running_too(teller: Path) -> None:
    run("mvvm-checkpoint", "-t", teller, "-f", "tell", input="a")
    for number in range(1, 4):
        done = run("mvvm-restore", "-t", teller, "-f", "tell", "--leave-running", input="bc.")
        assert (done.returncode, done.stdout) == (0, f"{number}b {number + 1}c {number + 2}. ")
    # The outer frames, which are still those of the first snapshot.
    assert succeed("mvvm-restore", "-t", teller, input="z.") == "4z 5. "


def test_between_two_frames_of_a_restored_program(teller: Path) -> None:
    """The first point is after the call of the innermost frame, which has returned into one that is not running yet."""
    run("mvvm-checkpoint", "-t", teller, "-f", "tell", input="a")
    done = run("mvvm-restore", "-t", teller, "-x", "1", "--leave-running", "--debug", input="b6")
    assert (done.returncode, done.stdout) == (6, "1b 26 ")
    written = f"mvvm-restore: note: wrote {teller.with_suffix('.snap')}"
    assert written in done.stderr.splitlines()
    lines = [line for line in done.stderr.splitlines() if line != written]  # it may come at any time
    assert lines[0].startswith("mvvm-restore: note: stable point 1: after the call at byte 0x")
    assert lines[0].endswith(" in obey (function 14)")
    assert lines[1].endswith(" in main (function 15)")
    snapshot = mvvm.Snapshot.open(teller.with_suffix(".snap"))
    assert [snapshot.names[frame.function] for frame in snapshot.view.frames] == ["obey", "main"]
    assert succeed("mvvm-restore", "-t", teller, input="c.") == "1c 2. "


def test_a_folder_that_cannot_be_written(teller: Path) -> None:
    done = run("mvvm-checkpoint", "-t", teller, "-f", "tell", "--leave-running", "-o", "/nowhere/x", input="ab2")
    assert (done.returncode, done.stdout) == (2, "0a 1b 22 ")
    assert done.stderr.splitlines() == [
        "mvvm-checkpoint: warning: no checkpoint was written: "
        "cannot write the snapshot /nowhere/x: No such file or directory",
        "mvvm-checkpoint: note: the program ended, with status 2, before it was stopped",
    ]


def test_again_and_again_where_nothing_can_be_written(teller: Path) -> None:
    with running("mvvm-checkpoint", "-t", teller, "--every", "20ms", "-o", "/nowhere/x") as process:
        failed = 0
        while failed < 3:
            line = process.line()
            assert ": warning: no checkpoint was written: " in line
            failed += "cannot write the snapshot /nowhere/x" in line
        process.feed(b"a.")
        status, stdout, _ = process.end()
    assert (status, stdout) == (0, "0a 1. ")


@pytest.mark.parametrize("options", [(), ("--zstd", "1")])
def test_a_full_disk(program: Program, tmp_path: Path, options: tuple[str, ...]) -> None:
    large = program("large")
    run("mvvm-checkpoint", "-t", large, "-f", "tell", input="a")
    snapshot = large.with_suffix(".snap")
    old = snapshot.read_bytes()
    arguments: list[str | Path] = ["-t", large, "-f", "tell", "--leave-running", *options]
    with running("mvvm-checkpoint", *arguments, preexec=_limit_files) as process:
        process.feed(b"a.")
        status, stdout, stderr = process.end()
    assert (status, stdout) == (0, "0a 1. ")
    assert stderr.splitlines() == [
        f"mvvm-checkpoint: warning: no checkpoint was written: cannot write the snapshot {snapshot}: File too large",
        "mvvm-checkpoint: note: the program ended, with status 0, before it was stopped",
    ]
    assert snapshot.read_bytes() == old
    assert sorted(os.listdir(tmp_path)) == ["large.aot", "large.snap"]


def _limit_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))


def test_the_process_that_writes_is_killed(program: Program, tmp_path: Path) -> None:
    large = program("large")
    snapshot = large.with_suffix(".snap")
    run("mvvm-checkpoint", "-t", large, "-f", "tell", input="q")
    old = snapshot.read_bytes()
    with running("mvvm-checkpoint", "-t", large, "--leave-running", "--zstd", "19") as process:
        process.feed(b"a")
        assert process.read(3) == b"0a "
        wait_until_idle(process.pid)
        for _ in range(2):
            process.signal(signal.SIGUSR1)
            wait_until(lambda: unfinished(tmp_path))
            (writer,) = children(process.pid)
            os.kill(writer, signal.SIGSTOP)  # it would take a second or so
            process.signal(signal.SIGUSR1)
            assert process.line() == (
                "mvvm-checkpoint: warning: no checkpoint was written: the one before is still being written"
            )
            os.kill(writer, signal.SIGKILL)
            assert process.line() == (
                "mvvm-checkpoint: warning: no checkpoint was written: the process that wrote it: Killed"
            )
            assert unfinished(tmp_path) == []
            assert snapshot.read_bytes() == old
        process.feed(b"b.")
        status, stdout, stderr = process.end()
    assert (status, stdout) == (0, "1b 2. ")
    assert stderr == "mvvm-checkpoint: note: the program ended, with status 0, before it was stopped\n"
    assert succeed("mvvm-restore", "-t", large, input=".") == "1. "


def test_the_end_waits_for_what_is_being_written(program: Program) -> None:
    large = program("large")
    done = run("mvvm-checkpoint", "-t", large, "-f", "tell", "--leave-running", "--zstd", "15", input="a5")
    assert (done.returncode, done.stdout) == (5, "0a 15 ")
    assert done.stderr == f"mvvm-checkpoint: note: wrote {large.with_suffix('.snap')}\n"
    assert succeed("mvvm-restore", "-t", large, input=".") == "1. "


def test_the_snapshot_is_replaced_as_a_whole(teller: Path, tmp_path: Path) -> None:
    snapshot = tmp_path / "link.snap"
    snapshot.symlink_to(tmp_path / "real.snap")
    with running("mvvm-checkpoint", "-t", teller, "--every", "10ms", "-o", snapshot) as process:
        wait_until(snapshot.exists)
        for _ in range(20):
            mvvm.Snapshot.open(snapshot, verify=True)
        process.feed(b".")
        assert process.end()[:2] == (0, "0. ")
    assert snapshot.is_symlink()
    assert stat.S_ISREG((tmp_path / "real.snap").lstat().st_mode)
    assert unfinished(tmp_path) == []

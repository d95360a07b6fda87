"""What stops a program besides counting: signals, times, files; alone and many at once."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import mvvm
from tests.cli import stoppable
from tests.cli.commands import fail, run, succeed
from tests.cli.stopping import Process, running, wait_until, wait_until_idle

Program = Callable[[str], Path]


def _stopped(process: Process, target: Path, stdout: str = "") -> None:
    """The process was stopped and wrote its snapshot, and nothing else."""
    path = target.with_suffix(".snap")
    assert process.end() == (0, stdout, f"mvvm-checkpoint: note: wrote {path}\n")


@pytest.mark.parametrize("blocks", [True, False], ids=["in a call", "in a loop"])
def test_sigusr1(teller: Path, tmp_path: Path, blocks: bool) -> None:
    (tmp_path / "stdin").write_bytes(b"a")
    with (
        (tmp_path / "stdin").open("rb") as file,
        running("mvvm-checkpoint", "-t", teller, stdin=subprocess.PIPE if blocks else file) as process,
    ):
        if blocks:
            process.feed(b"a")
        assert process.read(3) == b"0a "
        if blocks:
            wait_until_idle(process.pid)
        process.signal(signal.SIGUSR1)
        _stopped(process, teller)
    if blocks:
        assert succeed("mvvm-restore", "-t", teller, input="b.") == "1b 2. "
    else:
        (tmp_path / "stdin").write_bytes(b"ab.")
        with (tmp_path / "stdin").open("rb") as file:
            assert succeed("mvvm-restore", "-t", teller, stdin=file) == "1b 2. "


def test_sigusr1_before_there_is_a_guest(tmp_path: Path) -> None:
    module = tmp_path / "teller.wat"
    module.write_text(stoppable.teller().replace("$teller", f"$teller{os.urandom(8).hex()}"))  # not in the cache
    with running("mvvm-checkpoint", "-q", "-t", module) as process:
        # Once it handles the signal, which it does before it compiles.
        wait_until(lambda: _catches(process.pid, signal.SIGUSR1))
        process.signal(signal.SIGUSR1)
        _stopped(process, module)
    assert succeed("mvvm-restore", "-q", "-t", module, input="b.") == "0b 1. "


def _catches(pid: int, number: int) -> bool:
    """Whether a process has a handler for a signal."""
    status = Path(f"/proc/{pid}/status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(caught.split()[1], 16) >> (number - 1) & 1)


def test_many_signals_stop_it_once(program: Program) -> None:
    large = program("large")
    with running("mvvm-checkpoint", "-t", large, "--zstd", "9") as process:
        process.feed(b"a")
        assert process.read(3) == b"0a "
        while not process.ended:
            process.signal(signal.SIGUSR1)
        _stopped(process, large)
    assert succeed("mvvm-restore", "-t", large, input=".") == "1. "


@pytest.mark.parametrize("options", [(), ("--leave-running",)])
def test_signals_until_the_end(teller: Path, options: tuple[str, ...]) -> None:
    """Whatever comes while it starts, runs and ends, it either stops or ends, and nothing else."""
    with running("mvvm-checkpoint", "-t", teller, *options) as process:
        wait_until(lambda: _catches(process.pid, signal.SIGUSR1))
        process.feed(b"3" if options else b"ab3")
        while not process.ended:
            process.signal(signal.SIGUSR1)
        status, stdout, stderr = process.end()
    if options:
        assert (status, stdout) == (3, "03 ")
        assert set(stderr.splitlines()) <= {
            f"mvvm-checkpoint: note: wrote {teller.with_suffix('.snap')}",
            "mvvm-checkpoint: warning: no checkpoint was written: the one before is still being written",
            "mvvm-checkpoint: note: the program ended, with status 3, before it was stopped",
        }
    else:
        assert status in (0, 3)
        assert "0a 1b 23 ".startswith(stdout)


def test_ctrl_c_stops_with_debug_and_ends_without(teller: Path) -> None:
    with running("mvvm-checkpoint", "-t", teller, "--debug", "-f", "tell", "-c", "9") as process:
        process.feed(b"a")
        assert "stable point 1: after the call" in process.line()
        assert process.read(3) == b"0a "
        wait_until_idle(process.pid)
        process.signal(signal.SIGINT)
        assert process.line() == "mvvm-checkpoint: note: stable point 2: in a host call that waits"
        _stopped(process, teller)
    assert succeed("mvvm-restore", "-t", teller, input=".") == "1. "
    snapshot = teller.with_suffix(".snap")
    snapshot.unlink()
    with running("mvvm-checkpoint", "-t", teller) as process:
        process.feed(b"a")
        assert process.read(3) == b"0a "
        process.signal(signal.SIGINT)
        assert process.end() == (130, "", "")
    assert not snapshot.exists()


def test_after_a_time(teller: Path) -> None:
    with running("mvvm-checkpoint", "-t", teller, "--after", "10ms") as process:
        _stopped(process, teller)
    assert succeed("mvvm-restore", "-t", teller, input="a.") == "0a 1. "


def test_every_time(teller: Path) -> None:
    snapshot = teller.with_suffix(".snap")
    with running("mvvm-checkpoint", "-t", teller, "--every", "0.05", "--after", "0.01s") as process:
        seen: set[int] = set()
        while len(seen) < 3:
            if process.line().endswith(f"wrote {snapshot}"):
                seen.add(snapshot.stat().st_ino)
        process.feed(b"a.")
        status, stdout, _ = process.end()
    assert (status, stdout) == (0, "0a 1. ")


def test_a_file_that_appears_again_and_again(teller: Path, tmp_path: Path) -> None:
    trigger = tmp_path / "trigger"
    with running("mvvm-checkpoint", "-t", teller, "--trigger-file", trigger, "--leave-running") as process:
        for number, byte in enumerate("abc"):
            process.feed(byte.encode())
            assert process.read(3) == f"{number}{byte} ".encode()
            trigger.touch()
            assert process.line() == f"mvvm-checkpoint: note: wrote {teller.with_suffix('.snap')}"
            wait_until(lambda: not trigger.exists())
            assert succeed("mvvm-restore", "-t", teller, input=".") == f"{number + 1}. "
        process.feed(b".")
        assert process.end() == (0, "3. ", "")


def test_a_file_stops_it(teller: Path, tmp_path: Path) -> None:
    trigger = tmp_path / "trigger"
    with running("mvvm-checkpoint", "-t", teller, "--trigger-file", trigger) as process:
        process.feed(b"a")
        assert process.read(3) == b"0a "
        trigger.touch()
        _stopped(process, teller)
    assert not trigger.exists()
    trigger.mkdir()  # it cannot be removed
    with running("mvvm-checkpoint", "-t", teller, "--trigger-file", trigger) as process:
        assert process.line() == f"mvvm-checkpoint: warning: {trigger}: Is a directory"
        _stopped(process, teller)


def test_a_signal_for_a_program_without_stable_points(teller: Path) -> None:
    run("mvvm-checkpoint", "-t", teller, "-c", "1")
    plain = teller.parent / "plain.aot"
    plain.write_bytes(mvvm.compile(stoppable.teller().encode()))
    with running("mvvm-restore", "-t", plain, "-s", teller.with_suffix(".snap")) as process:
        process.feed(b"a")
        assert process.read(3) == b"0a "
        process.signal(signal.SIGUSR1)
        assert process.line() == (
            "mvvm-restore: warning: the program was compiled without stable points: it cannot be stopped"
        )
        process.feed(b".")
        assert process.end() == (0, "1. ", "")


def test_signals_of_a_restored_program(teller: Path) -> None:
    run("mvvm-checkpoint", "-t", teller, "-c", "1")
    snapshot = teller.with_suffix(".snap")
    said = f"mvvm-restore: note: wrote {snapshot}\n"
    for number in range(3):
        with running("mvvm-restore", "-t", teller) as process:
            process.feed(b"x")
            assert process.read(3) == f"{number}x ".encode()
            process.signal(signal.SIGUSR1)
            assert process.end() == (0, "", said)
    assert "missing.snap: No such file" in fail(2, "mvvm-restore", "-t", teller, "-s", teller.parent / "missing.snap")

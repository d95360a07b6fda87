"""Host calls that wait are no obstacle: the program stops in them at once, and makes the call anew when it goes on."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path

import mvvm
from tests.cli import stoppable
from tests.cli.commands import run, succeed
from tests.cli.stopping import Process, running, wait_until_idle

Program = Callable[[str], Path]
_SECOND = 1_000_000_000


def _stop(process: Process, target: Path) -> mvvm.Snapshot:
    """Stop a process once it waits in a call of WASI."""
    wait_until_idle(process.pid)
    started = time.monotonic()
    process.signal(signal.SIGUSR1)
    status, stdout, stderr = process.end()
    assert time.monotonic() - started < 10
    assert (status, stdout) == (0, "")
    assert stderr.endswith(f": note: wrote {target.with_suffix('.snap')}\n")
    return mvvm.Snapshot.open(target.with_suffix(".snap"))


def test_reading_from_a_pipe(teller: Path) -> None:
    with running("mvvm-checkpoint", "-t", teller) as process:
        process.feed(b"ab")
        assert process.read(6) == b"0a 1b "
        _stop(process, teller)
    # And again, twice without anything to read; then with some of it.
    for _ in range(2):
        with running("mvvm-restore", "-t", teller) as process:
            _stop(process, teller)
    with running("mvvm-restore", "-t", teller) as process:
        process.feed(b"c")
        assert process.read(3) == b"2c "
        _stop(process, teller)
    assert succeed("mvvm-restore", "-t", teller, input="d.") == "3d 4. "


def test_the_rest_of_what_was_read(teller: Path) -> None:
    """What it has not read of a pipe is still there for the next."""
    with running("mvvm-checkpoint", "-t", teller, "-f", "tell", "-c", "2") as process:
        process.feed(b"abcdef")
        assert process.read(6) == b"0a 1b "
        assert process.end()[0] == 0
    assert succeed("mvvm-restore", "-t", teller, input="cdef.") == "2c 3d 4e 5f 6. "


def test_polling(program: Program) -> None:
    waiter = program("waiter")
    with running("mvvm-checkpoint", "-t", waiter) as process:
        _stop(process, waiter)
    with running("mvvm-restore", "-t", waiter) as process:
        _stop(process, waiter)
    assert succeed("mvvm-restore", "-t", waiter, input="x") == "ready slept "


def test_sleeping(tmp_path: Path) -> None:
    sleeper = tmp_path / "sleeper.aot"
    options = mvvm.CompileOptions(checkpoint=mvvm.Policy.COUNTER_LOOP)
    sleeper.write_bytes(mvvm.compile(stoppable.waiter(30 * _SECOND).encode(), options))
    waited = 0
    for command in ("mvvm-checkpoint", "mvvm-restore", "mvvm-restore"):
        with running(command, "-t", sleeper) as process:
            if not waited:
                process.feed(b"x")
                assert process.read(6) == b"ready "
            wasi = _stop(process, sleeper).view.wasi
        assert wasi is not None
        assert waited < wasi.waited < 29 * _SECOND
        waited = wasi.waited


def test_a_sleep_goes_on_with_what_was_left(program: Program) -> None:
    sleeper = program("sleeper")  # 2 s
    with running("mvvm-checkpoint", "-t", sleeper) as process:
        process.feed(b"x")
        assert process.read(6) == b"ready "
        time.sleep(0.5)
        wasi = _stop(process, sleeper).view.wasi
    assert wasi is not None
    assert 0.5 * _SECOND < wasi.waited < 2 * _SECOND
    started = time.monotonic()
    assert succeed("mvvm-restore", "-t", sleeper) == "slept "
    assert time.monotonic() - started > 2 - wasi.waited / _SECOND


def test_a_program_that_goes_on_makes_its_call_anew(program: Program) -> None:
    waiter = program("waiter")
    with running("mvvm-checkpoint", "-t", waiter, "--leave-running") as process:
        for _ in range(2):
            wait_until_idle(process.pid)
            process.signal(signal.SIGUSR1)
            assert process.line() == f"mvvm-checkpoint: note: wrote {waiter.with_suffix('.snap')}"
            assert succeed("mvvm-restore", "-t", waiter, input="y") == "ready slept "
        process.feed(b"x")
        assert process.end() == (0, "ready slept ", "")


def test_where_nothing_can_be_written_the_call_is_made_anew(teller: Path) -> None:
    with running("mvvm-checkpoint", "-t", teller, "-o", "/nowhere/x.snap") as process:
        for number, byte in enumerate("abc"):
            process.feed(byte.encode())
            assert process.read(3) == f"{number}{byte} ".encode()
            wait_until_idle(process.pid)
            process.signal(signal.SIGUSR1)
            assert process.line() == (
                "mvvm-checkpoint: warning: no checkpoint was written: "
                "cannot write the snapshot /nowhere/x.snap: No such file or directory"
            )
        process.feed(b".")
        status, stdout, _ = process.end()
        assert (status, stdout) == (0, "3. ")


# Waits at an address: then it exits with what the wait gave.
_AT_ADDRESS = """(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1 1 shared)
  (func (export "_start")
    (call $proc_exit (i32.add (i32.const 40)
      (memory.atomic.wait64 (i32.const 8) (i64.const 0) (i64.const TIMEOUT))))))"""


def test_waiting_at_an_address(tmp_path: Path) -> None:
    waiter = tmp_path / "waiter.aot"
    options = mvvm.CompileOptions(checkpoint=mvvm.Policy.COUNTER_LOOP)
    waiter.write_bytes(mvvm.compile(_AT_ADDRESS.replace("TIMEOUT", str(4 * _SECOND)).encode(), options))
    left = 4 * _SECOND
    for command in ("mvvm-checkpoint", "mvvm-restore"):
        with running(command, "-t", waiter) as process:
            frame = _stop(process, waiter).view.frames[0]
        assert [type_ for type_, _ in frame.stack] == ["i", "i", "I", "I"]
        assert 0 < frame.stack[-1][1] < left
        left = frame.stack[-1][1]
    assert run("mvvm-restore", "-t", waiter).returncode == 42

"""Programs that are stopped in their start function, also where that is their `_start` too: each runs once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import mvvm
from tests.cli.commands import environment, run, succeed

Program = Callable[[str], Path]
_WHOLE = "one two one two "
_POINTS = 4  # in one of the two calls: after each call of fd_write and $write


def _stop(target: Path, count: int) -> str:
    done = run("mvvm-checkpoint", "-t", target, "-c", str(count))
    assert done.returncode == 0, done.stderr
    return str(done.stdout)


def _described(target: Path) -> Any:
    return json.loads(succeed("mvvm-inspect", "--json", target.with_suffix(".snap")))


@pytest.mark.parametrize("count", [1, 2, _POINTS, _POINTS + 1, _POINTS + 3, 2 * _POINTS])
def test_a_start_function_that_is_the_program_too_runs_twice(program: Program, count: int) -> None:
    twice = program("twice")
    output = _stop(twice, count)
    assert _described(twice)["starting"] == (count <= _POINTS)
    assert output + succeed("mvvm-restore", "-t", twice) == _WHOLE
    assert output + _restored_by_the_api(twice) == _WHOLE


def _restored_by_the_api(target: Path) -> str:
    program = mvvm.load(target.read_bytes())
    output, to_output = os.pipe()
    assert mvvm.restore(target.with_suffix(".snap"), program, stdout=to_output)() is None
    os.close(to_output)
    with os.fdopen(output) as file:
        return file.read()


def test_it_is_stopped_in_both_calls(program: Program) -> None:
    """At each third stable point, in a new process each time."""
    twice = program("twice")
    output, starting = _stop(twice, 3), [True]
    while True:
        done = run("mvvm-restore", "-t", twice, "-c", "3")
        assert done.returncode == 0, done.stderr
        output += done.stdout
        if "the program ended" in done.stderr:
            break
        starting.append(_described(twice)["starting"])
    assert output == _WHOLE == succeed("mvvm-run", twice)
    assert starting[0] > starting[-1]


def test_the_api_stops_it_in_both_calls(program: Program) -> None:
    twice = program("twice")
    loaded = mvvm.load(twice.read_bytes())
    output, to_output = os.pipe()
    with os.fdopen(to_output, "w") as write, os.fdopen(output) as read:
        write.write(_stop(twice, 1))
        write.flush()
        snapshot: mvvm.Snapshot | Path = twice.with_suffix(".snap")
        starting = []
        while True:
            restored = mvvm.restore(snapshot, loaded, stdout=write.fileno())
            starting.append(restored.instance.starting)
            try:
                snapshot = mvvm.checkpoint(restored, count=2)
            except mvvm.Finished:
                break
        write.close()
        assert read.read() == _WHOLE
    assert starting[0] > starting[-1]


# A signal comes just before a module is imported.
_SIGNAL = """
import os, signal, sys
class Signal:
    def find_spec(self, name, path=None, target=None):
        if name == module and not sent:
            sent.append(name)
            os.kill(os.getpid(), signal.SIGUSR1)
sent, module = [], sys.argv.pop(1)
sys.meta_path.insert(0, Signal())
from mvvm.cli.{entry} import main
main()
"""


@pytest.mark.parametrize(
    ("entry", "module"),
    [
        ("checkpoint_entry", "mvvm.cli.main"),
        ("checkpoint_entry", "typer"),
        ("checkpoint_entry", "mvvm.cli.session"),
        ("restore_entry", "mvvm.cli.restore_options"),
        ("restore_entry", "mvvm.cli.session"),
    ],
)
def test_a_signal_before_all_is_imported_is_remembered(program: Program, entry: str, module: str) -> None:
    teller = program("teller")
    snapshot = teller.with_suffix(".snap")
    if entry == "restore_entry":
        assert run("mvvm-checkpoint", "-t", teller, "-c", "1").returncode == 0
    done = subprocess.run(
        [sys.executable, "-c", _SIGNAL.replace("{entry}", entry), module, "-t", str(teller)],
        env=environment(),
        input="a.",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.endswith(f": note: wrote {snapshot}\n")
    assert done.stderr.count("\n") == 1
    assert succeed("mvvm-restore", "-t", teller, input="b.") == "0b 1. "

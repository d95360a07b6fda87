"""The process around the guest: faults that are not the guest's, faulthandler, fork, the end of the interpreter."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.runtime.guest import compiled, exports

_TRAPS = '(module (memory 1) (func (export "f") (param i32) (result i32) (i32.load (local.get 0))))'

_SCRIPT = """
import ctypes, faulthandler, sys
import mvvm

def trap():
    try:
        guest["f"](-1)
    except mvvm.errors.Trap as error:
        print(error)

{before}
guest = mvvm.Instance(mvvm.load(sys.argv[1])).exports
trap()
{after}
"""


def _run(tmp_path: Path, before: str = "", after: str = "") -> subprocess.CompletedProcess[str]:
    aot = tmp_path / "traps.aot"
    aot.write_bytes(compiled(_TRAPS))
    script = _SCRIPT.format(before=before, after=after)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONFAULTHANDLER"}
    return subprocess.run(
        [sys.executable, "-c", script, str(aot)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


_FAULT = "sys.stdout.flush(); ctypes.string_at(0)"


@pytest.mark.parametrize(
    ("before", "after", "num_reports"),
    [
        ("", "", 0),
        ("faulthandler.enable()", "", 1),
        ("", "faulthandler.enable(); trap()", 1),
        ("", "faulthandler.enable()", 1),
        ("faulthandler.enable()", "faulthandler.disable(); trap()", 0),
        ("", "faulthandler.enable(); trap(); faulthandler.disable(); trap(); faulthandler.enable(); trap()", 1),
    ],
)
def test_a_fault_of_the_host_kills_the_process_after_one_report(
    before: str, after: str, num_reports: int, tmp_path: Path
) -> None:
    ended = _run(tmp_path, before, f"{after}\n{_FAULT}")
    assert ended.returncode == -signal.SIGSEGV
    assert ended.stderr.count("Fatal Python error: Segmentation fault") == num_reports
    assert set(ended.stdout.splitlines()) == {"wasm trap: out of bounds memory access"}


def test_a_fault_in_a_host_function_is_not_taken_for_the_guests(tmp_path: Path) -> None:
    after = """
wat = b'(module (import "env" "h" (func $h)) (func (export "f") (call $h)))'
fault = mvvm.Func(mvvm.FuncType("", ""), lambda: ctypes.string_at(0))
mvvm.Instance(mvvm.load(mvvm.compile(wat)), {"env": {"h": fault}}).exports["f"]()
"""
    assert _run(tmp_path, after=after).returncode == -signal.SIGSEGV


@pytest.mark.parametrize("when", ["kept", "dropped"])
def test_the_interpreter_ends_quietly(when: str, tmp_path: Path) -> None:
    ended = _run(tmp_path, after="" if when == "kept" else "del guest")
    assert (ended.returncode, ended.stderr) == (0, "")


def test_the_stack_overflows_into_a_trap_after_faulthandler_came_and_went(tmp_path: Path) -> None:
    after = """
wat = b'(module (func $f (export "f") (result i32) (i32.add (call $f) (i32.const 1))))'
deep = mvvm.Instance(mvvm.load(mvvm.compile(wat))).exports["f"]
for change in (faulthandler.enable, faulthandler.disable, faulthandler.enable):
    change()
    try:
        deep()
    except mvvm.errors.Trap as error:
        print(error)
"""
    ended = _run(tmp_path, after=after)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.count("call stack exhausted") == 3


def test_a_forked_child_runs_on() -> None:
    guest = exports(_TRAPS)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            for _ in range(3):
                try:
                    guest["f"](-1)
                except Exception:
                    status = 0 if guest["f"](0) == 0 else 2
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert guest["f"](0) == 0


def test_what_one_process_stores_after_a_fork_the_other_does_not_see() -> None:
    guest = exports("""(module (memory (export "m") 1)
      (func (export "store") (param i32) (i32.store (i32.const 0) (local.get 0))))""")
    guest["store"](1)
    child = os.fork()
    if child == 0:
        guest["store"](2)
        os._exit(guest["m"].span(0, 1)[0])
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 2
    assert guest["m"].span(0, 1)[0] == 1

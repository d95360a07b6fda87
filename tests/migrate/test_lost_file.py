"""A snapshot that is cut short while a program's memory is mapped from it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import mvvm
from mvvm.errors import EnvironmentFailure

# Fills a mebibyte, waits at a call, and adds it up.
_WAT = b"""(module (import "host" "wait" (func $wait)) (memory 16)
  (func (export "run") (result i32) (local $at i32) (local $sum i32)
    (memory.fill (i32.const 0) (i32.const 1) (i32.const 1048576))
    (call $wait)
    (loop $next
      (local.set $sum (i32.add (local.get $sum) (i32.load8_u (local.get $at))))
      (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 1))) (i32.const 1048576))))
    (local.get $sum)))"""


def test_it_is_no_trap_of_the_program(tmp_path: Path) -> None:
    program = mvvm.load(mvvm.compile(_WAT, mvvm.CompileOptions(checkpoint=mvvm.Policy.COUNTER_LOOP)))
    imports = {"host": {"wait": mvvm.Func(mvvm.FuncType("", ""), lambda: None)}}
    path = tmp_path / "program.snap"
    mvvm.checkpoint(mvvm.Instance(program, imports).exports["run"], function_count=1, path=path)  # type: ignore[arg-type]
    assert mvvm.restore(path, program, imports)() == 1048576
    cut = mvvm.restore(path, program, imports)
    os.truncate(path, 8192)
    with pytest.raises(EnvironmentFailure, match="cut short"):
        cut()

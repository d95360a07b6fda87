"""Vectors in snapshots: of calls that were interrupted, in results, and through a file."""

from __future__ import annotations

from pathlib import Path

import pytest

import mvvm
from mvvm.options import CompileOptions, Policy
from mvvm.runtime.wake import Interrupted
from tests.migrate.guests import func

_BYTES = bytes(range(1, 17))
_BITS = int.from_bytes(_BYTES, "little")
_WAT = b"""(module
  (import "host" "wait" (func $wait (param i32 v128 f64 v128)))
  (global $kept (mut v128) (v128.const i64x2 5 6))
  (func (export "f") (param $v v128) (result v128 i32 v128)
    (i64x2.add (local.get $v) (v128.const i64x2 1 0))
    (call $wait (i32.const 7) (local.get $v) (f64.const 0.5) (global.get $kept))
    (global.set $kept (local.get $v))
    (i32.const 3)
    (v128.const i8x16 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 9)))"""


@pytest.mark.parametrize("opt_level", [0, 3])
def test_an_interrupted_call_is_made_anew(tmp_path: Path, opt_level: int) -> None:
    program = mvvm.load(mvvm.compile(_WAT, CompileOptions(opt_level=opt_level, checkpoint=Policy.COUNTER_LOOP)))
    calls: list[tuple[int, ...]] = []
    waits = True

    def wait(*args: int) -> int:
        calls.append(args)
        if waits:
            mvvm.request(instance)
            raise Interrupted
        return 0

    imports = {"host": {"wait": mvvm.Func(mvvm.FuncType("ivFv", ""), wait, raw=True)}}
    instance = mvvm.Instance(program, imports)
    path = tmp_path / "snapshot"
    snapshot = mvvm.checkpoint(func(instance, "f"), _BYTES, path=path)
    (frame,) = snapshot.view.frames
    half = 0x3FE0 << 48
    assert frame.stack == [("v", _BITS + 1), ("i", 7), ("v", _BITS), ("F", half), ("v", 5 | 6 << 64)]
    assert frame.locals == {0: ("v", _BITS)}
    waits = False
    restored = mvvm.restore(mvvm.Snapshot.open(path), program, imports)
    last = bytes(15) + b"\x09"
    assert restored() == ((_BITS + 1).to_bytes(16, "little"), 3, last)
    assert len(calls) == 2
    assert calls[0] == calls[1]
    assert restored.instance.globals[0].value == _BYTES

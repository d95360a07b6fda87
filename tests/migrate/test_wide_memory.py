"""Snapshots of memories with 64-bit addresses, larger than 4 GiB and sparse, and of several memories."""

from __future__ import annotations

from pathlib import Path

import pytest

import mvvm
from mvvm.cli.diff_snapshots import diff_snapshots
from mvvm.errors import EnvironmentFailure, Trap
from tests.migrate.guests import func, load

_GIB = 1 << 30
_PAGES = 6 * _GIB // 65536

_SPARSE = b"""(module
  (memory $small 1)
  (memory $wide (export "wide") i64 1)
  (func (export "work") (param $to i64) (param $turns i32) (result i64) (local $sum i64)
    (drop (memory.grow $wide (i64.const 98303)))
    (loop $again
      (i64.store $wide offset=16 (local.get $to) (i64.add (local.get $to) (i64.extend_i32_u (local.get $turns))))
      (i32.store $small (i32.const 8) (local.get $turns))
      (local.set $sum (i64.add (local.get $sum) (i64.load $wide offset=16 (local.get $to))))
      (local.set $to (i64.sub (local.get $to) (i64.const 0x20000000)))
      (br_if $again (local.tee $turns (i32.sub (local.get $turns) (i32.const 1)))))
    (i64.add (local.get $sum) (i64.load32_u $small (i32.const 8))))
  (func (export "load") (param i64) (result i64) (i64.load $wide (local.get 0)))
  (func (export "load_far") (param i64) (result i64) (i64.load $wide offset=0x1_4000_0000 (local.get 0)))
  (func (export "load_beyond") (param i64) (result i64) (i64.load $wide offset=0xffff_ffff_ffff_fff0 (local.get 0))))"""
_LAST = 6 * _GIB - 24


def test_every_address_that_is_not_memory_traps() -> None:
    instance = mvvm.Instance(load(_SPARSE))
    load_ = func(instance, "load")
    assert instance.memories[1].grow(_PAGES - 1) == 1
    instance.memories[1].view[6 * _GIB - 8] = 7
    assert load_(6 * _GIB - 8) == 7
    assert func(instance, "load_far")(_GIB - 8) == 7
    for address in (6 * _GIB - 7, 6 * _GIB, 64 * _GIB - 1, 64 * _GIB, 68 * _GIB, 1 << 47, -8, -1, -(1 << 63)):
        for name in ("load", "load_far", "load_beyond"):
            with pytest.raises(Trap, match="out of bounds memory access"):
                func(instance, name)(address)


@pytest.mark.parametrize("level", [None, 1])
def test_a_sparse_memory_of_6_gib(tmp_path: Path, level: int | None) -> None:
    program = load(_SPARSE)
    whole = func(mvvm.Instance(program), "work")(_LAST, 12)
    snapshots = []
    for count in (3, 10):
        call = func(mvvm.Instance(program), "work")
        path = tmp_path / f"{count}.snapshot"
        mvvm.checkpoint(call, _LAST, 12, count=count, path=path, zstd_level=level)
        assert path.stat().st_size < 1 << 20
        snapshot = mvvm.Snapshot.open(path, verify=True)
        assert snapshot.view.memories == [1, _PAGES]
        assert len(snapshot.memories[1].extents) == count
        assert mvvm.restore(snapshot, program)() == whole
        snapshots.append(snapshot)
    memories = diff_snapshots(*snapshots)["memories"]
    assert [extent["address"] // _GIB for extent in memories[1]["extents"]] == [1, 1, 2, 2, 3, 3, 4]


def test_limits_of_the_host() -> None:
    program = load(_SPARSE)
    small = mvvm.Instance(program, max_pages=16).memories[1]
    assert small.grow(15) == 1
    assert small.grow(1) == -1
    assert mvvm.Instance(program).memories[1].grow(1 << 20) == -1
    with pytest.raises(EnvironmentFailure, match="more than the limit"):
        mvvm.Memory(mvvm.Limits(1 << 21, None, index64=True))

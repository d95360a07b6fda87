"""Guests that hold objects of the host, and the host that has them."""

from __future__ import annotations

from collections.abc import Mapping

import mvvm
from mvvm.wasm.types import FuncType, GlobalType
from tests.migrate.guests import func, load

# Uses objects that are in every place where a value can be, over stable points.
EVERYWHERE = b"""(module
  (import "host" "use" (func $use (param externref) (result i32)))
  (import "host" "fixed" (global $fixed (ref extern)))
  (tag $thrown (param externref i32))
  (tag $wrapped (param exnref externref))
  (global $kept (mut externref) (ref.null extern))
  (global $never_null (mut (ref extern)) (global.get $fixed))
  (global $caught (mut exnref) (ref.null exn))
  (table $objects 2 9 externref)
  (table $full 2 (ref extern) (global.get $fixed))
  (table $exceptions 2 exnref)
  (elem $segment externref (item global.get $fixed) (item ref.null extern))

  (func $step (param $n i32) (result i32)
    (loop $l (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.const 1))

  (func $pass (param $o externref) (result externref)
    (drop (call $step (i32.const 2)))
    (local.get $o))

  (func $catch (param $o externref) (result exnref)
    (block $h (result exnref)
      (try_table (catch_all_ref $h)
        (drop (call $step (i32.const 1)))
        (throw $thrown (call $pass (local.get $o)) (i32.const 7)))
      (unreachable)))

  (func $wrap (param $e exnref) (param $o externref) (result exnref)
    (block $h (result exnref)
      (try_table (catch_all_ref $h) (throw $wrapped (local.get $e) (local.get $o)))
      (unreachable)))

  (func $unwrap (param $e exnref) (result exnref externref)
    (block $h (result exnref externref)
      (try_table (catch $wrapped $h) (throw_ref (local.get $e)))
      (unreachable)))

  (func $value (param $e exnref) (result externref)
    (block $h (result externref i32)
      (try_table (catch $thrown $h) (drop (call $step (i32.const 1))) (throw_ref (local.get $e)))
      (unreachable))
    (drop))

  (func $typed (param $o (ref extern)) (result (ref extern))
    (local $also (ref extern)) (local $null (ref null noextern))
    (local.set $also (local.get $o))
    (drop (call $step (i32.const 2)))
    (drop (call $use (local.get $null)))
    (drop (call $use (local.get $also)))
    (local.get $o))

  (func (export "run") (param $a externref) (param $b externref) (result externref externref)
    (local $i i32)
    (local.get $a)                                              ;; below on the stack, to the end
    (global.set $kept (call $pass (local.get $b)))
    (global.set $caught (call $wrap (call $catch (local.get $b)) (local.get $a)))
    (table.set $exceptions (i32.const 1) (global.get $caught))
    (table.set $objects (i32.const 1) (call $pass (local.get $a)))
    (drop (table.grow $objects (global.get $kept) (i32.const 3)))
    (drop (call $step (i32.const 1)))
    (table.fill $objects (i32.const 3) (local.get $a) (i32.const 1))
    (table.fill $full (i32.const 1) (ref.as_non_null (local.get $b)) (i32.const 1))
    (global.set $never_null (call $typed (ref.as_non_null (local.get $b))))
    (table.copy $objects $full (i32.const 2) (i32.const 0) (i32.const 1))
    (drop (call $step (i32.const 1)))
    (table.init $objects $segment (i32.const 0) (i32.const 0) (i32.const 1))
    (loop $each
      (drop (call $use (table.get $objects (local.get $i))))
      (br_if $each (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (table.size $objects))))
    (drop (call $use (table.get $full (i32.const 0))))
    (drop (call $use (table.get $full (i32.const 1))))
    (drop (call $use (global.get $never_null)))
    (drop (call $use (global.get $fixed)))
    (call $unwrap (table.get $exceptions (i32.const 1)))
    (drop (call $use))
    (drop (call $use (call $value)))
    (drop (call $use (global.get $kept)))
    (call $pass (local.get $b))))"""


class Thing:
    """An object of the host: what it is called, and in which of several runs."""

    def __init__(self, name: str, run: int) -> None:
        self.name = name
        self.run = run

    def __repr__(self) -> str:
        return f"<{self.name} of run {self.run}>"


class Host:
    """What the guest imports, objects of one run by name, and a log of those that it uses, over all runs."""

    def __init__(self, run: int = 0, log: list[tuple[str | None, int]] | None = None) -> None:
        self.log = [] if log is None else log
        self.run = run
        self.things = {name: Thing(name, run) for name in ("a", "b", "fixed")}
        fixed = mvvm.Global(GlobalType("x", False, "ref extern"), self.things["fixed"])
        self.imports: dict[str, dict[str, mvvm.Func | mvvm.Global]] = {
            "host": {"use": mvvm.Func(FuncType("x", "i"), self._use), "fixed": fixed}
        }

    def _use(self, thing: object) -> int:
        if thing is None:
            self.log.append((None, self.run))
        else:
            assert isinstance(thing, Thing)
            self.log.append((thing.name, thing.run))
        return 1

    def next(self) -> Host:
        """The host of the next run, with other objects, and the same log."""
        return Host(self.run + 1, self.log)

    def call(self) -> mvvm.Func:
        """What a run of the guest calls, with `arguments`."""
        return func(mvvm.Instance(load(EVERYWHERE), self.imports), "run")

    @property
    def arguments(self) -> list[object]:
        """Objects for the guest's function."""
        return [self.things["a"], self.things["b"]]

    def restore(self, snapshot: mvvm.Snapshot) -> mvvm.Restored:
        """Take up a guest, which has the objects of this run from then on."""
        return mvvm.restore(snapshot, load(EVERYWHERE), self.imports, references=self.things)


def stop(call: mvvm.Func | mvvm.Restored, host: Host, count: int = 1) -> mvvm.Snapshot | None:
    """Stop at a stable point; of a restored program it is known already which objects it has. None at its end."""
    try:
        if isinstance(call, mvvm.Restored):
            return mvvm.checkpoint(call, count=count)
        return mvvm.checkpoint(call, *host.arguments, count=count, references=host.things)
    except mvvm.Finished as finished:
        result = finished.result
    assert result == (host.things["a"], host.things["b"])
    return None


# The objects that the guest uses, by first letter.
USED = [None, *"bfafabfbbfabb"]


def late() -> mvvm.Snapshot:
    """Where it is in the function that it calls last: all places are filled."""
    snapshots = []
    for count in range(30, 1000):
        host = Host()
        snapshot = stop(host.call(), host, count)
        if snapshot is None:
            break
        snapshots.append(snapshot)
    return next(snapshot for snapshot in reversed(snapshots) if len(snapshot.view.frames) == 2)


# Holds one object on its stack and another in a local.
PAIR = b"""(module
  (func $step (loop $l (br_if $l (i32.const 0))))
  (func (export "pair") (param externref externref) (result externref externref)
    (local.get 0) (call $step) (local.get 1)))"""


def pair(first: object, second: object, named: Mapping[str, object] | None) -> mvvm.Snapshot:
    """PAIR, stopped."""
    return mvvm.checkpoint(func(mvvm.Instance(load(PAIR)), "pair"), first, second, count=1, references=named)

"""A controller stops an instance at the stable point that was asked for, and nowhere else."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from typing import Any

import pytest

import mvvm
from mvvm.abi.stable_points import CALL_POINTS, LOOP_POINTS, is_call, pc_of
from mvvm.abi.view import AT, IN_CALL, Frame
from mvvm.errors import UsageError
from mvvm.options import CompileOptions, Policy
from mvvm.runtime.control import Controller, Stopped
from tests.runtime.guest import compiled

# `count` goes round n times. The points of a turn: after the host's call, where `inner` goes round, after its call, and
# where `count` goes round itself.
_WAT = """(module
  (import "env" "h" (func $h (param i32)))
  (global $turns (export "turns") (mut i32) (i32.const 0))
  (func $inner (local $i i32)
    (loop $again (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 2)))))
  (func (export "count") (param $n i32)
    (loop $again
      (global.set $turns (i32.add (global.get $turns) (i32.const 1)))
      (call $h (local.get $n))
      (call $inner)
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))"""


@functools.cache
def _program() -> mvvm.Program:
    return mvvm.load(mvvm.compile(_WAT.encode(), CompileOptions(checkpoint=Policy.LOOP), jobs=1))


class _Guest:
    """An instance with a controller. The host calls `on_host`."""

    def __init__(self) -> None:
        self.on_host: Any = lambda _: None
        host = mvvm.Func(mvvm.FuncType("i", ""), lambda n: self.on_host(n))
        self.instance = mvvm.Instance(_program(), {"env": {"h": host}})
        self.controller = Controller(self.instance)
        self.asked: list[tuple[int, bool]] = []

    def run(self, turns: int) -> list[Frame] | None:
        """The frames where it stopped, None where it did not."""
        count: Any = self.instance.exports["count"]
        try:
            count(turns)
        except Stopped as stopped:
            return stopped.frames
        return None

    @property
    def turns(self) -> int:
        turns: Any = self.instance.exports["turns"]
        return int(turns.value)

    def refuse(self, number: int, requested: bool) -> bool:
        """A `decide` that lets the program go on."""
        self.asked.append((number, requested))
        return False


@pytest.fixture
def guest() -> Iterator[_Guest]:
    made = _Guest()
    yield made
    assert not made.controller.unwinding


def _points() -> tuple[int, int, int, int]:
    """The bytes of the points: of the inner loop, the outer one, the host call, the inner call."""
    inner, outer, host, call = _program().points.pcs
    return inner, outer, host, call


def test_a_program_without_stable_points_has_no_controller() -> None:
    plain = mvvm.Instance(mvvm.load(compiled("(module (func))")))
    with pytest.raises(UsageError, match="compile it with --enable-counter-loop-checkpoint"):
        Controller(plain)


def test_nothing_stops_what_nobody_asked_to_stop(guest: _Guest) -> None:
    guest.controller.decide = guest.refuse
    assert guest.run(5) is None
    assert (guest.turns, guest.asked) == (5, [])


def test_a_request_stops_at_the_next_point_and_only_once(guest: _Guest) -> None:
    _, _, host, _ = _points()
    guest.controller.request()
    frames = guest.run(5)
    assert frames is not None
    assert [(frame.kind, frame.function) for frame in frames] == [(AT, 2)]
    assert frames[0].pc > host
    assert frames[0].locals == {0: ("i", 5)}
    assert guest.turns == 1
    assert guest.run(3) is None


def test_a_request_while_it_runs(guest: _Guest) -> None:
    guest.on_host = lambda n: guest.controller.request() if n == 2 else None
    assert guest.run(5) is not None
    assert guest.turns == 4


def test_a_request_of_another_thread(guest: _Guest) -> None:
    inside = threading.Event()
    requested = threading.Event()

    def request() -> None:
        inside.wait(60)
        guest.controller.request()
        requested.set()

    def on_host(_: int) -> None:
        inside.set()
        requested.wait(60)

    guest.on_host = on_host
    thread = threading.Thread(target=request)
    thread.start()
    assert guest.run(1_000_000) is not None
    thread.join()
    assert guest.turns == 1


@pytest.mark.parametrize("count", range(1, 9))
def test_counted_points_come_in_the_order_of_the_program(guest: _Guest, count: int) -> None:
    inner, outer, host, call = _points()
    expected = [host, inner, call, outer][(count - 1) % 4]
    guest.controller.decide = lambda number, _: pc_of(number) == expected
    guest.controller.count(count)
    frames = guest.run(3)
    assert frames is not None
    assert guest.turns == 1 + (count - 1) // 4
    if expected == inner:
        assert [(frame.kind, frame.pc) for frame in frames] == [(AT, inner), (IN_CALL, call)]
    elif expected == outer:
        assert [(frame.kind, frame.pc) for frame in frames] == [(AT, outer)]
    else:
        assert [frame.kind for frame in frames] == [AT]


def test_only_points_of_a_kind_count(guest: _Guest) -> None:
    inner, outer, host, call = _points()
    guest.controller.decide = guest.refuse
    for kinds, order in ((LOOP_POINTS, [inner, outer]), (CALL_POINTS, [host, call])):
        for count in (1, 2, 3):
            guest.controller.count(count, kinds)
            assert guest.run(3) is None
            number, requested = guest.asked.pop()
            assert pc_of(number) == order[(count - 1) % 2]
            assert (is_call(number), requested) == (kinds == CALL_POINTS, False)
    assert guest.asked == []


def test_only_points_in_a_range_count(guest: _Guest) -> None:
    guest.controller.decide = guest.refuse
    for pc in _points():
        guest.controller.count(2, pcs=(pc, pc + 1))
        assert guest.run(3) is None
        assert pc_of(guest.asked.pop()[0]) == pc
    guest.controller.count(1, pcs=(0, _points()[0]))
    assert guest.run(3) is None
    assert guest.asked == []


def test_a_program_that_is_let_go_on_is_not_asked_again(guest: _Guest) -> None:
    guest.controller.decide = guest.refuse
    guest.controller.request()
    assert guest.run(3) is None
    assert [requested for _, requested in guest.asked] == [True]
    assert guest.turns == 3


def test_a_request_comes_before_a_count_and_can_be_taken_back(guest: _Guest) -> None:
    guest.controller.request()
    guest.controller.count(1000)
    assert guest.controller.requested
    guest.controller.cancel()
    assert not guest.controller.requested
    assert guest.run(3) is None
    guest.controller.count(1)
    guest.controller.request()
    frames = guest.run(3)
    assert frames is not None
    assert len(frames) == 1


def test_stops_can_be_held_off(guest: _Guest) -> None:
    guest.controller.hold()
    guest.controller.hold()
    guest.controller.request()
    assert guest.run(3) is None
    guest.controller.release()
    assert guest.run(3) is None
    guest.controller.release()
    assert guest.run(3) is not None


def test_an_exception_where_it_is_decided_ends_the_call(guest: _Guest) -> None:
    def decide(_: int, __: bool) -> bool:
        raise KeyError("no")

    guest.controller.decide = decide
    guest.controller.request()
    with pytest.raises(KeyError, match="no"):
        guest.run(3)
    assert guest.run(3) is None

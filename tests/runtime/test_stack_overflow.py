"""Recursion that exhausts the stack is a trap, whatever the frames look like and whichever stack it is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mvvm.abi import traps
from mvvm.errors import Trap
from tests.runtime.guest import exports, host

_SMALL = """(module (func $f (export "f") (param i32) (result i32)
  (if (i32.eqz (local.get 0)) (then (return (i32.const 0))))
  (i32.add (call $f (i32.sub (local.get 0) (i32.const 1))) (i32.const 1))))"""

_MUTUAL = """(module
  (type $t (func (param i32) (result i32))) (table 2 funcref) (elem (i32.const 0) func $even $odd)
  (func $even (export "f") (param i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 0))))
    (i32.add (call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (i32.const 1)) (i32.const 1)))
  (func $odd (param i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 0))))
    (i32.add (call $even (i32.sub (local.get 0) (i32.const 1))) (i32.const 1))))"""


def _huge(num_locals: int) -> str:
    """A function with as many locals that live across its call of itself: a frame of 8 bytes for each."""
    loads = " ".join(f"(local.set {i} (i64.load (i32.const {8 * i})))" for i in range(1, num_locals))
    stores = " ".join(f"(i64.store (i32.const {8 * i}) (local.get {i}))" for i in range(1, num_locals))
    return f"""(module (memory 4) (func $f (export "f") (param i32) (result i32)
      (local {"i64 " * num_locals}) (local $result i32)
      (if (i32.eqz (local.get 0)) (then (return (i32.const 0))))
      {loads}
      (local.set $result (i32.add (call $f (i32.sub (local.get 0) (i32.const 1))) (i32.const 1)))
      {stores}
      (local.get $result)))"""


_GUESTS = {"small frames": _SMALL, "mutual": _MUTUAL, "huge frames": _huge(1000)}
_ENDLESS = 0x7FFFFFFF


@pytest.fixture(params=[None, 256 * 1024, 1 << 20])
def run_on_stack(request: pytest.FixtureRequest) -> Iterator[Callable[[Callable[[], None]], None]]:
    """Runs a function in this thread, or in one whose stack has so many bytes."""
    size: int | None = request.param

    def run(function: Callable[[], None]) -> None:
        if size is None:
            function()
            return
        failures: list[BaseException] = []

        def body() -> None:
            try:
                function()
            except BaseException as error:
                failures.append(error)

        thread = threading.Thread(target=body)
        thread.start()
        thread.join()
        if failures:
            raise failures[0]

    before = threading.stack_size(size or 0)
    yield run
    threading.stack_size(before)


@pytest.mark.parametrize("kind", _GUESTS)
def test_endless_recursion_traps_and_the_guest_goes_on(
    kind: str, run_on_stack: Callable[[Callable[[], None]], None]
) -> None:
    guest = exports(_GUESTS[kind])

    def overflow() -> None:
        for _ in range(5):
            with pytest.raises(Trap, match="call stack exhausted") as trapped:
                guest["f"](_ENDLESS)
            assert trapped.value.code == traps.STACK_OVERFLOW
            assert guest["f"](4) == 4

    run_on_stack(overflow)
    assert guest["f"](4) == 4


def test_a_deep_recursion_that_fits_does_not_trap() -> None:
    assert exports(_SMALL)["f"](100_000) == 100_000


def test_the_host_is_not_called_without_room_for_it() -> None:
    """Recursion in the guest up to the limit, with a call of the host in each frame."""
    called = 0
    nested: list[object] = []
    for _ in range(300):
        nested = [nested]

    def function() -> None:
        nonlocal called
        called += 1
        if called % 50 == 0:
            repr(nested)  # C code that recurses

    guest = exports(
        """(module (import "env" "h" (func $h))
          (func $f (export "f") (result i32) (call $h) (i32.add (call $f) (i32.const 1))))""",
        h=host("", "", function),
    )
    with pytest.raises(Trap, match="call stack exhausted"):
        guest["f"]()
    assert called > 1000


def test_recursion_through_the_host_ends() -> None:
    """Python's own limit comes first, as a rule; an overflow of the stack would be as good."""
    guest: dict[str, Any] = {}
    guest = exports(
        """(module (import "env" "h" (func $h (param i32) (result i32)))
          (func $f (export "f") (param i32) (result i32)
            (if (local.get 0) (then (return (call $f (i32.sub (local.get 0) (i32.const 1))))))
            (call $h (i32.const 100))))""",
        h=host("i", "i", lambda x: guest["f"](x)),
    )
    for _ in range(3):
        with pytest.raises((RecursionError, Trap)):
            guest["f"](100)

"""Tail calls take no stack, whatever they go through, and leave no frame behind."""

from __future__ import annotations

from typing import Any

import pytest

import mvvm
from mvvm.errors import Trap
from tests.runtime.guest import host

_DEEP = 200_000

# Two types that do not fit registers: parameters and results beyond them.
_MANY = "(param i32) " + "(param i64 f64) " * 10
_FULL = " ".join(f"(i64.const {i}) (f64.const {i})" for i in range(10))

_TO_OTHERS = """(module
  (type $n (func (param i32) (result i32)))
  (import "a" "next" (global $next (mut (ref null $n))))
  (import "a" "table" (table $t 3 funcref))
  (func $count (export "count") (type $n)
    (if (i32.eqz (local.get 0)) (then (return (i32.const {me}))))
    {call}))"""
_CALLS = {
    "by reference": "(return_call_ref $n (i32.sub (local.get 0) (i32.const 1)) (global.get $next))",
    "through a table": """(return_call_indirect $t (type $n)
        (i32.sub (local.get 0) (i32.const 1)) (i32.and (local.get 0) (i32.const 1)))""",
}


def _guest(text: str, imports: dict[str, Any] | None = None, opt_level: int = 3) -> Any:
    program = mvvm.load(mvvm.compile(text.encode(), mvvm.CompileOptions(opt_level=opt_level)))
    return mvvm.Instance(program, imports or {})


def _shared() -> Any:
    return _guest("""(module (type $n (func (param i32) (result i32)))
      (global (export "next") (mut (ref null $n)) (ref.null $n)) (table (export "table") 3 funcref)
      (func (export "plain") (type $n) (i32.add (local.get 0) (i32.const 1000))))""").exports


@pytest.mark.parametrize("opt_level", [0, 3])
@pytest.mark.parametrize("call", _CALLS)
def test_between_instances(call: str, opt_level: int) -> None:
    shared = _shared()
    texts = [_TO_OTHERS.format(me=me, call=_CALLS[call]) for me in (1, 2)]
    first, second = (_guest(text, {"a": shared}, opt_level).exports["count"] for text in texts)
    shared["next"].value = second  # the second one calls itself
    table = shared["table"]
    for index, func in enumerate((first, second)):
        table.elements[index] = func.record
    # The last one calls what is second in the table.
    assert (first(0), first(_DEEP), first(_DEEP + 1)) == (1, 2, 2)


def test_round_and_round_between_instances() -> None:
    """The import of one is the export of the other, which gets to it through a table."""
    shared = _shared()
    back = _guest(_TO_OTHERS.format(me=7, call=_CALLS["by reference"]), {"a": shared}).exports["count"]
    there = _guest(
        """(module (type $n (func (param i32) (result i32))) (import "b" "count" (func $count (type $n)))
          (func (export "there") (type $n)
            (if (i32.eqz (local.get 0)) (then (return (i32.const 8))))
            (return_call $count (i32.sub (local.get 0) (i32.const 1)))))""",
        {"b": {"count": back}},
    ).exports["there"]
    shared["next"].value = there
    assert there(2 * _DEEP) == 8
    assert there(2 * _DEEP + 1) == 7
    # As deep in calls of Python, of which each is a chain.
    assert back(3) == 8


def test_of_the_host_and_of_a_module_without_tail_calls() -> None:
    shared = _shared()
    seen: list[int] = []

    def note(n: int) -> int:
        seen.append(n)
        return n + 1

    guest = _guest(
        """(module (type $n (func (param i32) (result i32))) (import "h" "note" (func $note (type $n)))
          (import "a" "plain" (func $plain (type $n)))
          (elem declare func $note $plain)
          (func (export "note") (type $n) (return_call $note (local.get 0)))
          (func (export "by_reference") (type $n) (return_call_ref $n (local.get 0) (ref.func $note)))
          (func (export "plain") (type $n) (return_call $plain (local.get 0)))
          (func (export "plain_by_reference") (type $n) (return_call_ref $n (local.get 0) (ref.func $plain)))
          (func $loop (export "loop") (type $n)
            (if (i32.eqz (call $note (local.get 0))) (then (return (i32.const 5))))
            (return_call $loop (i32.sub (local.get 0) (i32.const 1)))))""",
        {"h": {"note": host("i", "i", note)}, "a": shared},
    ).exports
    assert [guest[name](4) for name in ("note", "by_reference", "plain", "plain_by_reference")] == [5, 5, 1004, 1004]
    assert guest["loop"](3000) == 5
    assert seen == [4, 4, *range(3000, -2, -1)]


@pytest.mark.parametrize("opt_level", [0, 3])
def test_what_does_not_fit_registers(opt_level: int) -> None:
    guest = _guest(
        f"""(module (type $many (func {_MANY} (result i64 f64 i64 f64 i64 f64 i64 f64)))
          (type $one (func (param i32) (result i64 f64 i64 f64 i64 f64 i64 f64)))
          (table $t funcref (elem $many))
          (func $many (type $many)
            (if (i32.eqz (local.get 0)) (then (return (local.get 1) (local.get 2) (local.get 5) (local.get 8)
              (local.get 9) (local.get 12) (local.get 17) (local.get 20))))
            (return_call $one (local.get 0)))
          (func $one (type $one)
            (return_call_indirect $t (type $many) (i32.sub (local.get 0) (i32.const 1)) {_FULL} (i32.const 0)))
          (func (export "run") (type $one) (call $one (local.get 0))))""",
        opt_level=opt_level,
    ).exports
    assert guest["run"](_DEEP) == (0, 0.0, 2, 3.0, 4, 5.0, 8, 9.0)


@pytest.mark.parametrize("opt_level", [0, 3])
def test_a_backtrace_has_no_frames_that_were_replaced(opt_level: int) -> None:
    guest = _guest(
        """(module (func $last (param i64 i32) (result i32) unreachable)
          (func $middle (param i32) (result i32) (return_call $last (i64.const 0) (local.get 0)))
          (func $first (param i32) (result i32) (return_call $middle (i32.add (local.get 0) (i32.const 1))))
          (func $run (export "run") (result i32) (i32.add (call $first (i32.const 1)) (i32.const 1))))""",
        opt_level=opt_level,
    ).exports
    with pytest.raises(Trap, match="unreachable") as info:
        guest["run"]()
    assert [name for _, name in info.value.frames] == ["last", "run"]


def test_other_recursion_exhausts_the_stack() -> None:
    guest = _guest(
        """(module (func $f (export "f") (param i32) (result i32)
            (if (i32.and (local.get 0) (i32.const 1)) (then (return_call $f (i32.add (local.get 0) (i32.const 1)))))
            (i32.add (call $f (i32.add (local.get 0) (i32.const 1))) (i32.const 1))))"""
    ).exports
    with pytest.raises(Trap, match="call stack exhausted"):
        guest["f"](0)


@pytest.mark.parametrize("call", ["(call_ref $v (local.get 0))", "(return_call_ref $v (local.get 0))"])
def test_null_is_told_from_an_empty_element(call: str) -> None:
    guest = _guest(
        f"""(module (type $v (func)) (table $t 1 funcref)
          (func (export "null") (param (ref null $v)) {call})
          (func (export "empty") (return_call_indirect $t (type $v) (i32.const 0))))"""
    ).exports
    with pytest.raises(Trap, match="null reference"):
        guest["null"](None)
    with pytest.raises(Trap, match="uninitialized element"):
        guest["empty"]()

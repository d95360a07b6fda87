"""Instances share memories, tables, globals and functions; a store runs in one thread at a time."""

from __future__ import annotations

import threading
from typing import Any

import pytest

import mvvm
from mvvm.errors import LinkError, Trap, UsageError
from mvvm.wasm.types import GlobalType
from tests.runtime.guest import exports, host, instance

_OWNER = """(module
  (memory (export "memory") 1 4)
  (table (export "table") 2 8 funcref)
  (global (export "global") (mut i64) (i64.const 5))
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "size") (result i32) (memory.size)))"""
_USER = """(module
  (import "env" "memory" (memory 1 4))
  (import "env" "table" (table $t 2 8 funcref))
  (import "env" "global" (global $g (mut i64)))
  (import "env" "add" (func $add (param i32 i32) (result i32)))
  (type $binary (func (param i32 i32) (result i32)))
  (func (export "store") (param i32 i32) (i32.store (local.get 0) (local.get 1)))
  (func (export "grow") (result i32) (memory.grow (i32.const 1)))
  (func (export "count") (global.set $g (i64.add (global.get $g) (i64.const 1))))
  (func (export "add") (param i32 i32) (result i32) (call $add (local.get 0) (local.get 1)))
  (elem (i32.const 1) func $add)
  (func (export "call") (param i32) (result i32)
    (call_indirect $t (type $binary) (i32.const 40) (i32.const 2) (local.get 0))))"""


def test_memory_table_global_and_functions_are_shared() -> None:
    owner = exports(_OWNER)
    user = exports(_USER, **{name: owner[name] for name in ("memory", "table", "global", "add")})
    user["store"](8, 1234)
    assert owner["load"](8) == 1234
    assert (user["grow"](), owner["size"](), owner["memory"].pages) == (1, 2, 2)
    user["store"](65536, 99)
    assert owner["load"](65536) == 99
    user["count"]()
    assert owner["global"].value == 6
    assert user["add"](1, 2) == 3
    assert user["call"](1) == 42


def test_what_the_host_makes_is_shared_too() -> None:
    memory, table = mvvm.Memory(mvvm.Limits(1, 4)), mvvm.Table(mvvm.TableType("r", mvvm.Limits(2, 8)))
    cell = mvvm.Global(GlobalType("I", True), 5)
    add = host("ii", "i", lambda a, b: a - b)
    users = [exports(_USER, memory=memory, table=table, add=add, **{"global": cell}) for _ in range(2)]
    users[0]["store"](0, 0x01020304)
    assert bytes(memory.span(0, 4)) == b"\4\3\2\1"
    users[1]["count"]()
    users[0]["count"]()
    assert cell.value == 7
    assert users[0]["call"](1) == 38


@pytest.mark.parametrize(
    ("declared", "given"),
    [
        ("(memory 2)", mvvm.Memory(mvvm.Limits(1, None))),
        ("(memory 1 2)", mvvm.Memory(mvvm.Limits(1, None))),
        ("(memory 1 2)", mvvm.Memory(mvvm.Limits(1, 3))),
        ("(memory i64 1)", mvvm.Memory(mvvm.Limits(1, None))),
        ("(memory 1)", mvvm.Memory(mvvm.Limits(1, None, index64=True))),
        ("(memory 1 2)", mvvm.Memory(mvvm.Limits(1, 2, shared=True))),
        ("(memory 1 2 shared)", mvvm.Memory(mvvm.Limits(1, 2))),
        ("(table i64 2 funcref)", mvvm.Table(mvvm.TableType("r", mvvm.Limits(2, None)))),
        ("(table 3 funcref)", mvvm.Table(mvvm.TableType("r", mvvm.Limits(2, None)))),
        ("(table 2 funcref)", mvvm.Table(mvvm.TableType("x", mvvm.Limits(2, None)))),
        ("(global i32)", mvvm.Global(GlobalType("i", True), 0)),
        ("(global (mut i32))", mvvm.Global(GlobalType("i", False), 0)),
        ("(global i32)", mvvm.Global(GlobalType("I", False), 0)),
        ("(func)", mvvm.Global(GlobalType("i", False), 0)),
    ],
)
def test_an_import_of_another_type_is_refused(declared: str, given: object) -> None:
    with pytest.raises(LinkError, match=r"incompatible import type: .* env\.it "):
        exports(f'(module (import "env" "it" {declared}))', it=given)


# Threads.

_WAITS = """(module (import "env" "wait" (func $wait))
  (func (export "wait") (call $wait))
  (func (export "seven") (result i32) (i32.const 7)))"""


def _in_thread(function: Any) -> Any:
    """What a function gives, or raises, in a thread of its own."""
    outcome: list[Any] = []

    def run() -> None:
        try:
            outcome.append(function())
        except BaseException as error:
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return outcome[0]


def test_threads_may_use_an_instance_one_after_the_other() -> None:
    called = []
    guest = exports(_WAITS, wait=host("", "", lambda: called.append(threading.get_ident())))
    for _ in range(3):
        _in_thread(guest["wait"])
        guest["wait"]()
    assert len(called) == 6
    assert [_in_thread(guest["seven"]) for _ in range(5)] == [7] * 5


def test_a_second_thread_is_refused_while_one_runs() -> None:
    seen: list[Any] = []
    guest: dict[str, Any] = {}
    guest = exports(_WAITS, wait=host("", "", lambda: seen.append(_in_thread(guest["seven"]))))
    guest["wait"]()
    assert isinstance(seen[0], UsageError)
    assert "another thread" in str(seen[0])
    assert _in_thread(guest["seven"]) == 7


def test_instances_that_are_not_linked_run_in_threads_at_once() -> None:
    seen = []
    free = exports(_WAITS, wait=host("", "", int))
    guest = exports(_WAITS, wait=host("", "", lambda: seen.append(_in_thread(free["seven"]))))
    guest["wait"]()
    assert seen == [7]


def test_linking_an_idle_instance_to_a_running_one_moves_it_to_the_running_thread() -> None:
    """The idle one ran in another thread before, whose jump buffers must not be used any more."""
    idle = instance(_OWNER)
    assert _in_thread(lambda: idle.exports["size"]()) == 1  # type: ignore[operator]
    seen: list[Any] = []
    guest: dict[str, Any] = {}

    def link() -> None:
        linked = exports(
            """(module (import "env" "seven" (func $seven (result i32)))
              (import "env" "load" (func $load (param i32) (result i32)))
              (func (export "f") (result i32) (call $load (call $seven))))""",
            seven=guest["seven"],
            load=idle.exports["load"],
        )
        seen.append(linked["f"]())
        with pytest.raises(mvvm.errors.Trap, match="out of bounds memory access"):
            idle.exports["load"](-1)  # type: ignore[operator]

    guest = exports(_WAITS, wait=host("", "", link))
    guest["wait"]()
    assert seen == [0]


def test_instances_that_run_in_different_threads_cannot_be_linked() -> None:
    def link() -> object:
        return exports(
            """(module (import "env" "a" (func (result i32))) (import "env" "b" (func (result i32))))""",
            a=first["seven"],
            b=second["seven"],
        )

    seen: list[Any] = []
    second = exports(_WAITS, wait=host("", "", lambda: seen.append(_in_thread(link))))
    first = exports(_WAITS, wait=host("", "", lambda: _in_thread(second["wait"])))
    first["wait"]()
    assert isinstance(seen[0], UsageError)
    assert "different threads" in str(seen[0])


def test_memories_of_all_kinds_are_shared_at_once() -> None:
    wide = mvvm.Memory(mvvm.Limits(1, None, index64=True))
    shared = mvvm.Memory(mvvm.Limits(1, 2, shared=True))
    user = exports(
        """(module
      (import "env" "wide" (memory $wide i64 1))
      (import "env" "shared" (memory $shared 1 2 shared))
      (memory $own (export "own") 1)
      (func (export "copy") (param i64 i32 i32)
        (memory.copy $own $wide (local.get 1) (local.get 0) (local.get 2))
        (memory.copy $shared $own (local.get 1) (local.get 1) (local.get 2)))
      (func (export "grow") (result i64) (memory.grow $wide (i64.const 0x10000))))""",
        wide=wide,
        shared=shared,
    )
    assert (user["grow"](), wide.pages) == (1, 0x10001)
    wide.view[1 << 32 : (1 << 32) + 5] = b"hello"
    user["copy"](1 << 32, 8, 5)
    assert bytes(shared.span(8, 5)) == bytes(user["own"].span(8, 5)) == b"hello"
    with pytest.raises(Trap, match="out of bounds memory access"):
        user["copy"](-1, 8, 5)

"""References cross between host and guest, and between instances, and keep what they need alive."""

from __future__ import annotations

import gc
import sys
import threading
import weakref
from typing import Any

import pytest

import mvvm
from mvvm.errors import Trap
from mvvm.runtime import references
from mvvm.wasm.types import GlobalType
from tests.runtime.guest import exports, host, instance

_TABLE = """(module
  (table $t (export "t") 3 funcref)
  (type $i (func (result i32)))
  (func $seven (export "seven") (result i32) (i32.const 7))
  (func (export "get") (param i32) (result funcref) (table.get $t (local.get 0)))
  (func (export "set") (param i32 funcref) (table.set $t (local.get 0) (local.get 1)))
  (func (export "call") (param i32) (result i32) (call_indirect $t (type $i) (local.get 0))))"""

_STATEFUL = """(module
  (import "env" "h" (func $h (result i32)))
  (global $g (mut i32) (i32.const 0))
  (func (export "f") (result i32)
    (global.set $g (i32.add (global.get $g) (call $h)))
    (global.get $g)))"""


def test_a_funcref_comes_out_and_can_be_called_and_goes_back_in() -> None:
    guest = exports(_TABLE)
    guest["set"](1, guest["seven"])
    function = guest["get"](1)
    assert (function(), function.type, function.index) == (7, mvvm.FuncType("", "i"), guest["seven"].index)
    guest["set"](2, function)
    assert guest["call"](2) == 7
    guest["set"](2, None)
    assert guest["get"](2) is None
    with pytest.raises(Trap, match="uninitialized element"):
        guest["call"](2)


def test_host_functions_take_and_return_funcrefs() -> None:
    other = exports(_TABLE)
    guest = exports(
        """(module (import "env" "h" (func $h (param funcref) (result funcref)))
          (type $i (func (result i32))) (table $t 1 funcref)
          (func $one (export "one") (result i32) (i32.const 1))
          (func (export "f") (result i32)
            (table.set $t (i32.const 0) (call $h (ref.func $one)))
            (call_indirect $t (type $i) (i32.const 0))))""",
        h=host("r", "r", lambda function: other["seven"] if function() == 1 else None),
    )
    assert guest["f"]() == 7


def test_an_imported_host_function_as_funcref() -> None:
    guest = exports(
        """(module (import "env" "h" (func $h (param i32) (result i32))) (elem declare func $h)
          (func (export "f") (result funcref) (ref.func $h)))""",
        h=host("i", "i", abs),
    )
    assert guest["f"]()(-5) == 5


def test_a_function_in_a_table_keeps_its_instance_alive() -> None:
    guest = exports(_TABLE)
    other = instance(_STATEFUL, h=host("", "i", lambda: 10))
    guest["set"](0, other.exports["f"])
    kept = weakref.ref(other)
    del other
    gc.collect()
    assert kept() is not None
    assert [guest["call"](0), guest["call"](0)] == [10, 20]


def test_a_function_in_a_global_keeps_its_instance_alive() -> None:
    cell = mvvm.Global(GlobalType("r", True), None)
    guest = exports(
        """(module (import "env" "g" (global $g (mut funcref))) (table $t 1 funcref)
          (type $i (func (result i32)))
          (func (export "call") (result i32)
            (table.set $t (i32.const 0) (global.get $g)) (call_indirect $t (type $i) (i32.const 0))))""",
        g=cell,
    )
    cell.value = instance(_STATEFUL, h=host("", "i", lambda: 10)).exports["f"]
    gc.collect()
    assert guest["call"]() == 10
    function: Any = cell.value
    assert function() == 20


def test_an_export_keeps_its_instance_alive() -> None:
    function: Any = exports(_STATEFUL, h=host("", "i", lambda: 3))["f"]
    gc.collect()
    assert [function(), function()] == [3, 6]


def test_externrefs_are_the_objects_themselves() -> None:
    guest = exports("""(module (table $t 4 externref)
      (func (export "set") (param i32 externref) (table.set $t (local.get 0) (local.get 1)))
      (func (export "get") (param i32) (result externref) (table.get $t (local.get 0)))
      (func (export "is_null") (param i32) (result i32) (ref.is_null (table.get $t (local.get 0)))))""")
    objects: list[object] = [object(), [], print, 0]
    for index, item in enumerate(objects):
        assert guest["is_null"](index) == 1
        guest["set"](index, item)
    del item
    gc.collect()
    assert all(guest["get"](index) is objects[index] for index in range(4))
    assert guest["is_null"](3) == 0
    guest["set"](3, None)
    assert guest["get"](3) is None


def test_threads_do_not_mix_up_their_objects() -> None:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    mixed: list[object] = []

    def work() -> None:
        things = [object() for _ in range(20_000)]
        mixed.extend(thing for thing in things if references.object_of(references.handle(thing)) is not thing)

    try:
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert not mixed

"""Exceptions that leave tail calls and calls by reference, in an instance and between two."""

from __future__ import annotations

from typing import Any

import pytest

import mvvm
from mvvm.errors import WasmException
from mvvm.wasm.types import FuncType

_ONE = FuncType("i", "")
_POLICIES = (mvvm.Policy.NONE, mvvm.Policy.COUNTER_LOOP)

# Tail calls inside a try block, which has no part in what they throw, of whatever is called.
_TAIL = """(module
  (type $f (func (param i32) (result i32)))
  (import "a" "tag" (tag $t (param i32)))
  (import "a" "function" (func $imported (type $f)))
  (import "a" "table" (table $others 1 funcref))
  (table $own 2 2 funcref) (elem (table $own) (i32.const 0) func $throws $imported)
  (elem declare func $throws $imported)
  (func $throws (type $f) (if (local.get 0) (then (throw $t (local.get 0)))) (i32.const 3))
  (func $direct (type $f)
    (block $h (result i32) (try_table (catch $t $h) (return_call $throws (local.get 0))) (unreachable))
    drop (i32.const -1))
  (func $host (type $f)
    (block $h (result i32) (try_table (catch $t $h) (return_call $imported (local.get 0))) (unreachable))
    drop (i32.const -1))
  (func $table (type $f)
    (block $h (result i32)
      (try_table (catch $t $h) (return_call_indirect $others (type $f) (local.get 0) (i32.const 0))) (unreachable))
    drop (i32.const -1))
  (func $static (type $f)
    (block $h (result i32)
      (try_table (catch $t $h) (return_call_indirect $own (type $f) (local.get 0) (i32.const 1))) (unreachable))
    drop (i32.const -1))
  (func $reference (type $f)
    (block $h (result i32)
      (try_table (catch $t $h) (return_call_ref $f (local.get 0) (ref.func $imported))) (unreachable))
    drop (i32.const -1))
  (func $call_ref (type $f)
    (block $h (result i32)
      (try_table (catch $t $h) (return (call_ref $f (local.get 0) (ref.func $imported)))) (unreachable))
    (throw $t))
  FUNCTIONS)"""
_NAMES = ("direct", "host", "table", "static", "reference", "call_ref")
_FUNCTIONS = "".join(
    f"""(func (export "{name}") (type $f)
      (block $h (result i32) (try_table (catch $t $h) (return (call ${name} (local.get 0)))) (unreachable))
      (i32.add (i32.const 1000)))
    (func (export "passes {name}") (type $f) (i32.add (call ${name} (local.get 0)) (i32.const 1)))"""
    for name in _NAMES
)
_OTHER = """(module
  (type $f (func (param i32) (result i32)))
  (tag $t (export "tag") (param i32))
  (table (export "table") 1 funcref) (elem (i32.const 0) $f)
  (func $f (export "function") (type $f) TAKES_PART
    (if (local.get 0) (then (throw $t (local.get 0)))) (i32.const 3)))"""
_TAKING_PART = "(if (i32.eq (local.get 0) (i32.const 77)) (then (return_call $f (i32.const 0))))"


def _instance(text: str, imports: Any, policy: mvvm.Policy, opt_level: int) -> Any:
    options = mvvm.CompileOptions(checkpoint=policy, opt_level=opt_level)
    return mvvm.Instance(mvvm.load(mvvm.compile(text.encode(), options, jobs=1)), imports)


def _check(exports: Any, tag: Any, name: str) -> None:
    for number in (0, 5, 0, 6):
        assert exports[name](number) == (number + 1000 if number else 3)
        if not number:
            assert exports[f"passes {name}"](0) == 4
            continue
        with pytest.raises(WasmException) as caught:
            exports[f"passes {name}"](number)
        assert (caught.value.tag, caught.value.values) == (tag, (number,))


@pytest.mark.parametrize("opt_level", [0, 3])
@pytest.mark.parametrize("policy", _POLICIES)
@pytest.mark.parametrize("kind", ["hops", "calls"])
def test_between_instances(kind: str, policy: mvvm.Policy, opt_level: int) -> None:
    text = _OTHER.replace("TAKES_PART", _TAKING_PART if kind == "hops" else "")
    other = _instance(text, {}, policy, opt_level).exports
    exports = _instance(_TAIL.replace("FUNCTIONS", _FUNCTIONS), {"a": other}, policy, opt_level).exports
    for name in _NAMES:
        _check(exports, other["tag"], name)
    with pytest.raises(WasmException):
        other["function"](9)
    assert other["function"](0) == 3


@pytest.mark.parametrize("policy", _POLICIES)
def test_of_the_host(policy: mvvm.Policy) -> None:
    other = _instance(_OTHER.replace("TAKES_PART", ""), {}, policy, 0).exports
    tag = mvvm.Tag(_ONE)

    def function(number: int) -> int:
        if number:
            raise WasmException(tag, number)
        return 3

    given = {**other, "tag": tag, "function": mvvm.Func(FuncType("i", "i"), function)}
    exports = _instance(_TAIL.replace("FUNCTIONS", _FUNCTIONS), {"a": given}, policy, 3).exports
    for name in ("direct", "host", "static", "reference", "call_ref"):
        _check(exports, tag, name)


def test_vectors_and_references_are_thrown() -> None:
    text = """(module
      (type $f (func (result i32)))
      (tag $t (export "tag") (param v128 i32 v128 (ref null $f)))
      (func $seven (export "seven") (type $f) (i32.const 7))
      (func $throw (param v128) (throw $t (local.get 0) (i32.const 9) (v128.not (local.get 0)) (ref.func $seven)))
      (func (export "throw") (param v128) (call $throw (local.get 0)))
      (func (export "reference") (param v128) (result (ref null exn))
        (block $h (result (ref exn)) (try_table (catch_all_ref $h) (call $throw (local.get 0))) (unreachable)))
      (func (export "takes") (param exnref) (result v128 i32 v128 i32) (local $called (ref null $f))
        (block $h (result v128 i32 v128 (ref null $f))
          (try_table (catch $t $h) (throw_ref (local.get 0))) (unreachable))
        (local.set $called)
        (call_ref $f (local.get $called))))"""
    exports = _instance(text, {}, mvvm.Policy.COUNTER_LOOP, 3).exports
    value = bytes(range(16))
    inverted = bytes(255 - byte for byte in value)
    with pytest.raises(WasmException) as caught:
        exports["throw"](value)
    *values, function = caught.value.values
    assert values == [value, 9, inverted]
    assert isinstance(function, mvvm.Func)
    assert function.record == exports["seven"].record
    error = exports["reference"](value)
    assert exports["takes"](error) == (value, 9, inverted, 7)
    assert exports["takes"](WasmException(exports["tag"], inverted, 8, value, exports["seven"])) == (
        inverted,
        8,
        value,
        7,
    )

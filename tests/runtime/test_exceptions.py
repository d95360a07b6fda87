"""Wasm exceptions between the guest and Python, and between instances."""

from __future__ import annotations

import ctypes
import gc
import threading
import time
import weakref

import pytest

import mvvm
from mvvm.errors import InvalidModule, LinkError, Trap, UsageError, WasmException
from mvvm.runtime import exceptions
from mvvm.wasm.types import FuncType

_ONE = FuncType("i", "")
_POLICIES = (mvvm.Policy.NONE, mvvm.Policy.COUNTER_LOOP)
Imports = dict[str, dict[str, object]]


def _instance(wat: str, imports: object = None, policy: mvvm.Policy = mvvm.Policy.NONE) -> mvvm.Instance:
    options = mvvm.CompileOptions(checkpoint=policy, opt_level=0)
    return mvvm.Instance(mvvm.load(mvvm.compile(wat.encode(), options, jobs=1)), imports)  # type: ignore[arg-type]


def _call(instance: mvvm.Instance, name: str, *args: object) -> object:
    function = instance.exports[name]
    assert isinstance(function, mvvm.Func)
    return function(*args)


_CATCHING = """(module
  (import "host" "tag" (tag $t (param i32)))
  (import "host" "function" (func $f (param i32) (result i32)))
  (export "tag" (tag $t))
  (tag $own (export "own") (param i64 f32 f64 externref))
  (func (export "catches") (param i32) (result i32)
    (block $h (result i32)
      (try_table (catch $t $h) (return (call $f (local.get 0))))
      (unreachable))
    (i32.add (i32.const 1000)))
  (func (export "passes") (param i32) (result i32) (call $f (local.get 0)))
  (func (export "all") (param i32) (result i32)
    (block $h (try_table (catch_all $h) (return (call $f (local.get 0)))))
    (i32.const -1))
  (func (export "gives") (param i32) (result exnref)
    (block $h (result exnref)
      (try_table (catch_all_ref $h) (drop (call $f (local.get 0))))
      (ref.null exn)))
  (func (export "takes") (param exnref) (throw_ref (local.get 0)))
  (func (export "throws") (param externref)
    (throw $own (i64.const -5) (f32.const 1.5) (f64.const -0.25) (local.get 0))))"""


def _raising(tag: mvvm.Tag) -> mvvm.Func:
    def function(number: int) -> int:
        if number > 0:
            raise WasmException(tag, number)
        if number < 0:
            raise ValueError(number)
        return 7

    return mvvm.Func(FuncType("i", "i"), function)


@pytest.mark.parametrize("policy", _POLICIES)
def test_the_host_throws_and_the_guest_catches(policy: mvvm.Policy) -> None:
    tag = mvvm.Tag(_ONE)
    instance = _instance(_CATCHING, {"host": {"tag": tag, "function": _raising(tag)}}, policy)
    assert _call(instance, "catches", 0) == 7
    assert _call(instance, "catches", 5) == 1005
    assert _call(instance, "all", 5) == -1
    with pytest.raises(WasmException) as caught:
        _call(instance, "passes", 6)
    assert caught.value.tag is tag
    assert caught.value.values == (6,)
    assert _call(instance, "passes", 0) == 7  # nothing is left in flight


def test_what_is_no_wasm_exception_is_not_caught() -> None:
    tag = mvvm.Tag(_ONE)
    instance = _instance(_CATCHING, {"host": {"tag": tag, "function": _raising(tag)}})
    with pytest.raises(ValueError, match="-1"):
        _call(instance, "all", -1)


def test_another_tag_is_not_caught() -> None:
    instance = _instance(_CATCHING, {"host": {"tag": mvvm.Tag(_ONE), "function": _raising(mvvm.Tag(_ONE))}})
    with pytest.raises(WasmException):
        _call(instance, "catches", 5)
    assert _call(instance, "all", 5) == -1


def test_values_of_all_types() -> None:
    tag = mvvm.Tag(_ONE)
    instance = _instance(_CATCHING, {"host": {"tag": tag, "function": _raising(tag)}})
    thing = object()
    with pytest.raises(WasmException, match=r"tag own \(i64 f32 f64 externref\), values: -5, 1\.5") as e:
        _call(instance, "throws", thing)
    assert e.value.values == (-5, 1.5, -0.25, thing)
    assert e.value.tag is instance.exports["own"]
    assert e.value.exit_status == 134


def test_exnrefs_are_exceptions_in_python() -> None:
    tag = mvvm.Tag(_ONE)
    instance = _instance(_CATCHING, {"host": {"tag": tag, "function": _raising(tag)}})
    assert _call(instance, "gives", 0) is None
    error = _call(instance, "gives", 8)
    assert isinstance(error, WasmException)
    assert (error.tag, error.values) == (tag, (8,))
    with pytest.raises(WasmException) as caught:
        _call(instance, "takes", error)
    assert caught.value.values == (8,)
    with pytest.raises(WasmException) as caught:
        _call(instance, "takes", WasmException(tag, 9))
    assert caught.value.values == (9,)
    with pytest.raises(Trap, match="null exception reference"):
        _call(instance, "takes", None)


def test_values_that_are_not_of_the_tag() -> None:
    tag = mvvm.Tag(_ONE)

    def function(_: int) -> int:
        raise WasmException(tag, "no number")

    instance = _instance(_CATCHING, {"host": {"tag": tag, "function": mvvm.Func(FuncType("i", "i"), function)}})
    with pytest.raises(UsageError, match="not a value of type i32"):
        _call(instance, "all", 1)
    with pytest.raises(UsageError, match="1 values, not 2"):
        _call(instance, "takes", WasmException(tag, 1, 2))
    with pytest.raises(UsageError, match="no results"):
        mvvm.Tag(FuncType("", "i"))
    with pytest.raises(UsageError, match="at most 1000 values, not 1001"):
        mvvm.Tag(FuncType(1001 * "i", ""))


def test_a_tag_of_another_type_does_not_link() -> None:
    with pytest.raises(LinkError, match=r"tag host\.tag"):
        _instance(_CATCHING, {"host": {"tag": mvvm.Tag(FuncType("I", "")), "function": _raising(mvvm.Tag(_ONE))}})


_THROWING = """(module
  (tag $t (export "tag") (param i32))
  (type $f (func (param i32) (result i32)))
  (table (export "table") 1 funcref) (elem (i32.const 0) $f)
  (global (export "reference") (ref $f) (ref.func $f))
  (func $f (export "function") (param i32) (result i32)
    (if (local.get 0) (then (throw $t (local.get 0)))) (i32.const 3)))"""
_THROUGH_TABLE = """(module
  (import "host" "tag" (tag $t (param i32)))
  (import "host" "table" (table 1 funcref))
  (type $f (func (param i32) (result i32)))
  (func (export "catches") (param i32) (result i32)
    (block $h (result i32)
      (try_table (catch $t $h) (return (call_indirect (type $f) (local.get 0) (i32.const 0))))
      (unreachable))
    (i32.add (i32.const 1000)))
  (func (export "passes") (param i32) (result i32) (call_indirect (type $f) (local.get 0) (i32.const 0))))"""


@pytest.mark.parametrize("policy", _POLICIES)
@pytest.mark.parametrize("wat", [_CATCHING, _THROUGH_TABLE], ids=["import", "table"])
def test_an_exception_crosses_instances(wat: str, policy: mvvm.Policy) -> None:
    inner = _instance(_THROWING, policy=policy)
    outer = _instance(wat, {"host": inner.exports}, policy)
    for _ in range(2):
        assert _call(outer, "catches", 4) == 1004
        assert _call(outer, "catches", 0) == 3
        with pytest.raises(WasmException) as caught:
            _call(outer, "passes", 5)
        assert caught.value.values == (5,)
        with pytest.raises(WasmException):
            _call(inner, "function", 6)
        assert _call(inner, "function", 0) == 3


# Modules without tags that stand between one that throws and one that catches; after the call they do what shows.
_BETWEEN = {
    "import": """(module
      (import "host" "function" (func $f (param i32) (result i32)))
      (global $after (export "after") (mut i32) (i32.const 0))
      (func $inner (param i32) (result i32)
        (call $f (local.get 0)) (global.set $after (i32.const 1)))
      (func (export "function") (param i32) (result i32) (i32.add (call $inner (local.get 0)) (i32.const 1))))""",
    "table": """(module
      (import "host" "table" (table 1 funcref))
      (type $f (func (param i32) (result i32)))
      (global $after (export "after") (mut i32) (i32.const 0))
      (func (export "function") (param i32) (result i32)
        (call_indirect (type $f) (local.get 0) (i32.const 0)) (global.set $after (i32.const 1))
        (i32.add (i32.const 1))))""",
    "reference": """(module
      (type $f (func (param i32) (result i32)))
      (import "host" "reference" (global $f (ref $f)))
      (global $after (export "after") (mut i32) (i32.const 0))
      (func (export "function") (param i32) (result i32)
        (call_ref $f (local.get 0) (global.get $f)) (global.set $after (i32.const 1))
        (i32.add (i32.const 1))))""",
}


@pytest.mark.parametrize("policy", _POLICIES)
@pytest.mark.parametrize("way", _BETWEEN)
def test_through_an_instance_without_tags(way: str, policy: mvvm.Policy) -> None:
    inner = _instance(_THROWING, policy=policy)
    middle = _instance(_BETWEEN[way], {"host": inner.exports}, policy)
    outer = _instance(_CATCHING, {"host": {"tag": inner.exports["tag"], **middle.exports}}, policy)
    after = middle.exports["after"]
    assert isinstance(after, mvvm.Global)
    with pytest.raises(WasmException):
        _call(middle, "function", 5)
    assert _call(outer, "catches", 5) == 1005
    assert [after.value] == [0]
    assert _call(outer, "catches", 0) == 4
    assert [after.value] == [1]


def test_what_the_host_throws_leaves_an_instance_without_tags() -> None:
    instance = _instance(_BETWEEN["import"], {"host": {"function": _raising(mvvm.Tag(_ONE))}})
    with pytest.raises(WasmException):
        _call(instance, "function", 5)
    assert _call(instance, "function", 0) == 8


_MANY = """(module
  (tag $t (param i64))
  (func $throw (param i64) (throw $t (local.get 0)))
  (func (export "run") (param $n i64)
    (loop $l
      (block $h (result i64) (try_table (catch $t $h) (call $throw (local.get $n))) (i64.const 0))
      (drop)
      (br_if $l (i32.wrap_i64 (local.tee $n (i64.sub (local.get $n) (i64.const 1)))))))
  (func (export "kept") (param i64) (result exnref)
    (block $h (result i64 exnref) (try_table (catch_ref $t $h) (call $throw (local.get 0))) (unreachable))
    (return))
  (func (export "run_kept") (param $n i64)
    (loop $l
      (block $h (result i64 exnref)
        (try_table (catch_ref $t $h) (call $throw (i64.and (local.get $n) (i64.const 3)))) (unreachable))
      (drop) (drop)
      (br_if $l (i32.wrap_i64 (local.tee $n (i64.sub (local.get $n) (i64.const 1))))))))"""


def test_what_is_caught_without_a_reference_leaves_nothing() -> None:
    gc.collect()  # of what other tests left
    before = len(exceptions._objects)
    instance = _instance(_MANY)
    _call(instance, "run", 100_000)
    assert len(exceptions._objects) == before
    assert _call(instance, "kept", 1) is not None
    assert len(exceptions._objects) == before + 1
    del instance
    gc.collect()
    assert len(exceptions._objects) == before


def test_what_the_guest_caught_is_not_kept() -> None:
    """Nor is what its traceback refers to."""
    made: list[weakref.ref[set[int]]] = []
    tag = mvvm.Tag(_ONE)

    def function(number: int) -> int:
        local = {number}
        made.append(weakref.ref(local))
        raise WasmException(tag, number)

    instance = _instance(_CATCHING, {"host": {"tag": tag, "function": mvvm.Func(FuncType("i", "i"), function)}})
    assert _call(instance, "catches", 5) == 1005
    gc.collect()
    assert made[0]() is None


def test_equal_exceptions_are_one_object() -> None:
    """Nothing tells them apart, and a program that catches by reference all the time is not to fill memory."""
    instance = _instance(_MANY)
    before = len(exceptions._objects)
    _call(instance, "run_kept", 10_000)
    assert len(exceptions._objects) == before + 4


_SHORT = """(module
  (tag $none (export "none")) (tag $i (export "i32") (param i32)) (tag $f (export "f32") (param f32))
  (tag $l (export "i64") (param i64))
  (table $t 8 exnref)
  (func (export "keep") (param exnref i32) (table.set $t (local.get 1) (local.get 0)))
  (func (export "kept") (param i32) (result exnref) (table.get $t (local.get 0)))
  (func $throws (param i32)
    (block $3 (block $2 (block $1 (block $0 (br_table $0 $1 $2 $3 (local.get 0)))
          (throw $none))
        (throw $i (i32.const -2)))
      (throw $f (f32.const 1.5)))
    (throw $l (i64.const -3)))
  (func $again (param i32)
    (block $h (result exnref) (try_table (catch_all_ref $h) (call $throws (local.get 0))) (unreachable))
    (throw_ref))
  (func (export "caught") (param i32) (result i64)
    (block $l (result i64)
      (block $f (result f32)
        (block $i (result i32)
          (block $none
            (try_table (catch $none $none) (catch $i $i) (catch $f $f) (catch $l $l) (call $again (local.get 0)))
            (unreachable))
          (i32.const 0))
        (return (i64.extend_i32_s)))
      (return (i64.trunc_f32_s)))))"""


def test_exceptions_that_are_their_own_references() -> None:
    instance = _instance(_SHORT)
    before = len(exceptions._objects)
    assert [_call(instance, "caught", which) for which in range(4)] == [0, -2, 1, -3]
    assert len(exceptions._objects) == before + 1  # of i64 alone


def test_a_tag_lives_as_long_as_the_guest_has_its_exceptions() -> None:
    """Another one must not take its place."""
    instance = _instance(_SHORT)
    _call(instance, "keep", WasmException(mvvm.Tag(_ONE, "gone"), 5), 0)
    gc.collect()
    others = [mvvm.Tag(_ONE, "other") for _ in range(3)]
    kept = _call(instance, "kept", 0)
    assert isinstance(kept, WasmException)
    assert (kept.tag.name, kept.values) == ("gone", (5,))
    assert kept.tag not in others


_RETHROWN = """(module
  (tag $e)
  (func $throws (param i32) (if (local.get 0) (then (throw $e))))
  (func (export "only_the_handler_goes_on") (param i32) (result i64)
    try (result i64)
      (call $throws (local.get 0))
      (return (i64.const 5))
    catch_all
      (if (i32.eq (local.get 0) (i32.const 2)) (then rethrow 1))
      i64.const 7
    end
    (block (br_if 0 (local.get 0)))))"""


@pytest.mark.parametrize("policy", _POLICIES)
def test_what_a_handler_keeps_for_rethrow_is_gone_behind_it(policy: mvvm.Policy) -> None:
    instance = _instance(_RETHROWN, policy=policy)
    assert [_call(instance, "only_the_handler_goes_on", number) for number in (0, 1)] == [5, 7]
    with pytest.raises(WasmException):
        _call(instance, "only_the_handler_goes_on", 2)


_TYPED = """(module
  (type $f (func (param i32) (result i32)))
  (type $give (func (result (ref $f))))
  (tag $typed (param (ref $f)))
  (tag $other)
  (func $increment (type $f) (i32.add (local.get 0) (i32.const 1)))
  (elem declare func $increment)
  (func (export "run") (param i32) (result i32)
    local.get 0
    try (type $give)
      (throw $typed (ref.func $increment))
    catch $other
      ref.func $increment
    catch $typed
    end
    call_ref $f))"""


def test_typed_references_in_try_blocks_of_the_older_form() -> None:
    assert _call(_instance(_TYPED), "run", 6) == 7
    with pytest.raises(InvalidModule, match="type mismatch"):
        _instance(_TYPED.replace("(param (ref $f)))", "(param funcref))"))


_REFERRING = """(module
  (tag $function (param funcref)) (tag $link (param exnref))
  (func $seven (export "seven") (result i32) (i32.const 7))
  (func (export "gives") (result exnref) (local $inner exnref)
    (block $h (result funcref exnref)
      (try_table (catch_ref $function $h) (throw $function (ref.func $seven))) (unreachable))
    (local.set $inner) (drop)
    (block $h (result exnref exnref)
      (try_table (catch_ref $link $h) (throw $link (local.get $inner))) (unreachable))
    (return)))"""


def test_what_an_exception_refers_to_lives_as_long_as_it_does() -> None:
    """In Python, too, where it came to as the result of a call."""
    given = _call(_instance(_REFERRING), "gives")
    gc.collect()
    assert isinstance(given, WasmException)
    (inner,) = given.values
    del given
    gc.collect()
    assert isinstance(inner, WasmException)
    (function,) = inner.values
    assert isinstance(function, mvvm.Func)
    assert function() == 7


_STALE = """(module
  (memory (export "memory") 1)
  (tag $t (param i64))
  (func $throws (param $really i32) (if (local.get $really) (then (throw $t (i64.const 5)))))
  (func $deep (export "deep") (result i32)
    (block $h (result i64 exnref) (try_table (catch_ref $t $h) (call $throws (i32.const 1))) (unreachable))
    (drop) (drop)
    (i32.add (call $deep) (i32.const 1)))
  (func (export "waits")
    (i32.atomic.store (i32.const 4) (i32.const 1))
    (loop $l (br_if $l (i32.eqz (i32.atomic.load (i32.const 0)))))
    (call $throws (i32.const 1)))
  (func (export "caught") (result i32)
    (block $h (try_table (catch_all $h) (call $throws (i32.const 0)) (return (i32.const 0))))
    (i32.const 1)))"""


@pytest.mark.parametrize("policy", _POLICIES)
def test_a_trap_while_an_exception_is_in_flight(policy: mvvm.Policy) -> None:
    """The stack ends where a reference to it is made. The next call has nothing to catch."""
    instance = _instance(_STALE, policy=policy)
    with pytest.raises(Trap, match="call stack exhausted"):
        _call(instance, "deep")
    assert _call(instance, "caught") == 0


def test_an_interruption_as_an_exception_comes_out() -> None:
    """Python raises what was raised in this thread meanwhile in the place of the exception."""
    instance = _instance(_STALE)
    memory = instance.exports["memory"]
    assert isinstance(memory, mvvm.Memory)
    us = threading.get_ident()

    def interrupt() -> None:
        while not memory.view[4]:  # the guest runs
            time.sleep(0.001)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(us), ctypes.py_object(KeyboardInterrupt))
        memory.view[0] = 1

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        _call(instance, "waits")
    thread.join()
    assert _call(instance, "caught") == 0


_HIDDEN = """(module (tag $t)
  (func (export "run") (param $again i32) (result i64)
    i64.const 1000
    try (result i64)
      throw $t
    catch $t
      local.get $again
      if
        rethrow 1
      end
      i64.const 7
    end
    block (result i64)
      i64.const 3
      local.get $again
      br_if 0
      drop
      i64.const 4
    end
    i64.add
    i64.add))"""


def test_nothing_is_left_of_a_handler_that_alone_gets_to_the_end() -> None:
    """It keeps its exception below its operands."""
    assert _call(_instance(_HIDDEN), "run", 0) == 1011


_GIVEN = """(module
  (import "other" "{name}" ({type}))
  (func $throws (throw_ref ({get})))
  (func (export "caught") (result i32)
    (block $h (try_table (catch_all $h) (call $throws)) (return (i32.const 0)))
    (i32.const 1)))"""


@pytest.mark.parametrize(
    ("name", "type_", "get"),
    [("table", "table 1 exnref", "table.get 0 (i32.const 0)"), ("global", "global (mut exnref)", "global.get 0")],
)
def test_a_module_that_knows_exceptions_by_reference_only(name: str, type_: str, get: str) -> None:
    """It has no tags, and no function type says that it may be given one."""
    other = _instance("""(module
      (tag $t)
      (table (export "table") 1 exnref)
      (global $g (export "global") (mut exnref) (ref.null exn))
      (func (export "fill")
        (global.set $g (block $h (result exnref) (try_table (catch_all_ref $h) (throw $t)) (unreachable)))
        (table.set (i32.const 0) (global.get $g))))""")
    _call(other, "fill")
    wat = _GIVEN.format(name=name, type=type_, get=get)
    assert _call(_instance(wat, {"other": other.exports}), "caught") == 1


_FINALIZED = """(module
  (import "env" "leave" (func $leave))
  (tag $t (param i64 i64))
  (global $freed (export "freed") (mut i32) (i32.const 0))
  (func $throws (param i64) (throw $t (local.get 0) (local.get 0)))
  (func $catches (param i64) (result i64)
    (block $h (result i64 i64 exnref) (try_table (catch_ref $t $h) (call $throws (local.get 0))) (unreachable))
    (drop) (i64.add))
  (func (export "free")
    (if (i64.eq (call $catches (i64.const 2)) (i64.const 4))
      (then (global.set $freed (i32.add (global.get $freed) (i32.const 1))))))
  (func (export "run") (param i64) (result i64) (call $leave) (call $catches (local.get 0))))"""


@pytest.mark.parametrize("policy", _POLICIES)
def test_finalizers_call_the_guest(policy: mvvm.Policy) -> None:
    """Python collects garbage wherever it makes objects: also where it makes one of an exception in flight."""

    class Owner:
        def __del__(self) -> None:
            _call(instance, "free")

    def leave() -> None:
        owner = Owner()
        owner.__dict__["itself"] = owner
        gc.set_threshold(objects)
        gc.enable()

    instance = _instance(_FINALIZED, {"env": {"leave": mvvm.Func(FuncType("", ""), leave)}}, policy)
    threshold = gc.get_threshold()
    gc.disable()
    try:
        for objects in range(1, 60):
            number = objects + 1000 * (policy is not mvvm.Policy.NONE)
            assert _call(instance, "run", number) == 2 * number
            gc.disable()
            gc.collect()
            freed = instance.exports["freed"]
            assert isinstance(freed, mvvm.Global)
            assert freed.value == objects
    finally:
        gc.set_threshold(*threshold)
        gc.enable()

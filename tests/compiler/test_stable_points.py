"""Which calls and loops have stable points, and how a loop looks out, under every policy."""

from __future__ import annotations

import pytest

from mvvm.lower.function import ModuleFacts
from mvvm.options import CompileOptions, Policy
from mvvm.passes.shadow_stack import find_shadow_stack, insert_stack_checks
from mvvm.passes.stable_points import EACH, STRIP, StablePoints, find_stable_points
from mvvm.wasm.code import CALL, CALL_INDIRECT, LOOP, Block, Function
from tests.compiler.wat import function, module

_LETTERS = {EACH: "e", STRIP: "s", None: "-"}
_COUNT = "(local.tee 0 (i32.sub (local.get 0) (i32.const 1)))"
_BACK = f"(br_if $l {_COUNT})"


def _points(function_body: str, policy: Policy, checks: bool = False) -> tuple[Function, StablePoints]:
    """The points of a function with a parameter of type i32, in a module with much to call."""
    decoded = module(f"""(module (import "env" "h" (func $h)) (type $t (func)) (memory 1) (data $d "x")
      (global $__stack_pointer (mut i32) (i32.const 4096)) (global $g (mut i32) (i32.const 0))
      (table $fixed 1 funcref) (elem (table $fixed) (i32.const 0) func $quiet) (table $t (export "t") 1 funcref)
      (elem $e func $quiet)
      (func (param i32) (local i32) {function_body})
      (func $quiet) (func $recursive (call $recursive)))""")
    facts = ModuleFacts(decoded, CompileOptions(checkpoint=policy))
    body = function(decoded)
    shadow_stack = find_shadow_stack(decoded)
    if checks:
        assert shadow_stack is not None
        insert_stack_checks(body, shadow_stack)
    return body, find_stable_points(body, decoded.info, policy, facts.suspending)


def _loops(function_body: str, policy: Policy, *, checks: bool = False) -> str:
    """A letter for each loop, in the order in which they open: each time, strip, or none."""
    body, points = _points(function_body, policy, checks)
    blocks = [block for op, block in zip(body.ops, body.immediates, strict=True) if op == LOOP]
    return "".join([_LETTERS[points.loops.get(block)] for block in blocks if isinstance(block, Block)])


def _in_loop(instructions: str) -> str:
    return f"(loop $l {instructions} {_BACK})"


_PURE = _in_loop("(local.set 1 (i32.add (local.get 1) (i32.load (local.get 0))))")
_NESTED = f"(loop $outer {_PURE} (br_if $outer (local.get 1)))"
_LEFT_BY_BRANCH = "(block $b (loop $c (call $h) (br_if $b (local.get 0)) (br $c)))"
_LEFT_BEFORE_THE_CALL = "(block $b (loop $c (br_if $b (local.get 0)) (call $h) (br $c)))"
_BETWEEN = f"(loop $a (loop $b {_PURE} (br_if $b (local.get 1))) {_PURE} (br_if $a (local.get 1)))"


@pytest.mark.parametrize(
    ("body", "counter_loop", "loop_dirty"),
    [
        (_PURE, "s", "s"),
        (_in_loop(""), "s", "s"),
        # Not innermost.
        (_NESTED, "es", "es"),
        (_BETWEEN, "eess", "eess"),
        (_PURE + _PURE, "ss", "ss"),
        # Covered by a call that is a point already, or not.
        (_in_loop("(call $h)"), "c", "c"),
        (_in_loop("(call $recursive)"), "c", "c"),
        (_in_loop("(call_indirect $t (type $t) (i32.const 0))"), "c", "c"),
        # On some ways round only, or on all of several.
        (_in_loop("(if (local.get 0) (then (call $h)))"), "e", "e"),
        (_in_loop("(if (local.get 0) (then (call $h)) (else (call $recursive)))"), "c", "c"),
        (_in_loop("(if (local.get 0) (then (call $h)) (else (call $quiet)))"), "e", "e"),
        (_in_loop("(if (local.get 0) (then (call $h)) (else (return)))"), "c", "c"),
        (_in_loop("(if (local.get 0) (then (unreachable)) (else (call $h)))"), "c", "c"),
        (_in_loop("(call $h) (if (local.get 0) (then (call $quiet)))"), "c", "c"),
        (_in_loop("(block $b (br_if $b (local.get 0)) (call $h))"), "e", "e"),
        (_in_loop("(block $b (call $h) (br_if $b (local.get 0)) (call $h))"), "c", "c"),
        (_in_loop("(br_if $l (local.get 0)) (call $h)"), "e", "e"),
        (_in_loop("(call $h) (br_if $l (local.get 0))"), "c", "c"),
        (_in_loop("(block $b (br_table $b $l (local.get 0))) (call $h)"), "e", "e"),
        (_in_loop("(call $h) (block $b (br_table $b $l (local.get 0)))"), "c", "c"),
        ("(block $out (loop $l (br_if $out (local.get 0)) (call $h) (br $l)))", "c", "c"),
        # Among others: a point that an inner loop may pass counts for the outer one if it must be passed.
        (f"(loop $l (call $h) {_PURE} (br_if $l (local.get 1)))", "cs", "cs"),
        (f"(loop $l {_PURE} (call $h) (br_if $l (local.get 1)))", "cs", "cs"),
        (f"(loop $l {_in_loop('(call $h)')} (br_if $l (local.get 1)))", "cc", "cc"),
        (f"(loop $l (if (local.get 1) (then {_in_loop('(call $h)')})) (br_if $l (local.get 1)))", "ec", "ec"),
        (f"(loop $a (call $h) (loop $l (br_if $a (i32.eq (local.get 0) (i32.const 9))) {_BACK}))", "cs", "cs"),
        ("(loop $a (loop $b (call $h) (br_if $a (local.get 0)) (br_if $b (local.get 0))))", "cc", "cc"),
        ("(loop $a (loop $b (br_if $a (local.get 0)) (call $h) (br_if $b (local.get 0))))", "ec", "ec"),
        (f"(loop $a {_LEFT_BEFORE_THE_CALL} (br_if $a (local.get 0)))", "ec", "ec"),
        (f"(loop $a {_LEFT_BY_BRANCH} (br_if $a (local.get 0)))", "cc", "cc"),
        # What one loop passes is no matter of the next one.
        (_in_loop("(call $h)") + _PURE, "cs", "cs"),
        (_in_loop("(call $h)") + _in_loop("(if (local.get 0) (then (call $h)))"), "ce", "ce"),
        (_LEFT_BY_BRANCH + _in_loop("(if (local.get 0) (then (call $h)))"), "ce", "ce"),
        (f"(call $h) {_in_loop('(if (local.get 0) (then (call $h)))')}", "e", "e"),
        # With a call that is no point.
        (_in_loop("(call $quiet)"), "s", "e"),
        (_in_loop("(call_indirect $fixed (type $t) (i32.const 0))"), "s", "e"),
        # What a loop changes.
        (_in_loop("(i32.store8 (local.get 0) (i32.const 1))"), "s", "e"),
        (_in_loop("(f64.store (local.get 0) (f64.const 1))"), "s", "e"),
        (_in_loop("(global.set $g (i32.const 1))"), "s", "e"),
        (_in_loop("(drop (memory.grow (i32.const 0)))"), "s", "e"),
        (_in_loop("(memory.fill (i32.const 0) (i32.const 0) (i32.const 1))"), "s", "e"),
        (_in_loop("(memory.copy (i32.const 0) (i32.const 0) (i32.const 1))"), "s", "e"),
        (_in_loop("(memory.init $d (i32.const 0) (i32.const 0) (i32.const 1))"), "s", "e"),
        (_in_loop("(data.drop $d)"), "s", "e"),
        (_in_loop("(table.set $t (i32.const 0) (ref.null func))"), "s", "e"),
        (_in_loop("(drop (table.grow $t (ref.null func) (i32.const 0)))"), "s", "e"),
        (_in_loop("(table.fill $t (i32.const 0) (ref.null func) (i32.const 0))"), "s", "e"),
        (_in_loop("(table.copy $t $t (i32.const 0) (i32.const 0) (i32.const 0))"), "s", "e"),
        (_in_loop("(table.init $t $e (i32.const 0) (i32.const 0) (i32.const 0))"), "s", "e"),
        (_in_loop("(elem.drop $e)"), "s", "e"),
        (_in_loop("(drop (global.get $g)) (drop (memory.size)) (drop (table.size $t))"), "s", "s"),
        # Changes outside, and in what the code never reaches.
        ("(global.set $g (i32.const 1))" + _PURE + "(global.set $g (i32.const 1))", "s", "s"),
        (_in_loop("(if (local.get 0) (then (unreachable) (global.set $g (i32.const 1))))"), "s", "s"),
        # A loop that nothing repeats is a block: it belongs to the one around it.
        ("(loop (drop (i32.const 1)))", "-", "-"),
        (_in_loop("(loop (drop (i32.const 1)))"), "s-", "s-"),
        (_in_loop("(loop (global.set $g (i32.const 1)))"), "s-", "e-"),
        (_in_loop("(loop (call $h))"), "c-", "c-"),
        (f"(loop {_PURE})", "-s", "-s"),
        # With parameters, and repeated from several places.
        ("(i32.const 3) (loop $l (param i32) drop (br_if $l (i32.const 4) (local.get 0)) drop)", "e", "e"),
        ("(loop $l (br_if $l (local.get 0)) (br_table $l $l 1 (local.get 0)))", "e", "e"),
    ],
)
def test_loops(body: str, counter_loop: str, loop_dirty: str) -> None:
    """A covered loop, `c`, has no point of its own but where each loop has one."""
    assert _loops(body, Policy.COUNTER_LOOP) == counter_loop.replace("c", "-")
    assert _loops(body, Policy.LOOP_DIRTY) == loop_dirty.replace("c", "-")
    assert _loops(body, Policy.LOOP) == counter_loop.replace("s", "e").replace("c", "e")
    for policy in (Policy.FUNCTION, Policy.NONE):
        assert set(_loops(body, policy)) == {"-"}


def test_a_checked_stack_pointer_is_a_global_that_changes() -> None:
    body = _in_loop("(global.set $__stack_pointer (i32.sub (global.get $__stack_pointer) (i32.const 16)))")
    assert _loops(body, Policy.LOOP_DIRTY, checks=True) == "e"
    assert _loops(body, Policy.COUNTER_LOOP, checks=True) == "s"


@pytest.mark.parametrize("policy", [Policy.FUNCTION, Policy.COUNTER_LOOP, Policy.LOOP_DIRTY, Policy.LOOP])
def test_calls_of_what_may_suspend(policy: Policy) -> None:
    """In the order of the body: which of its calls are checked."""
    body, points = _points(
        """(call $h) (call $quiet) (call $recursive) (call_indirect $fixed (type $t) (i32.const 0))
        (call_indirect $t (type $t) (i32.const 0)) (return) (call $h)""",
        policy,
    )
    calls = [position for position, op in enumerate(body.ops) if op in (CALL, CALL_INDIRECT)]
    assert [position in points.calls for position in calls] == [True, False, True, False, True]
    assert len(points.calls) == 3


def test_a_plain_program_has_no_points() -> None:
    _, points = _points(_in_loop("(call $h)"), Policy.NONE)
    assert (points.calls, points.loops) == (set(), {})

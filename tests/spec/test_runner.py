"""The runner fails when it should: each script here says something that is not so."""

from __future__ import annotations

import pytest
import wasmtime

from tests.spec.engine import Unsupported
from tests.spec.runner import Outcome, run_text
from tests.spec.suite import ExpectedFailure, surprises
from tests.spec.wasmtime_engine import WasmtimeEngine

MODULE = """(module $m
  (global (export "g") i32 (i32.const 7))
  (func (export "one") (result i32) (i32.const 1))
  (func (export "trap") (unreachable))
  (func (export "nan") (result f32) (f32.const nan:0x1))
  (func (export "forever") (call 3)))
"""


def run(text: str) -> list[Outcome]:
    return list(run_text(text, WasmtimeEngine()))


@pytest.mark.parametrize(
    "assertion",
    [
        '(assert_return (invoke "one") (i32.const 1))',
        '(assert_return (invoke "one") (either (i32.const 0) (i32.const 1)))',
        '(assert_return (get $m "g") (i32.const 7))',
        '(assert_return (invoke "nan") (f32.const nan:0x1))',
        '(assert_trap (invoke "trap") "unreachable")',
        '(assert_exhaustion (invoke "forever") "call stack exhausted")',
        '(assert_trap (module (func $f (unreachable)) (start $f)) "unreachable")',
        '(assert_invalid (module (func (result i32))) "type mismatch")',
        '(assert_malformed (module quote "(func") "unexpected end")',
        '(assert_malformed (module binary "") "unexpected end")',
        '(assert_unlinkable (module (import "m" "f" (func))) "unknown import")',
        '(assert_unlinkable (module (import "spectest" "memory" (func))) "incompatible import type")',
    ],
)
def test_what_is_so_passes(assertion: str) -> None:
    assert [outcome.failure for outcome in run(MODULE + assertion)] == [None, None]


@pytest.mark.parametrize(
    ("assertion", "failure"),
    [
        ('(assert_return (invoke "one") (i32.const 2))', "returned i32 0x00000001 instead of i32 0x00000002"),
        ('(assert_return (invoke "one"))', "instead of nothing"),
        ('(assert_return (invoke "one") (i32.const 1) (i32.const 1))', "instead of"),
        ('(assert_return (invoke "one") (i64.const 1))', "instead of"),
        ('(assert_return (invoke "one") (either (i32.const 2) (i32.const 3)))', "instead of"),
        ('(assert_return (invoke "nan") (f32.const nan:canonical))', "under the mask 0x7fffffff"),
        ('(assert_return (get "g") (i32.const 8))', "instead of"),
        ('(assert_return (invoke "trap"))', "Trapped"),
        ('(assert_trap (invoke "one") "unreachable")', "did not fail"),
        ('(assert_trap (invoke "trap") "integer overflow")', "instead of 'integer overflow'"),
        ('(assert_exhaustion (invoke "one") "call stack exhausted")', "did not fail"),
        ('(assert_exception (invoke "trap"))', "Trapped"),
        ('(assert_trap (module) "unreachable")', "did not fail"),
        ('(assert_invalid (module) "type mismatch")', "did not fail"),
        ('(assert_invalid (module quote "(func") "type mismatch")', "Malformed"),
        ('(assert_malformed (module quote "(func)") "unexpected end")', "did not fail"),
        ('(assert_unlinkable (module) "unknown import")', "did not fail"),
        ('(assert_unlinkable (module (import "m" "f" (func))) "incompatible import type")', "unknown import"),
        ('(invoke "nothing")', "KeyError"),
        ('(invoke $nothing "one")', "nothing is named $nothing"),
        ('(register "n" $nothing)', "no such instance"),
        ("(module instance $i $nothing)", "nothing is named $nothing"),
        ("(module (func (result i32)))", "Invalid"),
        ('(module (import "m" "f" (func)))', "Unlinkable"),
    ],
)
def test_what_is_not_so_fails(assertion: str, failure: str) -> None:
    module, outcome = run(MODULE + assertion)
    assert module.failure is None
    assert outcome.failure is not None
    assert failure in outcome.failure
    assert outcome.line == 7


def test_instances_of_a_definition_are_apart() -> None:
    outcomes = run("""
        (module definition $m
          (global $g (mut i32) (i32.const 0))
          (func (export "set") (global.set $g (i32.const 1)))
          (func (export "get") (result i32) (global.get $g)))
        (module instance $a $m)
        (module instance $b $m)
        (invoke $a "set")
        (assert_return (invoke $a "get") (i32.const 1))
        (assert_return (invoke $b "get") (i32.const 0))
        (assert_return (invoke "get") (i32.const 0))""")
    assert [outcome.failure for outcome in outcomes] == [None] * 7


class RefusingEngine(WasmtimeEngine):
    """Does not compile modules that have a memory."""

    def compile(self, wasm: bytes) -> wasmtime.Module:
        module = super().compile(wasm)
        if any(export.name == "mem" for export in module.exports):
            raise Unsupported("the module uses memories")
        return module


REFUSED = """
(module $m (memory (export "mem") 1) (func (export "f") (unreachable)))
(register "m" $m)
(assert_trap (invoke $m "f") "unreachable")
(assert_unlinkable (module (import "m" "mem" (func))) "incompatible import type")
(assert_invalid (module (memory (export "mem") 1)) "anything")
(module (func (export "g")))
(assert_return (invoke "g"))
"""


def test_what_depends_on_a_refused_module_fails_for_the_same_reason() -> None:
    outcomes = list(run_text(REFUSED, RefusingEngine()))
    assert [outcome.line for outcome in outcomes if outcome.unsupported] == [2, 3, 4, 5, 6]
    assert [outcome.failure for outcome in outcomes[5:]] == [None, None]


def test_what_depends_on_an_invalid_module_fails() -> None:
    outcomes = run("""
        (module $m (func (export "f") (result i32)))
        (register "m" $m)
        (assert_invalid (module (import "m" "f" (func)) (func (result i32))) "type mismatch")
        (assert_trap (invoke $m "f") "unreachable")
        (assert_unlinkable (module (import "m" "f" (func))) "unknown import")""")
    assert [outcome.failure is None for outcome in outcomes] == [False, False, True, False, False]


OUTCOMES = [
    Outcome(1, "module", "Unsupported: memories", unsupported=True),
    Outcome(2, "assert_return", "Unsupported: memories", unsupported=True),
    Outcome(3, "assert_return", "Mismatch: returned"),
    Outcome(4, "assert_return"),
]


def test_a_complete_list_has_no_surprise() -> None:
    known = [
        ExpectedFailure("mvvm", "a.wast", "why", feature="memories", count=2),
        ExpectedFailure("mvvm", "a.wast", "why", lines=(3,)),
    ]
    assert surprises("mvvm", "a.wast", OUTCOMES, known) == []


@pytest.mark.parametrize(
    ("known", "surprise"),
    [
        ([], "a.wast:3"),
        ([ExpectedFailure("mvvm", "a.wast", "why", lines=(3, 4))], "passed: lines 4"),
        ([ExpectedFailure("mvvm", "a.wast", "why", lines=(9,))], "passed: lines 9"),
        (
            [ExpectedFailure("mvvm", "a.wast", "why", feature="memories", count=3)],
            "2 failures for want of memories, not 3",
        ),
        ([ExpectedFailure("mvvm", "a.wast", "why", feature="SIMD", count=1)], "0 failures for want of SIMD, not 1"),
        ([ExpectedFailure("mvvm", "b.wast", "why", lines=(1, 2, 3))], "a.wast:1"),
        ([ExpectedFailure("wasmtime", "a.wast", "why", lines=(1, 2, 3))], "a.wast:1"),
    ],
)
def test_what_the_list_has_wrong_is_a_surprise(known: list[ExpectedFailure], surprise: str) -> None:
    assert any(surprise in message for message in surprises("mvvm", "a.wast", OUTCOMES, known))

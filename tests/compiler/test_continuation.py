"""Continuations: their IR verifies at every label, and they go on as the program would have."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import llvmlite.binding as llvm
import pytest
from hypothesis import given, note, settings

import mvvm
from mvvm.abi.view import AT, IN_CALL, Frame, Value
from mvvm.compiler import ContinuationCompiler
from mvvm.errors import BadSnapshot
from mvvm.lower import continuation
from mvvm.lower.continuation import lower_continuation
from mvvm.lower.function import ModuleFacts
from mvvm.options import CompileOptions, Policy
from mvvm.passes.shadow_stack import find_shadow_stack
from mvvm.runtime.continuation import Continuation, load_continuation
from mvvm.wasm.code import CALL, CALL_INDIRECT, CATCHES, DELEGATE, ELSE, END, LOOP, Function
from mvvm.wasm.decode import Module
from tests.compiler.interpreter import Interpreter, Step
from tests.compiler.random_module import RandomModule, random_modules
from tests.compiler.wat import binary, function, module

_OPTIONS = CompileOptions(opt_level=1, checkpoint=Policy.COUNTER_LOOP, threshold_bits=1)
Label = tuple[int, int, int]


def _labels(body: Function) -> Iterator[Label]:
    """AT every instruction, IN_CALL at every call."""
    for op, pc in zip(body.ops, body.offsets, strict=True):
        yield body.index, pc, AT
        if op in (CALL, CALL_INDIRECT):
            yield body.index, pc, IN_CALL


def _verify(text: str) -> None:
    with llvm.create_context() as context, llvm.parse_assembly(text, context) as parsed:
        parsed.verify()


@settings(max_examples=10)
@given(random_modules())
def test_the_ir_verifies_at_every_instruction(random_module: RandomModule) -> None:
    note(random_module.text)
    decoded = module(random_module.text)
    facts = ModuleFacts(decoded, _OPTIONS)
    refused = set()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(continuation, "_INLINED_BYTES", 0)  # callees verify elsewhere
        for position in range(len(decoded.bodies)):
            body = function(decoded, position)
            for label in _labels(body):
                note(repr(label))
                try:
                    lowered = lower_continuation(decoded, facts, None, label, ())
                except BadSnapshot:
                    refused.add(body.ops[body.offsets.index(label[1])])
                else:
                    _verify(lowered.text)
    assert refused <= {*CATCHES, DELEGATE, ELSE, END}  # those that are always passed by


@pytest.mark.parametrize("policy", Policy)
@settings(max_examples=10)
@given(random_module=random_modules())
def test_the_ir_verifies_at_every_stable_point(policy: Policy, random_module: RandomModule) -> None:
    """Whatever the policy, since a snapshot does not say under which it was taken."""
    note(random_module.text)
    decoded = module(random_module.text)
    facts = ModuleFacts(decoded, CompileOptions(checkpoint=policy))
    for position in range(len(decoded.bodies)):
        body = function(decoded, position)
        for op, pc in zip(body.ops, body.offsets, strict=True):
            if op in (CALL, CALL_INDIRECT, LOOP):
                label = body.index, pc, AT if op == LOOP else IN_CALL
                note(repr(label))
                _verify(lower_continuation(decoded, facts, None, label, range(3, 6)).text)


_NEST = """
(module
  ;; Values wait below two loops, the inner one has a parameter, and both go round from several places.
  (func $mix (param i32 i32) (result i32) (i32.xor (i32.mul (local.get 0) (i32.const 31)) (local.get 1)))
  (func $nest (export "nest") (param $n i32) (result i32) (local $i i32) (local $j i32) (local $kept i32)
    (local.set $kept (i32.const 77))
    (i32.add (local.get $n) (i32.const 5))
    (loop $outer (result i32)
      (local.set $j (i32.const 0))
      (i32.mul (local.get $i) (i32.const 3))
      (local.get $n)
      (loop $inner (param i32) (result i32)
        (call $mix (local.get $j))
        (local.set $j (i32.add (local.get $j) (i32.const 1)))
        (if (result i32) (i32.eq (local.get $j) (i32.const 2))
          (then (i32.const 9) (br $inner))
          (else (local.get $kept)))
        i32.add
        (br_if $inner (i32.lt_u (local.get $j) (i32.const 4))))
      (call $mix (local.get $i))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (if (i32.eq (local.get $i) (i32.const 2)) (then (br $outer)))
      (if (i32.lt_u (local.get $i) (i32.const 3)) (then (br $outer)))
      (block)
      i32.add)
    i32.sub)

  ;; A switch goes round three loops, the innermost from the middle of an operand stack.
  (func $table (export "table") (param $n i32) (result i32) (local $sum i32)
    (local.get $n)
    (block $done
      (loop $a
        (local.set $sum (i32.add (local.get $sum) (i32.const 1)))
        (loop $b
          (local.set $sum (i32.mul (local.get $sum) (i32.const 3)))
          (i32.const 5)
          (loop $c
            (local.set $sum (i32.xor (local.get $sum) (local.get $n)))
            (local.set $n (i32.sub (local.get $n) (i32.const 1)))
            (br_if $done (i32.eq (local.get $n) (i32.const 0)))
            (br_table $a $b $c $a $b $c $b (local.get $n)))
          drop)))
    (i32.add (local.get $sum)))

  ;; Functions that call themselves, in an arm and behind a loop that nothing repeats.
  (func $fib (export "fib") (param $n i32) (result i32)
    (loop (result i32)
      (if (result i32) (i32.lt_u (local.get $n) (i32.const 2))
        (then (return (local.get $n)))
        (else
          (i32.add (call $fib (i32.sub (local.get $n) (i32.const 1)))
                   (call $fib (i32.sub (local.get $n) (i32.const 2)))))))))
"""


@cache
def _nest() -> tuple[Module, mvvm.Program, ContinuationCompiler]:
    wasm = binary(_NEST)
    program = mvvm.load(mvvm.compile(wasm, _OPTIONS, jobs=1))
    first = program.info.num_imported_functions
    missing = [index for index, address in enumerate(program.code_addresses(), first) if address == 0]
    return module(_NEST), program, ContinuationCompiler(wasm, _OPTIONS, missing=missing)


def _go_on(instance: mvvm.Instance, step: Step, loaded: dict[Label, Continuation]) -> list[Value]:
    """The results of a frame's function, from the frame on."""
    _, program, compiler = _nest()
    frame = step.frame
    for _ in range(10):
        label = frame.function, frame.pc, frame.kind
        if label not in loaded:
            loaded[label] = load_continuation(program, compiler.compile(label))
        found = loaded[label]
        if frame.kind == IN_CALL:
            frame = found.returned(frame, step.returned)
        result = found.run(instance, frame)
        if not isinstance(result, Frame):
            return result
        assert result.pc in found.switches
        frame = result
    raise AssertionError("the continuations switch forever")


@pytest.mark.parametrize(("name", "argument"), [("nest", 3), ("table", 9), ("fib", 4)])
def test_from_every_step_they_end_as_the_whole_does(name: str, argument: int) -> None:
    decoded, program, _ = _nest()
    instance = mvvm.Instance(program)
    whole = instance.exports[name]
    assert isinstance(whole, mvvm.Func)
    interpreter = Interpreter(decoded)
    expected = interpreter.call(whole.index, [argument])
    assert whole(argument) == expected[0] - (expected[0] >> 31 << 32)
    steps = [step for step in interpreter.steps if step.frame.function == whole.index]
    loaded: dict[Label, Continuation] = {}
    for step in steps:
        assert _go_on(instance, step, loaded) == step.results, step.frame
    assert len(loaded) > 20


def _switches(label_at: str) -> list[str]:
    """The loops (by the constant at their start) that a continuation may switch at, from a constant in a nest."""
    body = function(decoded := module(_LOOPS))
    facts = ModuleFacts(decoded, _OPTIONS)
    constants = {}
    for position, (immediate, pc) in enumerate(zip(body.immediates, body.offsets, strict=True)):
        if body.ops[position] == LOOP:
            constants[pc] = str(body.immediates[position + 1])
        elif isinstance(immediate, int) and str(immediate) == label_at:
            at = pc
    lowered = lower_continuation(decoded, facts, None, (0, at, AT), ())
    assert lowered.pc == at
    return [constants[pc] for pc, _, _ in lowered.switches]


# Constants that are numbered as they come stand in the places of interest.
_LOOPS = """(module (func (param i32)
  (drop (i32.const 10))
  (loop $a (drop (i32.const 11))
    (loop $b (drop (i32.const 12))
      (loop $c (drop (i32.const 13))
        (drop (i32.const 14))
        (br_if $c (local.get 0))
        (drop (i32.const 15))
        (br_if $a (local.get 0)))
      (drop (i32.const 16))
      (br_if $b (local.get 0)))
    (drop (i32.const 17))
    (loop (drop (i32.const 18)))
    (br_if $a (local.get 0)))
  (drop (i32.const 19))))"""


@pytest.mark.parametrize(
    ("label_at", "switches"),
    [
        ("10", []),
        # The innermost loop that may go round from here has a clean copy; the others around it are switched to.
        ("11", []),
        ("12", ["11"]),
        ("13", ["12", "11"]),
        ("14", ["12", "11"]),
        ("15", ["11"]),
        ("16", ["11"]),
        ("17", []),
        ("18", []),
        ("19", []),
    ],
)
def test_loops_further_out_are_switched_to(label_at: str, switches: list[str]) -> None:
    assert _switches(label_at) == switches


_LABELS = """(module (import "wasi_snapshot_preview1" "h" (func))
  (func (param i32) (result i32) nop (call 0) nop (i32.add (local.get 0) (i32.const 1)))
  (func))"""


def test_labels_where_no_frame_can_stand() -> None:
    decoded = module(_LABELS)
    facts = ModuleFacts(decoded, _OPTIONS)
    body = function(decoded)
    call, after, *_, end = body.offsets
    for index, pc, kind in (
        (0, call, AT),  # an import
        (3, call, AT),
        (1 << 31, call, AT),
        (1, 0, AT),
        (1, decoded.bodies[0][0] - 1, AT),
        (1, end + 1, AT),
        (2, call, AT),
        (1, 1 << 40, AT),
        (1, after, IN_CALL),
        (1, end, IN_CALL),
        (1, call - 1, IN_CALL),
        (1, call + 1, IN_CALL),
        (1, 0, IN_CALL),
        (1, 1 << 40, IN_CALL),
    ):
        with pytest.raises(BadSnapshot, match=r"damaged snapshot: a frame (of function|at byte)"):
            lower_continuation(decoded, facts, None, (index, pc, kind), ())


def test_labels_of_instructions_without_effect_are_those_of_the_next_one() -> None:
    decoded = module(_LABELS)
    facts = ModuleFacts(decoded, _OPTIONS)
    call, after, *_ = function(decoded).offsets
    texts = {}
    for pc, kind in ((call - 1, AT), (call, AT), (call, IN_CALL), (after - 1, AT), (after, AT)):
        lowered = lower_continuation(decoded, facts, None, (1, pc, kind), ())
        texts[pc, kind] = lowered.text
        assert lowered.pc == (call if (kind, pc) in ((AT, call - 1), (AT, call)) else after)
        assert (lowered.locals, lowered.types) == ((0,), "i")
    assert texts[call - 1, AT] == texts[call, AT]
    assert texts[call, IN_CALL] == texts[after - 1, AT] == texts[after, AT]


def test_the_shadow_stack_is_checked_there_too() -> None:
    decoded = module("""(module (memory 1) (global $__stack_pointer (mut i32) (i32.const 65536))
      (func (param i32) (drop (local.get 0))
        (global.set 0 (i32.sub (global.get 0) (local.get 0)))))""")
    facts = ModuleFacts(decoded, _OPTIONS)
    label = 0, function(decoded).offsets[0], AT
    stack = find_shadow_stack(decoded)
    assert stack is not None
    checked, unchecked = (lower_continuation(decoded, facts, given_, label, ()) for given_ in (stack, None))
    _verify(checked.text)
    assert checked.text.count("@mvvm_trap") > unchecked.text.count("@mvvm_trap")

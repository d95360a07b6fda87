"""Random modules, stopped in every call and restored, do what they do under wasmtime without a stop."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import Any

import pytest
import wasmtime
from hypothesis import given, note, settings

import mvvm
from mvvm.abi import traps
from mvvm.migrate.continuations import Continuations
from mvvm.options import Policy
from tests.compiler.random_legacy_exceptions import translated
from tests.compiler.random_module import FUEL, NEVER, RandomModule, Size, random_modules, write_module
from tests.compiler.test_differential import EXCEPTION, Wasmtime, code_of, comparable, missing, state_of
from tests.torture import api, plan
from tests.torture.api import End
from tests.torture.harness import seed_of

# What stands in for the functions of the host that random modules import, so that instances need no imports; both
# can be stopped in.
_HOST = """
  (func $turns (param i32) (loop (br_if 0 (i32.gt_s
    (local.tee 0 (i32.sub (local.get 0) (i32.const 1))) (i32.const 0)))))
  (func $mix (param i32 i64) (result i64)
    (call $turns (i32.and (local.get 0) (i32.const 7)))
    (i64.xor (i64.mul (i64.extend_i32_s (local.get 0)) (i64.const 31)) (i64.shr_s (local.get 1) (i64.const 7))))
  (func $swap (param f32 f64) (result f64 f32)
    (call $turns (i32.const 3))
    (f64.promote_f32 (local.get 0)) (f32.demote_f64 (local.get 1)))
"""
# Policy, level, threshold: where a call is stopped, and what goes on with it.
_BUILDS = (
    (Policy.COUNTER_LOOP, 3, 1),
    (Policy.LOOP, 3, 1),
    (Policy.COUNTER_LOOP, 0, 2),
    (Policy.FUNCTION, 3, 1),
    (Policy.LOOP_DIRTY, 0, 1),
)
_SEEDS = 200 if plan.FULL else 20
_SIZE = Size(functions=8, statements=10, depth=4)
# Most calls pass fewer stable points than this.
_MOST = 60


def _without_imports(text: str) -> str:
    head, *imports = re.split(r"(?m)^ *\(import .*\n", text)
    return head + "".join(imports[:-1]) + _HOST.lstrip("\n") + imports[-1]


class Stopping:
    """A module under mvvm, of which each call is stopped once and goes on in a new instance."""

    def __init__(self, wasm: bytes, number: int, seed: int, canonicalize_nans: bool) -> None:
        self._canonicalize_nans = canonicalize_nans
        self._programs = [self._compile(wasm, (number + more) % len(_BUILDS)) for more in range(2)]
        self._continuations = {id(program): Continuations(program) for program in self._programs}
        self._chance = random.Random(seed)
        self._instance = mvvm.Instance(self._programs[0])

    def _compile(self, wasm: bytes, number: int) -> mvvm.Program:
        policy, level, bits = _BUILDS[number]
        options = mvvm.CompileOptions(
            checkpoint=policy, opt_level=level, threshold_bits=bits, canonicalize_nans=self._canonicalize_nans
        )
        return mvvm.load(mvvm.compile(wasm, options, jobs=1))

    @property
    def _exports(self) -> dict[str, Any]:
        return dict(self._instance.exports)

    def call(self, name: str, args: Sequence[int | float]) -> object:
        """Stop at a stable point that chance picks, restore and finish; twice in some calls."""
        self._exports["fuel"].value = FUEL
        going, given = self._exports[name], args
        for _ in range(self._chance.choice((1, 1, 2))):
            stopped = api.stop(going, self._chance.randint(1, self._chance.choice((3, 10, _MOST))), given)
            if isinstance(stopped, End):
                return _result(stopped)
            self._programs.reverse()
            program = self._programs[0]
            going, given = api.restore(stopped, program, self._continuations[id(program)]), ()
            self._instance = going.instance
        return _result(api.run(going, given))

    def state(self) -> dict[str, object]:
        """As Wasmtime.state."""
        return state_of(self._exports)


def _result(end: End) -> object:
    """As Wasmtime.call has it."""
    if end.how == "trap":
        assert isinstance(end.values[0], int)
        return code_of(end.values[0])
    if end.how == "exception":
        return EXCEPTION
    if len(end.values) == 1:
        return end.values[0]
    return end.values or None


def compare_stopped(module: RandomModule, number: int) -> None:
    """Assert that it does so, too, if its calls are stopped and gone on with; `number` chooses the builds."""
    text = _without_imports(module.text)
    wasm = bytes(wasmtime.wat2wasm(text))
    expected = Wasmtime(bytes(wasmtime.wat2wasm(translated(text))), module.sees_nans)
    stopping = Stopping(wasm, number % len(_BUILDS), seed_of(text), module.sees_nans)
    for index, args in module.calls:
        outcome = comparable(expected.call(f"f{index}", args))
        assert comparable(stopping.call(f"f{index}", args)) == outcome
        if outcome == traps.MEMORY_OUT_OF_BOUNDS:
            return  # LLVM may move an access that faults across accesses of other state
        assert comparable(stopping.state()) == comparable(expected.state())


@settings(max_examples=30)
@given(random_modules())
def test_small_modules(module: RandomModule) -> None:
    text = _without_imports(module.text)
    note(text)
    compare_stopped(module, seed_of(text) % len(_BUILDS))


@pytest.mark.parametrize("seed", range(_SEEDS))
def test_large_modules(seed: int) -> None:
    compare_stopped(write_module(random.Random(seed).choice, _SIZE), seed)


@pytest.mark.parametrize("seed", range(_SEEDS // 2))
def test_canonical_nans(seed: int) -> None:
    """Continuations make NaNs canonical too, and leave those alone that no arithmetic gave."""
    compare_stopped(write_module(random.Random(seed).choice, _SIZE, sees_nans=True), seed)


def test_every_instruction_occurs() -> None:
    seeds = [(seed, False) for seed in range(_SEEDS)] + [(seed, True) for seed in range(_SEEDS // 2)]
    modules = [write_module(random.Random(seed).choice, _SIZE, sees_nans=sees_nans) for seed, sees_nans in seeds]
    assert missing(modules) == set(NEVER)

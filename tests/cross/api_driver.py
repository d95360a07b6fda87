"""Calls into a guest and out of it, and traps of every kind: `python api_driver.py AOT...`. Needs nothing but mvvm.

The `.aot` files are of the module WAT. Prints what each gives, as JSON: it must be the same on every machine.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import mvvm
from mvvm.errors import Trap

# More arguments than there are registers for them, of all sizes in turns.
_MIXED = "iIfFiifIFfiIfFFffFiIi"
_TYPES = {"i": "i32", "I": "i64", "f": "f32", "F": "f64"}
_PARAMS = " ".join(_TYPES[t] for t in _MIXED)
_ARGUMENTS = " ".join(f"(local.get {i})" for i in range(len(_MIXED)))

WAT = f"""(module
  (import "env" "mixed" (func $mixed (param {_PARAMS}) (result f64)))
  (import "env" "integer" (func $integer (param i32) (result i32)))
  (import "env" "single" (func $single (param f32) (result f32)))
  (import "env" "long" (func $long (param i64) (result i64)))
  (import "env" "many" (func $many (result i32 f32 i64 f64 i32)))
  (import "env" "nothing" (func $nothing))
  (import "env" "raise" (func $raise (param i32)))
  (memory (export "memory") 1 3)
  (table $table (export "table") 8 funcref)
  (elem (i32.const 1) func $seven $load $raise $middle $inner)
  (global (export "i32") (mut i32) (i32.const -2))
  (global (export "i64") (mut i64) (i64.const -3))
  (global (export "f32") (mut f32) (f32.const 1.5))
  (global (export "f64") (mut f64) (f64.const -2.5))
  (type $to_i32 (func (result i32)))
  (type $of_i32 (func (param i32) (result i32)))
  (type $at (func (param i32)))
  (type $step (func (param i32 i32)))
  (data (i32.const 16) "\\01\\02\\03\\04\\05\\06\\07\\88")
  (data $passive "\\f1\\f2\\f3\\f4\\f5\\f6\\f7\\f8")

  (func (export "mixed") (param {_PARAMS}) (result f64) (call $mixed {_ARGUMENTS}))
  ;; The upper halves of the registers that these travel in have something in them.
  (func (export "integer") (param i64) (result i64)
    (i64.extend_i32_s (call $integer (i32.wrap_i64 (local.get 0)))))
  (func (export "unsigned") (param i64) (result i64)
    (i64.extend_i32_u (call $integer (i32.wrap_i64 (i64.rotl (local.get 0) (i64.const 8))))))
  (func (export "single") (param f32) (result f32) (f32.neg (call $single (local.get 0))))
  (func (export "long") (param i64) (result i64) (call $long (local.get 0)))
  (func (export "many") (result i32 f32 i64 f64 i32) (call $nothing) (call $many))
  (func (export "swapped") (param i32 f32 i64 f64) (result f64 i64 f32 i32)
    (local.get 3) (local.get 2) (local.get 1) (local.get 0))
  (func (export "sums") (result i64 i64)
    (i64.add (i64.load8_s (i32.const 23)) (i64.add (i64.load16_u (i32.const 17)) (i64.load32_s (i32.const 20))))
    (i64.load (i32.const 15)))
  (func (export "floats") (param f32 f64) (result i32 i64)
    (f32.store (i32.const 101) (local.get 0)) (f64.store (i32.const 109) (local.get 1))
    (i32.load (i32.const 101)) (i64.load (i32.const 109)))
  (func (export "fill") (result i64)
    (memory.fill (i32.const 200) (i32.const 0x1a5) (i32.const 11))
    (memory.init $passive (i32.const 203) (i32.const 2) (i32.const 5))
    (memory.copy (i32.const 201) (i32.const 204) (i32.const 6))
    (i64.load (i32.const 200)))
  (func (export "grow") (param i32) (result i32 i32) (memory.grow (local.get 0)) (memory.size))
  (func (export "globals") (result i32 i64 f32 f64)
    (global.set 0 (i32.mul (global.get 0) (i32.const 3))) (global.set 1 (i64.mul (global.get 1) (i64.const 5)))
    (global.set 2 (f32.mul (global.get 2) (f32.const 7))) (global.set 3 (f64.mul (global.get 3) (f64.const 9)))
    (global.get 0) (global.get 1) (global.get 2) (global.get 3))

  (func $seven (result i32) (i32.const 7))
  (func $load (param i32) (result i32) (i32.load (local.get 0)))
  (func $outer (param i32 i32) (i32.store (i32.const 300) (i32.const 1))
    (call_indirect $table (type $step) (local.get 0) (local.get 1) (i32.const 4))
    (i32.store (i32.const 300) (i32.const 2)))
  (func $middle (param $how i32) (param $x i32) (local i64 i64 i64 i64)
    (local.set 2 (i64.load (i32.const 304))) (local.set 3 (i64.load (i32.const 312)))
    (local.set 4 (i64.load (i32.const 320))) (local.set 5 (i64.load (i32.const 328)))
    (call_indirect $table (type $step) (local.get $how) (local.get $x) (i32.const 5))
    (i64.store (i32.const 304) (local.get 5)) (i64.store (i32.const 312) (local.get 4))
    (i64.store (i32.const 320) (local.get 3)) (i64.store (i32.const 328) (local.get 2)))
  (func $inner (param $how i32) (param $x i32)
    (block $recurse (block $host (block $init (block $table_get (block $call (block $float (block $rem (block $div
      (block $store (block $load (block $unreachable
      (br_table $unreachable $load $store $div $rem $float $call $table_get $init $host $recurse (local.get $how)))
      (unreachable))
      (drop (i32.load (local.get $x))) (return))
      (i64.store (local.get $x) (i64.const -1)) (return))
      (i32.store (i32.const 340) (i32.div_s (i32.const 0x80000000) (local.get $x))) (return))
      (i32.store (i32.const 340) (i32.rem_u (i32.const 5) (local.get $x))) (return))
      (i32.store (i32.const 340) (i32.trunc_f64_s (f64.mul (f64.const 1e9) (f64.convert_i32_s (local.get $x)))))
      (return))
      (drop (call_indirect $table (type $to_i32) (local.get $x))) (return))
      (drop (table.get $table (local.get $x))) (return))
      (memory.init $passive (i32.const 0) (i32.const 7) (local.get $x)) (return))
      (call_indirect $table (type $at) (local.get $x) (i32.const 3)) (return))
    (i32.store (i32.const 340) (call $recurse (local.get $x))))
  (func $recurse (param i32) (result i32) (local i64)
    (local.set 1 (i64.load (i32.const 304)))
    (if (result i32) (local.get 0)
      (then (i32.add (call $recurse (i32.sub (local.get 0) (i32.const 1))) (i32.wrap_i64 (local.get 1))))
      (else (i32.const 0))))
  (export "trap" (func $outer)))"""

_END = 3 << 16  # of the memory, when it has grown
# What $inner does, with which operand.
_TRAPS = {
    "unreachable": (0, 0),
    "load at the end of the memory": (1, _END - 4),
    "load behind the memory": (1, _END),
    "load half behind it": (1, _END - 3),
    "load at the end of the address space": (1, -1),
    "store half behind it": (2, _END - 4),
    "division by zero": (3, 0),
    "division that overflows": (3, -1),
    "no division": (3, 2),
    "remainder by zero": (4, 0),
    "float too large": (5, 3),
    "float that fits": (5, -2),
    "null reference": (6, 0),
    "call of another type": (6, 2),
    "call behind the table": (6, 8),
    "call": (6, 1),
    "element behind the table": (7, 8),
    "data behind the segment": (8, 2),
    "host function that raises": (9, 5),
    "deep recursion": (10, 1000),
    "endless recursion": (10, -1),
}


def run(aot: str) -> dict[str, object]:
    """What comes of everything in a compiled module."""
    imports = {name: mvvm.Func(mvvm.FuncType(*type_), function) for name, (type_, function) in _HOST.items()}
    instance = mvvm.Instance(mvvm.load(aot), {"env": imports})
    exports: dict[str, Any] = dict(instance.exports)
    memory = instance.memories[0]
    found: dict[str, object] = {name: _plain(result) for name, result in _calls(exports)}
    for name, (how, operand) in _TRAPS.items():
        try:
            exports["trap"](how, operand)
            found[name] = "no trap"
        except Trap as trap:
            found[name] = [trap.code, *(name for _, name in trap.frames)]
        except ValueError as error:
            found[name] = str(error)
    # A store that trapped has no effect.
    found["last bytes"] = bytes(memory.view[_END - 4 : _END]).hex()
    found["memory"] = bytes(memory.view[:400]).hex()
    return found


def _calls(exports: dict[str, Any]) -> Iterator[tuple[str, object]]:
    values = [_VALUES[t][i % len(_VALUES[t])] for i, t in enumerate(_MIXED)]
    yield "mixed", exports["mixed"](*values)
    for value in (0, 1, -1, 0x12345678_80000001, -0x12345678_7FFFFFFF, 0x7FFFFFFF_FFFFFFFF):
        yield f"integer {value}", exports["integer"](value)
        yield f"unsigned {value}", exports["unsigned"](value)
        yield f"long {value}", exports["long"](value)
    yield "single", [exports["single"](value) for value in (0.0, -1.5, 3.0e38, float("inf"))]
    yield "many", exports["many"]()
    yield "swapped", exports["swapped"](-5, 0.5, -6, 0.25)
    yield "sums", exports["sums"]()
    yield "floats", exports["floats"](-1.5, 1e300)
    yield "fill", exports["fill"]()
    for name, new in (("i32", -0x80000000), ("i64", 0x0123456789ABCDEF), ("f32", 0.75), ("f64", -1e-300)):
        before = exports[name].value
        exports[name].value = new
        yield f"global {name}", (before, exports[name].value, hex(exports[name].raw))
    yield "globals", exports["globals"]()
    yield "globals, from the host", [exports[name].value for name in _TYPES.values()]
    yield "grow", [exports["grow"](pages) for pages in (0, 1, 2, 1)]


_VALUES: dict[str, tuple[int | float, ...]] = {
    "i": (-2, 0x7FFFFFFF, 3, -0x80000000),
    "I": (-(1 << 40), 5, 0x0123456789ABCDEF),
    "f": (0.5, -8.0, 1.0e10),
    "F": (-0.125, 1e300, 7.0),
}


def _mixed(*args: Any) -> float:
    assert [*args] == [_VALUES[t][i % len(_VALUES[t])] for i, t in enumerate(_MIXED)], args
    return float(sum(args[:8]))


def _raise(value: int) -> None:
    raise ValueError(f"got {value}")


_HOST: dict[str, tuple[tuple[str, str], Any]] = {
    "mixed": ((_MIXED, "F"), _mixed),
    "integer": (("i", "i"), lambda value: ~value),
    "single": (("f", "f"), lambda value: value / 2),
    "long": (("I", "I"), lambda value: value ^ 0x0F0F0F0F_F0F0F0F0),
    "many": (("", "ifIFi"), lambda: (-7, 0.5, -(1 << 50), 0.1, 0x12345678)),
    "nothing": (("", ""), lambda: None),
    "raise": (("i", ""), _raise),
}


def _plain(result: object) -> object:
    """A result as JSON says it: floats with all their bits."""
    if isinstance(result, (tuple, list)):
        return [_plain(item) for item in result]
    return result.hex() if isinstance(result, float) else result


if __name__ == "__main__":
    print(json.dumps([run(aot) for aot in sys.argv[1:]]))

"""Ways of a NaN through a program, from where it is made to where its bits are seen.

Each is the body of a function of two operands, $a and $b. `T` is the float type, `I` the integer type of its width.
Bytes 0 to 7 of memory are theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_A, _B = "(local.get $a)", "(local.get $b)"
_MUL = f"(T.mul {_A} {_B})"
_IF = f"(i32.wrap_i64 (i64.and (i64.const 1) (call $T.bits {_B})))"  # the operands decide, in a way LLVM cannot foresee

FLOWS = {
    "sum of products": f"(T.add {_MUL} {_A})",  # which would differ if it were contracted to one instruction
    "difference of products": f"(T.sub {_MUL} (T.mul {_A} {_A}))",
    "chain": f"(T.div (T.sub (T.mul (T.add {_A} {_B}) {_A}) {_B}) {_B})",
    "neg": f"(T.neg {_MUL})",
    "abs": f"(T.abs (T.neg (T.div {_A} {_B})))",
    "copysign to": f"(T.copysign (T.const 1) (T.sub {_A} {_B}))",
    "copysign of": f"(T.copysign {_MUL} {_B})",
    "reinterpret": f"(T.reinterpret_I (I.xor (I.reinterpret_T {_MUL}) (I.reinterpret_T {_A})))",
    "square root": f"(T.neg (T.sqrt {_A}))",
    "square root of arithmetic": f"(T.neg (T.sqrt {_MUL}))",
    "square root of what is not negative": f"(T.neg (T.sqrt (T.abs {_A})))",
    "rounding": f"(T.neg (T.add (T.ceil {_A}) (T.nearest {_MUL})))",
    "rounding twice": f"(T.neg (T.floor (T.trunc {_A})))",
    "min": f"(T.neg (T.min {_MUL} {_B}))",
    "max of min": f"(T.neg (T.max (T.min {_A} (T.const 1)) (T.const -1)))",
    "either arithmetic or an operand": f"(T.neg (if (result T) {_IF} (then {_MUL}) (else {_A})))",
    "either of two arithmetic": f"(T.neg (if (result T) {_IF} (then {_MUL}) (else (T.add {_A} {_B}))))",
    "either, and on": f"(T.add (if (result T) {_IF} (then {_MUL}) (else {_A})) {_B})",
    "select of arithmetic and an operand": f"(T.neg (select {_MUL} {_A} {_IF}))",
    "select of two arithmetic": f"(T.neg (select {_MUL} (T.add {_A} {_B}) {_IF}))",
    "select, and on": f"(T.div (select {_A} (T.add {_A} {_B}) {_IF}) {_B})",
    "branch with a value": f"(T.neg (block (result T) (br_if 0 {_MUL} {_IF}) drop {_A}))",
    "return": f"(if {_IF} (then (return {_MUL}))) (T.neg (T.sub {_A} {_B}))",
    "global": f"(global.set $T.global {_MUL}) (T.neg (global.get $T.global))",
    "memory": f"(T.store (i32.const 0) {_MUL}) (T.neg (T.load (i32.const 0)))",
    "argument": f"(T.neg (call $T.times {_MUL} (T.const 1)))",  # LLVM sees the 1 when the function is inlined
    "argument through a table": f"(T.neg (call_indirect $T.operations (type $T.binary) {_MUL} {_A} (i32.const 0)))",
    "many results, unchanged": f"""(call_indirect $T.operations (type $T.four) {_A} {_B} {_B} {_A} (i32.const 1))
        (local.set $b) (local.set $a) drop drop
        (T.reinterpret_I (I.rotl (I.reinterpret_T {_A}) (I.reinterpret_T {_B})))""",
    "several results": f"(T.copysign (call $T.both {_A} {_B}))",
    "local in a loop": f"""(local $i i32)
        (local.set $i (i32.add (i32.const 1) {_IF}))
        (loop
          (local.set $a {_MUL})
          (br_if 0 (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
        (T.neg {_A})""",
    "local that a loop may leave alone": f"""(local $i i32)
        (local.set $i {_IF})
        (block (loop
          (br_if 1 (i32.eqz (local.get $i)))
          (local.set $a {_MUL})
          (local.set $i (i32.sub (local.get $i) (i32.const 1)))
          (br 0)))
        (T.neg {_A})""",
    "local that a loop turns round": f"""(local $i i32)
        (local.set $i (i32.const 3))
        (loop
          (local.set $a (T.neg (T.add {_A} {_B})))
          (br_if 0 (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
        {_A}""",
    "locals that a loop exchanges": f"""(local $i i32) (local $c T)
        (local.set $i (i32.const 5))
        (loop
          (local.set $c {_A})
          (local.set $a (local.get $b))
          (local.set $b (T.mul (local.get $c) (T.const 1.5)))
          (br_if 0 (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
        (T.copysign {_A} (T.neg {_B}))""",
    "parameter of a loop": f"""(local $i i32)
        (local.set $i (i32.const 3))
        {_A} (loop (param T) (result T)
          (T.mul {_B})
          (br_if 0 (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
        (T.neg)""",
    "sum over a loop": f"""(local $i i32) (local $sum T)
        (local.set $i (i32.const 4))
        (loop
          (local.set $sum (T.add (local.get $sum) (T.mul {_A} (T.convert_i32_s (local.get $i)))))
          (br_if 0 (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
        (T.neg (local.get $sum))""",
    "comparison": f"(T.convert_i32_u (i32.add (T.ne {_MUL} {_A}) (T.lt (T.sub {_A} {_B}) {_MUL})))",
    "conversion": f"(T.convert_i64_s (i64.add (i64.trunc_sat_T_s {_MUL}) (i64.trunc_sat_T_u (T.add {_A} {_B}))))",
    "nothing by nothing": "(T.neg (T.div (T.const 0) (T.const 0)))",
    "infinity less infinity": "(T.copysign (T.const 1) (T.sub (T.const inf) (T.const inf)))",
    "times one": f"(T.neg (T.mul {_A} (T.const 1)))",
    "less nothing": f"(T.neg (T.sub {_A} (T.const 0)))",
    "there and back": f"(T.neg (call $T.there_and_back {_A}))",
    "there and back from either": f"(T.neg (call $T.there_and_back_from_either {_A} {_B}))",
}
_HELPERS = f"""
(type $T.binary (func (param T T) (result T)))
(global $T.global (mut T) (T.const 0))
(func $T.times (type $T.binary) (T.mul (local.get 0) (local.get 1)))
(table $T.operations (export "T.operations") funcref (elem $T.times $T.four))
(type $T.four (func (param T T T T) (result T T T T)))
(func $T.four (type $T.four) (local.get 0) (local.get 1) (local.get 2) (local.get 3))
(func $T.both (param $a T) (param $b T) (result T T) {_MUL} (T.add {_A} {_B}))
"""
_BITS = {
    "f32": "(func $f32.bits (param f32) (result i64) (i64.extend_i32_u (i32.reinterpret_f32 (local.get 0))))",
    "f64": "(func $f64.bits (param f64) (result i64) (i64.reinterpret_f64 (local.get 0)))",
}
_OTHER_WIDTH = """
(func $f32.there_and_back (param f32) (result f32) (f32.demote_f64 (f64.promote_f32 (local.get 0))))
(func $f32.there_and_back_from_either (param $a f32) (param $b f32) (result f32)
  (f32.demote_f64 (select (f64.promote_f32 (local.get $a)) (f64.promote_f32 (local.get $b))
    (i32.wrap_i64 (call $f32.bits (local.get $b))))))
(func $f64.there_and_back (param f64) (result f64) (f64.promote_f32 (f32.demote_f64 (local.get 0))))
(func $f64.there_and_back_from_either (param $a f64) (param $b f64) (result f64)
  (f64.promote_f32 (select (f32.demote_f64 (local.get $a)) (f32.demote_f64 (local.get $b))
    (i32.wrap_i64 (call $f64.bits (local.get $b))))))
"""


def flow_functions() -> Iterator[str]:
    """The functions, called by type and name, with all that they need."""
    for float_, integer in (("f32", "i32"), ("f64", "i64")):
        head = f"(param $a {float_}) (param $b {float_}) (result {float_})"
        yield _BITS[float_]
        yield _typed(_HELPERS, float_, integer)
        for name, body in FLOWS.items():
            yield f'(func $"{float_} {name}" {head} {_typed(body, float_, integer)})'
    yield _OTHER_WIDTH


def _typed(text: str, float_: str, integer: str) -> str:
    return re.sub("(?<![A-Za-z])[TI](?![A-Za-z])", lambda match: float_ if match[0] == "T" else integer, text)

from __future__ import annotations

from mvvm.compiler import read_valid_module
from mvvm.wasm_view import function_view, wasm_view

_MODULE = """
(module
  (type $binary (func (param i32 i64) (result f32)))
  (import "env" "imported" (func $imported (param i64) (result f64 i32)))
  (memory 1)
  (table $t 2 funcref)
  (global $g (mut f64) (f64.const 0))
  (elem declare func $kinds)
  (func $kinds (param i32) (local i64 f32 funcref)
    (local.set 2 (call_indirect (type $binary) (i32.const 1) (local.get 1) (local.get 0)))
    (call $imported (local.get 1))
    (local.set 0)
    (global.set $g)
    (drop (select (global.get $g) (f64.const 0.5) (local.get 0)))
    (local.set 3 (select (result funcref) (table.get $t (local.get 0)) (ref.null func) (i32.const 0)))
    (table.set $t (i32.const 0) (local.get 3))
    (drop (ref.is_null (local.get 3)))
    (drop (table.grow $t (ref.func $kinds) (i32.const 1)))
    (table.fill $t (i32.const 0) (ref.null func) (table.size $t))
    (i32.store offset=8 (i32.const 0) (i32.trunc_sat_f32_s (local.get 2)))
    (memory.copy (i32.const 0) (i32.const 8) (i32.const 4)))
  (func $branches (param i32) (result i32)
    (block $a (result i32)
      (block $b (param) (result i32)
        (if (result i32) (local.get 0)
          (then (i32.const 1) (br $a) (drop) (i32.const 7))
          (else (br_table $a $b (i32.const 2) (local.get 0))))
        (i32.const 5)
        (br_if $a (i32.const 3) (i32.eqz))
        (i32.add)
        (return))))
  (tag $e (param i32))
  (func $throws (param i32) (result i32)
    (block $h (result i32 exnref)
      (try_table (result i32) (catch_ref $e $h) (call $branches (local.get 0)))
      (return))
    (throw_ref))
  (func $older (param i32)
    try
      try
        (throw $e (local.get 0))
      delegate 0
    catch $e
      (drop)
    catch_all
      (rethrow 0)
    end))
"""


def _lines(name: str) -> list[str]:
    """The lines of a function without its head, offsets and indentation."""
    module = read_valid_module(_MODULE.encode())
    index = next(index for index, known in module.names.functions.items() if known == name)
    return [" ".join(line.split()[1:]) for line in list(function_view(module, index))[2:]]


def test_every_kind_of_effect_on_the_operand_stack() -> None:
    assert _lines("kinds") == [
        "i32.const 1 [] live 0 1",
        "local.get 1 [i32] live 0 1",
        "local.get 0 [i32 i64] live 0 1",
        "call_indirect 0 0 [i32 i64 i32] live 1",
        "local.set 2 [f32] live 1",
        "local.get 1 [] live 1 2",
        "call 0 (imported) [i64] live 2",
        "local.set 0 [f64 i32] live 2",
        "global.set 0 [f64] live 0 2",
        "global.get 0 [] live 0 2",
        "f64.const 0.5 [f64] live 0 2",
        "local.get 0 [f64 f64] live 0 2",
        "select [f64 f64 i32] live 0 2",
        "drop [f64] live 0 2",
        "local.get 0 [] live 0 2",
        "table.get 0 [i32] live 2",
        "ref.null funcref [funcref] live 2",
        "i32.const 0 [funcref funcref] live 2",
        "select funcref [funcref funcref i32] live 2",
        "local.set 3 [funcref] live 2",
        "i32.const 0 [] live 2 3",
        "local.get 3 [i32] live 2 3",
        "table.set 0 [i32 funcref] live 2 3",
        "local.get 3 [] live 2 3",
        "ref.is_null [funcref] live 2",
        "drop [i32] live 2",
        "ref.func 1 (kinds) [] live 2",
        "i32.const 1 [funcref] live 2",
        "table.grow 0 [funcref i32] live 2",
        "drop [i32] live 2",
        "i32.const 0 [] live 2",
        "ref.null funcref [i32] live 2",
        "table.size 0 [i32 funcref] live 2",
        "table.fill 0 [i32 funcref i32] live 2",
        "i32.const 0 [] live 2",
        "local.get 2 [i32] live 2",
        "i32.trunc_sat_f32_s [i32 f32]",
        "i32.store offset=8 [i32 i32]",
        "i32.const 0 []",
        "i32.const 8 [i32]",
        "i32.const 4 [i32 i32]",
        "memory.copy 0 0 [i32 i32 i32]",
        "end []",
    ]


def test_branches_and_what_cannot_be_reached() -> None:
    assert _lines("branches") == [
        "block () -> (i32) [] live 0",
        "block () -> (i32) [] live 0",
        "local.get 0 [] live 0",
        "if () -> (i32) [i32] live 0",
        "i32.const 1 []",
        "br 2 [i32]",
        "else [i32]",
        "i32.const 2 [] live 0",
        "local.get 0 [i32] live 0",
        "br_table 2 1 [i32 i32]",
        "end [i32 i32]",
        "end [i32]",
        "end [i32]",
        "end [i32]",
    ]


def test_exceptions() -> None:
    assert _lines("throws") == [
        "block () -> (i32 exnref) [] live 0",
        "try_table () -> (i32) (catch_ref 0 0) [] live 0",
        "local.get 0 [] live 0",
        "call 2 (branches) [i32]",
        "end [i32]",
        "return [i32]",
        "end [i32]",
        "throw_ref [i32 exnref]",
        "end [i32 exnref]",
    ]
    assert _lines("older") == [
        "try [] live 0",
        "try [] live 0",
        "local.get 0 [] live 0",
        "throw 0 [i32]",
        "delegate 0 [i32]",
        "catch 0 []",
        "drop [exnref i32]",
        "catch_all [exnref]",
        "rethrow 0 [exnref]",
        "end [exnref]",
        "end []",
    ]


def test_offsets_are_those_of_the_binary() -> None:
    module = read_valid_module(_MODULE.encode())
    for line in wasm_view(module):
        if line.startswith("  0x") and "local.get" in line:
            assert module.data[int(line.split()[0], 16)] == 0x20

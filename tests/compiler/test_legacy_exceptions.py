"""Validation of modules with exceptions of the older form that have typed references."""

from __future__ import annotations

import pytest

from mvvm.errors import InvalidModule
from mvvm.wasm.validate import validate
from tests.compiler.wat import binary

_MODULE = """(module
  (type $f (func (result i32)))
  (tag $none) (tag $i (param i32)) (tag $r (param (ref $f) (ref null $f) (ref func) externref v128))
  (elem declare func $seven)
  (func $seven (type $f) (i32.const 7))
  (func (export "run") (result i32) (local externref v128)
    ref.func $seven
    try (param (ref $f)) (result (ref $f))
      drop
      throw $none
    catch $r
      local.set 1
      local.set 0
      drop
      drop
    catch $i
      drop
      ref.func $seven
    catch_all
      ref.func $seven
    end
    call_ref $f))"""


def test_values_and_results_are_of_their_declared_types() -> None:
    validate(binary(_MODULE))


@pytest.mark.parametrize("place", ["i", "none"])
def test_a_handler_gives_what_is_declared(place: str) -> None:
    """The first or second of them gives null where there is to be none, though nothing asks for that afterwards."""
    gives = {"i": "ref.func $seven", "none": "ref.func $seven"} | {place: "ref.null func"}
    wat = f"""(module
      (tag $i (param i32)) (tag $none)
      (elem declare func $seven)
      (func $seven)
      (func (export "run") (result i32)
        try (result (ref func))
          throw $none
        catch $i
          drop
          {gives["i"]}
        catch $none
          {gives["none"]}
        end
        ref.is_null))"""
    with pytest.raises(InvalidModule, match="type mismatch"):
        validate(binary(wat))

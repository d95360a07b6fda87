"""Reference types that say more than funcref and externref: at linking, and between Python and the guest."""

from __future__ import annotations

import pytest

from mvvm.errors import LinkError, Trap, UsageError
from mvvm.wasm.references import matches
from tests.compiler.wat import module
from tests.runtime.guest import exports, host, program

_TYPES = """(type $i (func (result i32))) (type $j (func (param i32)))
  (rec (type $r (func (param (ref null $s)))) (type $s (func (param (ref null $r)))))"""
_OWNER = f"""(module {_TYPES}
  (func $seven (export "seven") (type $i) (i32.const 7)) (func (export "takes") (type $j))
  (func (export "recursive") (type $r))
  (global (export "fixed") (ref $i) (ref.func $seven))
  (global (export "mutable") (mut (ref $i)) (ref.func $seven))
  (table (export "table") 2 (ref $i) (ref.func $seven))
  (func (export "call") (param (ref $i)) (result i32) (call_ref $i (local.get 0)))
  (func (export "call_or_null") (param (ref null $i)) (result i32) (call_ref $i (local.get 0)))
  (func (export "some") (param (ref extern)) (result (ref extern)) (local.get 0)))"""


@pytest.mark.parametrize(
    ("item", "name", "fits"),
    [
        ("(global (ref $i))", "fixed", True),
        ("(global (ref null $i))", "fixed", True),
        ("(global (ref func))", "fixed", True),
        ("(global funcref)", "fixed", True),
        ("(global (ref $j))", "fixed", False),
        ("(global externref)", "fixed", False),
        ("(global (mut (ref $i)))", "mutable", True),
        ("(global (mut funcref))", "mutable", False),
        ("(table 2 (ref $i))", "table", True),
        ("(table 2 (ref null $i))", "table", False),
        ("(table 2 funcref)", "table", False),
        ("(func (type $i))", "seven", True),
        ("(func (type $r))", "recursive", True),
        ("(func (type $s))", "recursive", False),
        ("(func (param (ref null $r)))", "recursive", False),
    ],
)
def test_what_may_be_imported(item: str, name: str, fits: bool) -> None:
    given = exports(_OWNER)[name]
    importer = f'(module {_TYPES} (import "env" "item" {item}))'
    if fits:
        exports(importer, item=given)
    else:
        with pytest.raises(LinkError, match="incompatible import type"):
            exports(importer, item=given)


def test_values_from_python() -> None:
    guest = exports(_OWNER)
    assert guest["call"](guest["seven"]) == guest["call_or_null"](guest["seven"]) == 7
    for wrong in (None, guest["takes"], 3, host("", "i", int)):
        with pytest.raises(UsageError, match="is not a value of type"):
            guest["call"](wrong)
    with pytest.raises(Trap, match="null reference"):
        guest["call_or_null"](None)
    with pytest.raises(UsageError, match="is not a value of type"):
        guest["call_or_null"](guest["takes"])
    thing = object()
    assert guest["some"](thing) is thing
    with pytest.raises(UsageError, match=r"None is not a value of type \(ref extern\)"):
        guest["some"](None)
    guest["mutable"].value = guest["seven"]
    with pytest.raises(UsageError):
        guest["mutable"].value = None


def test_types_are_spelled_as_they_are_declared() -> None:
    guest = program(_OWNER)
    types = [guest.info.func_type(index) for index in range(len(guest.info.functions))]
    assert str(types[3]) == "((ref $_i)) -> (i32)"
    assert str(types[5]) == "((ref extern)) -> ((ref extern))"


def test_types_that_are_the_same() -> None:
    types = module(
        """(module (type (func)) (rec (type (func))) (type (sub final (func))) (rec (type (func)) (type (func)))
          (rec (type (func)) (type (func))) (rec (type $a (func (param (ref $b)))) (type $b (func (param (ref $a)))))
          (rec (type $c (func (param (ref $d)))) (type $d (func (param (ref $c)))))
          (type $e (func (param (ref $a)))) (type (func (param (ref $c)))) (type (func (param (ref null $a)))))"""
    ).info.types
    numbers = {type_.identity: index for index, type_ in reversed(list(enumerate(types)))}
    assert [numbers[type_.identity] for type_ in types] == [0, 0, 0, 3, 4, 3, 4, 7, 8, 7, 8, 11, 11, 13]


@pytest.mark.parametrize(
    ("declared", "wanted", "fits"),
    [
        ("r", "r", True),
        ("ref func", "r", True),
        ("r", "ref func", False),
        ("ref $i_i", "ref func", True),
        ("ref func", "ref $i_i", False),
        ("ref null nofunc", "ref null $i_i", True),
        ("ref null nofunc", "ref $i_i", False),
        ("ref nofunc", "ref $i_i", True),
        ("ref null nofunc", "r", True),
        ("ref null noextern", "r", False),
        ("ref null noextern", "x", True),
        ("ref extern", "x", True),
        ("ref $i_i", "x", False),
        ("ref $i_i", "ref null $i_i", True),
        ("ref $i_i", "ref $i_I", False),
        ("i", "I", False),
        ("i", "r", False),
    ],
)
def test_subtypes(declared: str, wanted: str, fits: bool) -> None:
    assert matches(declared, wanted) is fits

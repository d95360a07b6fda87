"""Stable points: their numbers, and the table of a file, from its writer to its reader, whole and damaged."""

from __future__ import annotations

import contextlib
import functools
import random
import struct
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

import mvvm
from mvvm.abi import elf, sections, stable_points
from mvvm.errors import BadAotFile, MvvmError
from mvvm.lower.function import ModuleFacts
from mvvm.lower.module import lower_function
from mvvm.options import CompileOptions, Policy
from mvvm.proto import aot_pb2
from mvvm.runtime.points import PointTable, StablePoint
from tests.compiler.random_module import RandomModule, random_modules
from tests.compiler.wat import module

# Numbers.


def test_size_classes_hold_what_they_are_for_and_waste_less_than_half() -> None:
    for slots in range(70_001):
        size = stable_points.size_class(slots)
        room = stable_points.slots_of(size)
        assert 0 <= size <= stable_points.SIZE_MASK
        assert slots <= room
        assert room == slots or room < 2 * slots


def test_a_function_of_all_locals_that_engines_allow_fits() -> None:
    assert stable_points.slots_of(stable_points.SIZE_MASK) > 50_000 + 1000


@given(st.integers(1, (1 << 32) - 1), st.integers(0, 70_000), st.booleans(), st.booleans())
def test_a_number_tells_what_it_was_made_from(pc: int, slots: int, call: bool, canonical: bool) -> None:
    number = stable_points.number(pc, slots, call=call, canonical=canonical)
    assert number < 1 << 40
    assert stable_points.pc_of(number) == pc
    assert (stable_points.is_call(number), stable_points.is_canonical(number)) == (call, canonical)
    assert stable_points.record_slots(number) == stable_points.slots_of(stable_points.size_class(slots))


# The table.

_WAT = """(module
  (import "env" "h" (func $h (param i64) (result f32)))
  (table $t (export "t") 3 funcref) (elem (i32.const 0) $h $loop) (type $t (func (param i64) (result f32)))
  (func $loop (export "loop") (type $t) (local $n i32) (local $x f64)
    (local.set $n (i32.const 3))
    (local.set $x (f64.const 0.5))
    (i64.const -7)
    (loop $again
      (drop (call_indirect $t (type $t) (local.get 0) (i32.const 0)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    drop (f32.demote_f64 (local.get $x)))
  (func $caller (export "caller") (param i64) (result f32)
    (i32.const 5)
    (i32.trunc_sat_f32_s (call $loop (local.get 0)))
    i32.add f32.convert_i32_s))"""


@functools.cache
def _file() -> bytes:
    return mvvm.compile(_WAT.encode(), CompileOptions(checkpoint=Policy.LOOP), jobs=1)


def _section() -> bytes:
    return bytes(elf.read(_file()).section(sections.POINTS).contents)


def _fields(point: StablePoint) -> dict[str, object]:
    return {name: getattr(point, name) for name in StablePoint.__slots__}


def test_the_table_of_a_file() -> None:
    decoded = module(_WAT)
    start = [begin for begin, _ in decoded.bodies]
    table = PointTable(_section())
    assert list(table.pcs) == sorted(table.pcs)
    assert table.suspending == {0, 1, 2}
    loop, indirect, call = (_fields(table.find(pc)) for pc in table.pcs)
    assert start[0] < table.pcs[0] < table.pcs[1] < start[1] < table.pcs[2]
    # Places: slots are by age; the f64 and the i64 below the loop are constants.
    constants = [int.from_bytes(struct.pack("<d", 0.5), "little"), (1 << 64) - 7]
    assert loop["constants"] == indirect["constants"] == constants
    assert (loop["places"], indirect["places"]) == ([0, 2, 1, 3], [0, 2, 1, 3, 4])
    assert (loop["function"], loop["locals"], loop["types"], loop["next_pc"]) == (1, [0, 1, 2], "IiFI", 0)
    assert (indirect["locals"], indirect["types"]) == ([0, 1, 2], "IiFIf")
    assert (indirect["num_results"], indirect["table"]) == (1, 0)
    assert (call["function"], call["locals"], call["types"], call["table"]) == (2, [], "if", None)
    assert (call["constants"], call["places"]) == ([5], [1, 0])


@settings(max_examples=10)
@given(random_modules())
def test_what_was_lowered_is_read(random_module: RandomModule) -> None:
    note(random_module.text)
    decoded = module(random_module.text)
    options = CompileOptions(opt_level=0, checkpoint=Policy.LOOP)
    facts = ModuleFacts(decoded, options)
    first = decoded.info.num_imported_functions
    lowered = [
        point
        for index in range(first, len(decoded.info.functions))
        for point in lower_function(decoded, facts, index, None).points
    ]
    table = PointTable(bytes(elf.read(mvvm.compile(decoded.data, options, jobs=1)).section(sections.POINTS).contents))
    assert table.suspending == facts.suspending.functions
    assert list(table.pcs) == sorted(point.pc for point in lowered)
    for point in lowered:
        read = table.find(point.pc)
        for name in ("function", "types", "num_results", "places", "constants", "next_pc", "table"):
            assert getattr(read, name) == getattr(point, name), name
        assert read.locals == list(point.locals)
        slots = {
            (place >> 1) + word
            for place, type_ in zip(read.places, read.types, strict=True)
            for word in range(stable_points.words(type_))
            if not place & 1
        }
        assert slots == set(range(len(slots)))  # each is used: their number is known from the places


def test_a_byte_where_there_is_no_point() -> None:
    table = PointTable(_section())
    for pc in (0, table.pcs[0] - 1, table.pcs[0] + 1, table.pcs[-1] + 1, 1 << 40):
        with pytest.raises(BadAotFile, match=f"the stable point at byte {pc:#x} is not in its table"):
            table.find(pc)
    with pytest.raises(BadAotFile, match="is not in its table"):
        PointTable(b"").find(7)


# Damaged tables.


def _rewritten(change: Callable[[Any], object]) -> bytes:
    message = aot_pb2.StablePoints()
    message.ParseFromString(_section())
    change(message)
    return message.SerializeToString()


def _one_point(**fields: Any) -> bytes:
    """A table with a point at byte 5."""
    whole = {"function": 1, "locals": [0], "types": "ii", "num_results": 1, "places": [0, 1], "constants": [3]}
    point = aot_pb2.StablePoint(**{**whole, **fields}).SerializeToString()
    return aot_pb2.StablePoints(pcs=b"\5\0\0\0", offsets=bytes(4), points=point).SerializeToString()


@pytest.mark.parametrize(
    "fields",
    [
        {"types": "i"},
        {"types": "i?"},
        {"types": "iv"},
        {"places": [0]},
        {"places": [0, 2, 4]},
        {"places": [0, 3]},
        {"constants": []},
        {"locals": [0, 1]},
        {"num_results": 2},
    ],
)
def test_points_that_do_not_fit_together_are_refused(fields: dict[str, Any]) -> None:
    assert PointTable(_one_point()).find(5).constants == [3]
    with pytest.raises(BadAotFile, match="table of stable points"):
        PointTable(_one_point(**fields)).find(5)


@pytest.mark.parametrize(
    ("field", "value"), [("pcs", b""), ("pcs", b"abc"), ("offsets", bytes(4)), ("offsets", bytes(13))]
)
def test_tables_that_do_not_fit_together_are_refused(field: str, value: bytes) -> None:
    with pytest.raises(BadAotFile, match="its table of stable points does not fit together"):
        PointTable(_rewritten(lambda message: setattr(message, field, value)))


def _find_all(section: bytes) -> None:
    table = PointTable(section)
    for pc in table.pcs:
        table.find(pc)


def _damaged(chance: random.Random, whole: bytes) -> bytes:
    damaged = bytearray(whole)
    for _ in range(chance.randrange(1, 3)):
        damaged[chance.randrange(len(damaged))] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))
    return bytes(damaged)


def test_damage_anywhere_is_refused_or_harmless() -> None:
    whole = _section()
    chance = random.Random(1)
    for section in [whole[:size] for size in range(len(whole))] + [_damaged(chance, whole) for _ in range(5000)]:
        with contextlib.suppress(BadAotFile):
            _find_all(section)


def _aot_with(section: bytes) -> bytes:
    """The file with another table of stable points, of the same size."""
    old = _section()
    assert len(section) == len(old)
    assert _file().count(old) == 1
    return _file().replace(old, section)


def _stop(aot: bytes, name: str, count: int) -> object:
    host = mvvm.Func(mvvm.FuncType("I", "f"), float)
    guest = mvvm.Instance(mvvm.load(aot), {"env": {"h": host}})
    function = guest.exports[name]
    assert isinstance(function, mvvm.Func)
    return mvvm.checkpoint(function, 3, count=count)


def test_a_program_whose_table_is_damaged_stops_or_says_so() -> None:
    assert _stop(_file(), "caller", 3) is not None
    chance = random.Random(2)
    outcomes = set()
    for _ in range(400):
        try:
            _stop(_aot_with(_damaged(chance, _section())), "caller", chance.randrange(1, 7))
            outcomes.add("stopped")
        except MvvmError as error:
            outcomes.add(type(error).__name__)
    assert {"stopped", "BadAotFile"} <= outcomes

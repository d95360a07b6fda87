"""Decoding of modules and bodies: unreachable code, types of operands, odd encodings, damaged names."""

from __future__ import annotations

from typing import Any

import pytest

import mvvm
from mvvm.errors import UnsupportedFeature
from mvvm.wasm.code import SELECT, Block
from mvvm.wasm.decode import decode_module
from mvvm.wasm.reader import signed, unsigned
from tests.compiler.wat import binary, function, names


def _body(instructions: str, results: str = "", params: str = "i32") -> list[str]:
    return names(function(f"(module (func (param {params}) (result {results}) {instructions}))"))


# Unreachable code.


@pytest.mark.parametrize("leave", ["br 0", "return", "unreachable", "local.get 0 br_table 0 0"])
@pytest.mark.parametrize(
    "dead",
    [
        "",
        "i32.add drop",
        "block end loop end",
        "block br 0 end",
        "local.get 0 if nop else nop end",
        "if else end",
        "block loop unreachable if br 2 else br 1 end end end",
        "select drop",
        "i32.const -1 i64.const 0x8000000000000000 f32.const 1 f64.const 1 drop drop drop drop",
        "br_table 0 0 0",
        "call_indirect (type 0) drop",
        "return unreachable br 0",
        "block (result i32 i64) unreachable end drop drop",
        "memory.copy memory.fill table.copy data.drop 0 i32.load offset=0xffffffff drop ref.null func drop",
    ],
)
def test_code_after_leaving_is_left_out(leave: str, dead: str) -> None:
    wat = f"""(module (type (func (result i32))) (memory 1) (table 1 funcref) (data "")
      (func (param i32) {leave} {dead}))"""
    expected = [*(["local.get"] if "get" in leave else []), leave.split()[-3 if "table" in leave else 0], "end"]
    assert names(function(wat)) == expected


def test_a_block_that_nothing_leaves_makes_what_follows_unreachable() -> None:
    assert _body("block loop return end nop nop end i32.const 1 drop") == [
        "block",
        "loop",
        "return",
        "end",
        "end",
        "end",
    ]


def test_a_branch_makes_what_follows_its_block_reachable() -> None:
    assert _body("block block br 1 end i32.const 1 drop end i32.const 2 drop") == [
        *("block", "block", "br", "end"),
        *("end", "i32.const", "drop", "end"),
    ]


def test_a_branch_from_unreachable_code_does_not() -> None:
    assert _body("block block return br 1 end end i32.const 2 drop") == ["block", "block", "return", *["end"] * 3]


@pytest.mark.parametrize(
    ("instructions", "expected"),
    [
        # One way out of an `if` is enough.
        ("local.get 0 if return else end nop i32.const 1 drop", "local.get if return else end i32.const drop end"),
        ("local.get 0 if else return end i32.const 1 drop", "local.get if else return end i32.const drop end"),
        ("local.get 0 if return end i32.const 1 drop", "local.get if return end i32.const drop end"),
        ("local.get 0 if return else unreachable end i32.const 1 drop", "local.get if return else unreachable end end"),
        # A loop is left at its end only.
        ("loop local.get 0 br_if 0 return end i32.const 1 drop", "loop local.get br_if return end end"),
        ("loop br 0 end i32.const 1 drop", "loop br end end"),
        # An `else` of unreachable code is not that of the `if` around it.
        (
            "local.get 0 if return local.get 0 if nop else nop end else i32.const 1 drop end",
            "local.get if return else i32.const drop end end",
        ),
    ],
)
def test_what_can_be_reached_after_a_block(instructions: str, expected: str) -> None:
    assert _body(instructions) == expected.split()


def test_proposals_in_unreachable_code_are_named() -> None:
    typed = "(module (func unreachable (block (result (ref null i31)) unreachable) drop))"
    with pytest.raises(UnsupportedFeature, match="garbage collection"):
        function(typed)
    with pytest.raises(UnsupportedFeature, match="garbage collection"):
        function("(module (func unreachable (select (result (ref null i31))) drop))")


def test_vectors_in_unreachable_code_are_passed_over() -> None:
    skipped = (
        "v128.const i32x4 1 2 3 4 i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 drop i32x4.replace_lane 3 drop "
        "v128.load64_lane offset=300 1 i8x16.relaxed_swizzle drop block (result v128) unreachable end drop "
        "v128.store offset=300"
    )
    assert names(function(f"(module (memory 1) (func (local v128) unreachable {skipped}))")) == ["unreachable", "end"]


# Types of operands.


@pytest.mark.parametrize(
    ("operand", "type_"),
    [
        ("i32.const 1", "i"),
        ("i64.const 1", "I"),
        ("f32.const 1", "f"),
        ("f64.const 1", "F"),
        ("local.get 1", "F"),
        ("local.get 0 local.tee 0", "i"),
        ("global.get 0", "I"),
        ("local.get 0 f32.load", "f"),
        ("local.get 0 memory.grow", "i"),
        ("local.get 0 i64.extend_i32_u", "I"),
        ("call 1", "F"),
        ("local.get 0 call_indirect (type $f64)", "F"),
        ("block (result i64) i64.const 1 end", "I"),
        ("local.get 0 if (result f32) f32.const 1 else unreachable end", "f"),
        ("f32.const 1 loop (param f32) (result f64) f64.promote_f32 end", "F"),
        ("block (result i64) i64.const 1 local.get 0 br_if 0 end", "I"),
        ("block (result i32) i64.const 5 i32.const 1 br 0 end", "i"),
        ("i64.const 1 i64.const 2 local.get 0 select", "I"),
        ("ref.null func ref.is_null", "i"),
        ("ref.func 0 ref.is_null", "i"),
        ("local.get 0 table.get 0 ref.is_null", "i"),
        ("table.size 0", "i"),
        ("ref.null func local.get 0 table.grow 0", "i"),
        ("f64.const 1 i64.trunc_sat_f64_u", "I"),
    ],
)
def test_select_knows_the_type_of_its_operands(operand: str, type_: str) -> None:
    decoded = function(
        f"""(module (type $f64 (func (result f64))) (memory 1) (table 1 funcref) (elem declare func 0)
        (global i64 (i64.const 0))
        (func (param i32 f64) {operand} {operand} local.get 0 select drop)
        (func (type $f64) (f64.const 0)))"""
    )
    last = len(decoded.ops) - 1 - decoded.ops[::-1].index(SELECT)
    assert decoded.immediates[last] == type_


def test_the_typed_select() -> None:
    assert _body("ref.null extern ref.null extern local.get 0 select (result externref) drop")[3] == "select_t"


def test_offsets_are_those_of_the_binary() -> None:
    wat = "(module (func (param i32) (result i32) local.get 0 i32.const 1000 i32.add))"
    decoded = function(wat)
    data = binary(wat)
    assert [data[offset] for offset in decoded.offsets] == [0x20, 0x41, 0x6A, 0x0B]


def test_branches_name_their_blocks() -> None:
    decoded = function("(module (func (param i32) block $a loop $b local.get 0 br_table $b $a $b 2 end end))")
    block, loop = (item for item in decoded.immediates[:2] if isinstance(item, Block))
    assert decoded.immediates[3] == [loop, block, loop, decoded.body]
    assert block.targeted
    assert loop.targeted
    assert decoded.body.targeted


# Encodings that are longer than they need be.


def _module(body: bytes, more: bytes = b"") -> bytes:
    """A module of one function of type [] -> [i32] with a memory, exported as `f`."""
    code = b"\0" + body + b"\x0b"
    size = len(code)
    return b"".join(
        (
            b"\0asm\1\0\0\0",
            b"\1\5\1\x60\0\1\x7f",
            b"\3\2\1\0",
            b"\5\3\1\0\1",
            b"\7\5\1\1f\0\0",
            b"\x0a" + _leb(size + 1 + len(_leb(size))) + b"\1" + _leb(size) + code,
            more,
        )
    )


def _leb(number: int, width: int = 0) -> bytes:
    """An unsigned number in LEB128, in at least `width` bytes."""
    result = bytearray()
    while True:
        byte, number = number & 0x7F, number >> 7
        if not number and len(result) + 1 >= width:
            return bytes([*result, byte])
        result.append(byte | 0x80)


@pytest.mark.parametrize(
    ("body", "result"),
    [
        (b"\x41\xff\xff\xff\xff\x7f", -1),
        (b"\x41\x80\x80\x80\x80\x78", -0x80000000),
        (b"\x41\xff\xff\xff\xff\x07", 0x7FFFFFFF),
        (b"\x41\xc0\x00", 64),
        (b"\x41\x40", -64),
        (b"\x42\x80\x80\x80\x80\x80\x80\x80\x80\x80\x7f\x50", 0),
        (b"\x42\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\xa7", -1),
        (b"\x43\0\0\x80\x3f\xfc\x81\x80\x80\x00", 1),  # i32.trunc_sat_f32_u, its number in four bytes
        (b"\x41\x08\x28\x82\x80\x00\x84\x80\x80\x80\x00", 0),  # i32.load: alignment and offset
        (b"\x3f\x00", 1),
        (b"\x02\x80\x80\x00\x41\x05\x0b", 5),  # a block type by its index
    ],
)
def test_long_numbers(body: bytes, result: int) -> None:
    guest: Any = mvvm.Instance(mvvm.load(mvvm.compile(_module(body)))).exports
    assert guest["f"]() == result


def test_a_table_that_grows_by_an_instruction_spelled_long() -> None:
    """Compiled code takes the size of a table that nothing grows for a constant."""
    wat = """(module (table $t 1 funcref) (func (export "f") (result i32)
      (drop (table.grow $t (ref.null func) (i32.const 5))) (table.size $t)))"""
    short, long = b"\xfc\x0f\x00", b"\xfc\x8f\x80\x00\x00"
    data = binary(wat)
    at = data.index(short)
    longer = bytearray(data.replace(short, long))
    for size in (at - 8, at - 6):  # of the section, of the body
        assert data[size] < 0x7E
    body_size = data.rindex(b"\x0a", 0, at)
    longer[body_size + 1] += 2
    longer[body_size + 3] += 2
    guest: Any = mvvm.Instance(mvvm.load(mvvm.compile(bytes(longer)))).exports
    assert guest["f"]() == 6


@pytest.mark.parametrize("number", [0, 1, 63, 64, 127, 128, 300, 1 << 31, (1 << 32) - 1])
@pytest.mark.parametrize("width", [0, 3, 5])
def test_unsigned_numbers(number: int, width: int) -> None:
    spelled = _leb(number, width)
    assert unsigned(b"\xff" + spelled + b"\xff", 1) == (number, 1 + len(spelled))
    assert signed(_leb(number, 6), 0) == (number, 6)


# The name section.


def _named(contents: bytes) -> bytes:
    section = b"\4name" + contents
    return _module(b"\x41\x05", b"\0" + _leb(len(section)) + section)


@pytest.mark.parametrize(
    "contents",
    [
        b"\1",
        b"\1\x7f",
        b"\1\3\1\0\x7f",
        b"\1\4\1\0\1\xff",  # not UTF-8
        b"\1\4\1\x05\1a",  # a function that is not there
        b"\1\x09\1\xff\xff\xff\xff\xff\x0f\1a",
        b"\1\x0d\1" + b"\xff" * 9 + b"\x01\1a",
        b"\1\4\xff\0\1a",
        b"\7\4\1\x05\1g",
        b"\0\xff",
        b"\x63\1\0",
        b"\xff" * 20,
        b"\x80" * 20,
    ],
)
def test_a_damaged_name_section_is_passed_over(contents: bytes) -> None:
    program = mvvm.load(mvvm.compile(_named(contents)))
    guest: Any = mvvm.Instance(program).exports
    assert guest["f"]() == 5
    assert program.names == {}


def test_names_may_come_before_the_functions() -> None:
    name = b"\0\x0b\4name" + b"\1\4\1\0\1a"
    data = _module(b"\x41\x05")
    assert decode_module(data[:8] + name + data[8:]).names.functions == {0: "a"}


def test_a_name_that_is_whole_is_kept_when_what_follows_is_damaged() -> None:
    assert decode_module(_named(b"\1\4\1\0\1a" + b"\2\x7f")).names.functions == {0: "a"}

"""Damaged `.aot` files are refused, or load; they never take the process down.

Native code cannot be checked by loading it, so only files whose code is whole are run.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest

import mvvm
from mvvm.abi import elf, sections
from mvvm.errors import BadAotFile, IncompatibleAot, MvvmError, Trap
from mvvm.proto import aot_pb2
from mvvm.runtime.metadata import NO_CODE
from tests.runtime.guest import compiled

_MODULE = """(module
  (type $t (func (param i32) (result i32)))
  (import "env" "h" (func $h (type $t)))
  (import "env" "g" (global $imported i32))
  (memory (export "memory") 1 2)
  (table $t (export "table") 4 8 funcref)
  (table $x 2 externref)
  (global $g (export "global") (mut i64) (i64.const 77))
  (global $i i32 (i32.add (i32.const 3) (i32.const 4)))
  (global $r funcref (ref.func $twice))
  (data (i32.const 3) "some bytes") (data $passive "more")
  (elem (table $t) (i32.const 1) func $h $twice)
  (elem $e (table $t) (i32.const 0) funcref (item ref.func $twice) (item ref.null func))
  (elem $p externref (item ref.null extern))
  (start $start)
  (func $start (memory.init $passive (i32.const 100) (i32.const 0) (i32.const 4)))
  (func $twice (export "twice") (type $t) (i32.mul (local.get 0) (i32.const 2)))
  (func (export "call") (type $t) (call_indirect $t (type $t) (local.get 0) (i32.const 2)))
  (func (export "host") (type $t) (call $h (local.get 0))))"""
_REFUSALS = (BadAotFile, IncompatibleAot)


def _load(contents: bytes) -> mvvm.Program | None:
    """Load what may be damaged; None where it is refused as it should be."""
    try:
        return mvvm.load(contents)
    except _REFUSALS:
        return None


def _use(program: mvvm.Program) -> None:
    """Instantiate and call a program whose declarations may be damaged."""
    host = mvvm.Func(mvvm.FuncType("i", "i"), abs)
    cell = mvvm.Global(mvvm.GlobalType("i", False), 1)
    try:
        guest: Any = mvvm.Instance(program, {"env": {"h": host, "g": cell}}).exports
        for function in guest.values():
            if isinstance(function, mvvm.Func):
                function(*[0] * len(function.type.params))
    except MvvmError:
        pass


def test_the_whole_file_works() -> None:
    program = mvvm.load(compiled(_MODULE))
    host = mvvm.Func(mvvm.FuncType("i", "i"), abs)
    guest: Any = mvvm.Instance(program, {"env": {"h": host, "g": mvvm.Global(mvvm.GlobalType("i", False), 1)}}).exports
    assert (guest["twice"](4), guest["call"](4), guest["host"](-4)) == (8, 8, 4)


def test_a_file_cut_off_anywhere_is_refused() -> None:
    """Everything is needed but what may follow the last table."""
    whole = compiled(_MODULE)
    lengths = sorted({*range(0, len(whole), 37), *range(200), *range(len(whole) - 200, len(whole))})
    assert [n for n in lengths if _load(whole[:n]) is not None] == []


def test_a_flipped_byte_anywhere_is_refused_or_harmless() -> None:
    whole = compiled(_MODULE)
    chance = random.Random(1)
    places = _offsets_of_sections(whole)
    for _ in range(3000):
        at = chance.randrange(len(whole))
        damaged = bytearray(whole)
        damaged[at] ^= 1 << chance.randrange(8)
        program = _load(bytes(damaged))
        where = next((name for name, (start, end) in places.items() if start <= at < end), None)
        if where in (sections.MODULE, sections.FUNCTIONS, sections.WASM):
            assert program is None
        elif program is not None and where in (sections.TARGET, sections.NAMES):
            _use(program)


def test_flipped_bytes_of_the_elf_headers_are_refused_or_harmless() -> None:
    whole = compiled(_MODULE)
    chance = random.Random(2)
    headers = [*range(elf.EHDR_SIZE + 6 * elf.PHDR_SIZE), *range(len(whole) - 1500, len(whole))]
    for _ in range(3000):
        damaged = bytearray(whole)
        damaged[chance.choice(headers)] = chance.choice((0, 1, 0x10, 0x7F, 0x80, 0xFF, chance.randrange(256)))
        _load(bytes(damaged))


def _offsets_of_sections(whole: bytes) -> dict[str, tuple[int, int]]:
    found = {}
    for name, section in elf.read(whole).sections.items():
        if section.contents:
            start = whole.find(bytes(section.contents))
            found[name] = (start, start + len(section.contents))
    return found


# Metadata that is well-formed and wrong.


_MESSAGES = {
    sections.TARGET: aot_pb2.Target,
    sections.MODULE: aot_pb2.Module,
    sections.FUNCTIONS: aot_pb2.Functions,
}


def _rewritten(section: str, change: Callable[[Any], object]) -> bytes:
    """The file with one of its messages changed, and their digest made to fit."""
    whole = compiled(_MODULE)
    file = elf.read(whole)
    old = {name: bytes(file.section(name).contents) for name in _MESSAGES}
    messages: dict[str, Any] = {name: type_() for name, type_ in _MESSAGES.items()}
    for name, message in messages.items():
        message.ParseFromString(old[name])
    change(messages[section])
    new = {name: message.SerializeToString() for name, message in messages.items()}
    if section != sections.TARGET:
        digest = sha256(new[sections.MODULE] + new[sections.FUNCTIONS]).digest()
        messages[sections.TARGET].declarations_sha256 = digest
        new[sections.TARGET] = messages[sections.TARGET].SerializeToString()
    for name in _MESSAGES:
        whole = _with_section(whole, old[name], new[name])
    return whole


def _with_section(whole: bytes, old: bytes, new: bytes) -> bytes:
    """The file with a section's bytes put at its end, and its header pointing there."""
    at = whole.find(old)
    moved = bytearray(whole + new)
    shoff = int.from_bytes(whole[40:48], "little")
    for header in range(shoff, shoff + int.from_bytes(whole[60:62], "little") * elf.SHDR_SIZE, elf.SHDR_SIZE):
        if int.from_bytes(whole[header + 24 : header + 32], "little") == at:
            moved[header + 24 : header + 40] = len(whole).to_bytes(8, "little") + len(new).to_bytes(8, "little")
    return bytes(moved)


def _set(path: str, value: object) -> Callable[[Any], None]:
    """Sets a field: `exports.0.kind`."""

    def change(message: Any) -> None:
        *steps, name = path.split(".")
        for step in steps:
            message = message[int(step)] if step.isdigit() else getattr(message, step)
        if name.isdigit():
            message[int(name)] = value
        else:
            setattr(message, name, value)

    return change


def _code(expression: str) -> bytes:
    return bytes.fromhex(expression)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("types.0.params", "w"),
        ("types.0.results", "?"),
        ("imports.0.kind", 4),
        ("imports.0.kind", 1),
        ("imports.0.function", 99),
        ("imports.1.global.value", ""),
        ("imports.1.global.value", "ii"),
        ("functions.0", 99),
        ("tables.0.element", "i"),
        ("tables.0.limits.minimum", 9),
        ("memories.0.minimum", 65537),
        ("memories.0.minimum", 3),
        ("memories.0.minimum", (1 << 64) - 1),
        ("globals.0.init", b""),
        ("globals.0.init", _code("42 01")),
        ("globals.0.init", _code("41 01 0b")),  # an i32 for an i64
        ("globals.0.init", _code("42 01 0b 0b")),
        ("globals.0.init", _code("42 01 42 01 0b")),
        ("globals.0.init", _code("42 01 7c 0b")),
        ("globals.0.init", _code("0b")),
        ("globals.1.init", _code("23 02 0b")),  # itself
        ("globals.1.init", _code("23 7f 0b")),
        ("globals.2.init", _code("42 01 0b")),  # a number for a funcref
        ("globals.2.init", _code("d0 6f 0b")),
        ("globals.2.init", _code("d2 7f 0b")),
        ("globals.2.type.value", "I"),
        ("exports.0.kind", 4),
        ("exports.0.index", 1),
        ("exports.3.kind", 2),
        ("start_plus_one", 99),
        ("start_plus_one", 1),  # a function with a parameter
        ("elements.0.mode", 3),
        ("elements.0.table", 2),
        ("elements.0.table", 1),  # of externref
        ("elements.0.offset", b""),
        ("elements.0.offset", _code("42 01 0b")),
        ("elements.0.type", "x"),
        ("elements.0.functions.1", 99),
        ("elements.1.expressions.0", _code("d0 6f 0b")),
        ("data.0.mode", 2),
        ("data.0.memory", 1),
        ("data.0.offset", _code("d0 70 0b")),
        ("data.0.start", 1 << 40),
        ("data.1.size", 1 << 40),
    ],
)
def test_declarations_that_do_not_fit_together_are_refused(path: str, value: object) -> None:
    with pytest.raises(BadAotFile, match="metadata"):
        mvvm.load(_rewritten(sections.MODULE, _set(path, value)))


def _offsets(*values: int) -> bytes:
    return b"".join(value.to_bytes(4, "little") for value in values)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("enter", 1 << 30),
        ("on_signal", NO_CODE),
        ("handler_words", 1 << 20),
        ("functions", b""),
        ("functions", b"abc"),
        ("functions", _offsets(1 << 30, 0, 0, 0)),
        ("invoke_thunks", b""),
        ("invoke_thunks", _offsets(NO_CODE, NO_CODE)),
        ("host_thunks", _offsets(NO_CODE, NO_CODE)),
    ],
)
def test_places_in_the_code_that_are_none_are_refused(path: str, value: object) -> None:
    with pytest.raises(BadAotFile, match="meta"):
        mvvm.load(_rewritten(sections.FUNCTIONS, _set(path, value)))


@pytest.mark.parametrize("name", ["no_such_function_of_libc", "", "mem\0cpy", "_handle"])
def test_a_function_that_libc_lacks_is_named(name: str) -> None:
    with pytest.raises(IncompatibleAot, match="which this machine's libc lacks"):
        mvvm.load(_rewritten(sections.FUNCTIONS, _set("imports.0", name)))


def test_more_imports_than_there_is_room_for_are_refused() -> None:
    with pytest.raises(BadAotFile, match="metadata"):
        mvvm.load(_rewritten(sections.FUNCTIONS, lambda message: message.imports.extend(["memcpy"] * 10_000)))


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("format_version", 1, r"has format 1 \(written by mvvm 9\), this is mvvm for format 5: compile"),
        ("triple", "riscv64-unknown-linux-gnu", "is for riscv64, this machine is"),
        ("cpu_features", ["sse3", "amx-bf16"], "this one lacks amx-bf16"),
    ],
)
def test_a_file_for_something_else_says_what(path: str, value: object, message: str) -> None:
    def change(target: Any) -> None:
        target.compiler_version = "9"
        if path == "cpu_features":
            target.cpu_features[:] = value
        else:
            setattr(target, path, value)

    with pytest.raises(IncompatibleAot, match=message):
        mvvm.load(_rewritten(sections.TARGET, change))


def test_the_module_must_be_the_one_that_was_compiled() -> None:
    with pytest.raises(BadAotFile, match="not the one that its code was made from"):
        mvvm.load(_rewritten(sections.TARGET, _set("module_sha256", bytes(32))))


def test_damaged_names_do_not_hide_a_trap() -> None:
    whole = compiled('(module (func $f (export "f") unreachable))')
    old = bytes(elf.read(whole).section(sections.NAMES).contents)
    guest: Any = mvvm.Instance(mvvm.load(_with_section(whole, old, b"\xff" * 8))).exports
    with pytest.raises(Trap) as trapped:
        guest["f"]()
    assert trapped.value.frames == ((0, None),)

"""Damaged modules are refused or compiled; nothing else comes of them."""

from __future__ import annotations

import random

import pytest

import mvvm
from mvvm.compiler import read_valid_module
from mvvm.errors import InvalidModule, UnsupportedFeature
from mvvm.wasm.code import decode_function
from mvvm.wasm.decode import Module
from tests.compiler.test_goldens import _FOLDER
from tests.compiler.wat import binary

_SOURCES = {path.name: path.read_text() for path in sorted(_FOLDER.glob("*.wat"))}
_REFUSALS = (InvalidModule, UnsupportedFeature)


def _decode(wasm: bytes) -> Module | None:
    """Decode a module and all of its bodies; None where it is refused."""
    try:
        module = read_valid_module(wasm)
        for position, (start, end) in enumerate(module.bodies):
            decode_function(module.data, start, end, module.info.num_imported_functions + position, module.info)
    except _REFUSALS:
        return None
    return module


@pytest.mark.parametrize("name", _SOURCES)
def test_a_module_cut_off_anywhere(name: str) -> None:
    """Only between two sections, where what is left may be a module."""
    wasm = binary(_SOURCES[name])
    for length in range(len(wasm)):
        _decode(wasm[:length])
    assert _decode(wasm[:9]) is None
    assert _decode(wasm) is not None


@pytest.mark.parametrize("name", _SOURCES)
def test_flipped_bytes(name: str) -> None:
    wasm = binary(_SOURCES[name])
    chance = random.Random(name)
    compiled = 0
    for _ in range(400):
        damaged = bytearray(wasm)
        for _ in range(chance.randint(1, 2)):
            damaged[chance.randrange(8, len(wasm))] = chance.choice(
                (0, 1, 0x0B, 0x40, 0x7F, 0x80, chance.randrange(256))
            )
        module = _decode(bytes(damaged))
        if module is not None and compiled < 5:
            mvvm.compile(bytes(damaged), mvvm.CompileOptions(opt_level=0), jobs=1)
            compiled += 1
    assert compiled > 0


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (b"", "neither a Wasm module"),
        (b"\x7fELF", "neither a Wasm module"),
        (b"\xff\xfe", "neither a Wasm module"),
        (b"hello", "neither a Wasm module"),
        (b"\0asm", "unexpected end"),
        (b"(module", "expected"),
        (b"(module (func (result i32)))", "type mismatch"),
    ],
)
def test_what_is_no_module_is_refused(source: bytes, message: str) -> None:
    with pytest.raises(InvalidModule, match=message):
        mvvm.compile(source)


@pytest.mark.parametrize(
    ("text", "feature"),
    [
        ("(type $t (struct))", "garbage collection"),
        ("(type $t (sub (func)))", "garbage collection"),
        ("(func (param anyref))", "garbage collection"),
        ("(func (local (ref null i31)))", "garbage collection"),
        ("(func (drop (ref.null any)))", "garbage collection"),
        ("(table 1 eqref)", "garbage collection"),
        ("(func (block (result structref) (unreachable)) drop)", "garbage collection"),
    ],
)
def test_proposals_that_are_not_compiled_are_named(text: str, feature: str) -> None:
    with pytest.raises(UnsupportedFeature, match=f"{feature}.*which mvvm does not compile"):
        mvvm.compile(f"(module {text})".encode())


def test_the_empty_module() -> None:
    assert mvvm.Instance(mvvm.load(mvvm.compile(b"(module)"))).exports == {}

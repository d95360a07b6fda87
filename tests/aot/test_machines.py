"""Fields of instructions at their limits, as capstone reads them."""

from __future__ import annotations

import struct

import pytest

from mvvm.aot.disassemble import disassemble
from mvvm.aot.machines import aarch64, x86_64
from mvvm.aot.machines.machine import Machine, OutOfRange, Patch
from mvvm.errors import InternalError

_PLACE = 1 << 33
_ARM, _X86 = aarch64.MACHINE, x86_64.MACHINE


def _patched(machine: Machine, code: bytes, patch: Patch, value: int, field: int = 0) -> str:
    contents = bytearray(code)
    patch(contents, field, _PLACE + field, value)
    return next(disassemble(machine, bytes(contents), _PLACE))[2]


@pytest.mark.parametrize("distance", [-(1 << 31), -1, 0, (1 << 31) - 1])
def test_x86_64_call(distance: int) -> None:
    call, plt32 = b"\xe8\0\0\0\0", 4
    text = _patched(_X86, call, _X86.direct[plt32], _PLACE + 1 + distance, field=1)
    assert text == f"call {_PLACE + 5 + distance:#x}"


@pytest.mark.parametrize("distance", [-(1 << 31) - 1, 1 << 31])
def test_x86_64_distance_out_of_range(distance: int) -> None:
    with pytest.raises(OutOfRange, match="2 GiB"):
        _X86.direct[2](bytearray(4), 0, _PLACE, _PLACE + distance)


def test_x86_64_relaxes_mov_and_nothing_else() -> None:
    relaxed = _X86.got[42].relaxed
    assert _patched(_X86, b"\x48\x8b\x05\0\0\0\0", relaxed, _PLACE + 19, field=3) == "lea rax, [rip + 0x10]"
    with pytest.raises(InternalError, match="opcode 0x3b"):
        _patched(_X86, b"\x48\x3b\x05\0\0\0\0", relaxed, _PLACE + 19, field=3)


def test_x86_64_stub_jumps_through_the_slot() -> None:
    stub = _X86.stub(_PLACE, _PLACE + 0x1000)
    assert len(stub) == _X86.stub_size
    assert next(disassemble(_X86, stub, _PLACE))[2] == "jmp qword ptr [rip + 0xffa]"


@pytest.mark.parametrize("distance", [-(1 << 27), -4, 0, (1 << 27) - 4])
def test_aarch64_branch(distance: int) -> None:
    bl, call26 = struct.pack("<I", 0x94000000), 283
    assert _patched(_ARM, bl, _ARM.direct[call26], _PLACE + distance) == f"bl #{_PLACE + distance:#x}"


@pytest.mark.parametrize("distance", [-(1 << 27) - 4, 1 << 27])
def test_aarch64_branch_out_of_range(distance: int) -> None:
    with pytest.raises(OutOfRange, match="128 MiB"):
        _ARM.direct[282](bytearray(4), 0, _PLACE, _PLACE + distance)


@pytest.mark.parametrize("pages", [-(1 << 20), -1, 0, 5, (1 << 20) - 1])
def test_aarch64_adrp(pages: int) -> None:
    adrp = struct.pack("<I", 0x90000008)
    text = _patched(_ARM, adrp, _ARM.direct[275], _PLACE + pages * 4096 + 123)
    assert text == f"adrp x8, #{_PLACE + pages * 4096:#x}"


@pytest.mark.parametrize("pages", [-(1 << 20) - 1, 1 << 20])
def test_aarch64_adrp_out_of_range(pages: int) -> None:
    with pytest.raises(OutOfRange, match="4 GiB"):
        _ARM.direct[275](bytearray(4), 0, _PLACE, _PLACE + pages * 4096)


@pytest.mark.parametrize(
    ("kind", "instruction", "text"),
    [
        (277, 0x91000108, "add x8, x8, #0xff0"),
        (278, 0x39400109, "ldrb w9, [x8, #0xff0]"),
        (284, 0x79400109, "ldrh w9, [x8, #0xff0]"),
        (285, 0xB9400109, "ldr w9, [x8, #0xff0]"),
        (286, 0xF9400109, "ldr x9, [x8, #0xff0]"),
        (299, 0x3DC00101, "ldr q1, [x8, #0xff0]"),
    ],
)
def test_aarch64_low_12_bits(kind: int, instruction: int, text: str) -> None:
    assert _patched(_ARM, struct.pack("<I", instruction), _ARM.direct[kind], 0x12345FF0) == text


def test_aarch64_refuses_a_misaligned_access() -> None:
    with pytest.raises(InternalError, match="16 bytes to the misaligned address 0x1008"):
        _ARM.direct[299](bytearray(4), 0, 0, 0x1008)


def test_aarch64_relaxes_a_load_from_the_got() -> None:
    ldr = struct.pack("<I", 0xF9400120)  # ldr x0, [x9]
    assert _patched(_ARM, ldr, _ARM.got[312].relaxed, 0x12345678) == "add x0, x9, #0x678"


def test_aarch64_stub_jumps_through_the_slot() -> None:
    stub = _ARM.stub(_PLACE, _PLACE + 0x7018)
    assert len(stub) == _ARM.stub_size
    assert [text for _, _, text in disassemble(_ARM, stub, _PLACE)] == [
        f"adrp x16, #{_PLACE + 0x7000:#x}",
        "ldr x16, [x16, #0x18]",
        "br x16",
    ]


def test_bytes_that_are_no_instruction_are_shown() -> None:
    assert [text for _, _, text in disassemble(_X86, b"\x06\xc3", 0)] == [".byte 0x06", "ret"]

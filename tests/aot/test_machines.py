"""Fields of instructions at their limits, as capstone reads them."""

from __future__ import annotations

import struct

import pytest

from mvvm.aot.disassemble import disassemble
from mvvm.aot.machines import aarch64, riscv64, s390x, x86_64
from mvvm.aot.machines.machine import Machine, OutOfRange, Patch
from mvvm.errors import InternalError

_PLACE = 1 << 33
_ARM, _X86, _Z, _RISCV = aarch64.MACHINE, x86_64.MACHINE, s390x.MACHINE, riscv64.MACHINE


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


@pytest.mark.parametrize("distance", [-(1 << 32), -2, 0, (1 << 32) - 2])
def test_s390x_call(distance: int) -> None:
    brasl, plt32dbl = b"\xc0\xe5\0\0\0\0", 20
    # The field is two bytes into the instruction, which the addend makes up for.
    text = _patched(_Z, brasl, _Z.direct[plt32dbl], _PLACE + distance + 2, field=2)
    assert text == f"brasl %r14, {_PLACE + distance:#x}"


@pytest.mark.parametrize("distance", [-(1 << 32) - 2, 1 << 32])
def test_s390x_distance_out_of_range(distance: int) -> None:
    with pytest.raises(OutOfRange, match="4 GiB"):
        _Z.direct[19](bytearray(4), 0, _PLACE, _PLACE + distance)


def test_s390x_distances_are_of_halfwords() -> None:
    with pytest.raises(InternalError, match="the odd address 0x1001"):
        _Z.direct[19](bytearray(4), 0, 0x1000, 0x1001)


def test_s390x_words_are_big_endian() -> None:
    contents = bytearray(4)
    _Z.direct[5](contents, 0, _PLACE, _PLACE + 0x1234)
    assert contents == b"\0\0\x12\x34"


def test_s390x_relaxes_lgrl_and_nothing_else() -> None:
    relaxed, through_slot = _Z.got[26].relaxed, _Z.got[26].through_slot
    lgrl = b"\xc4\x28\0\0\0\0"
    assert _patched(_Z, lgrl, through_slot, _PLACE + 0x2002, field=2) == f"lgrl %r2, {_PLACE + 0x2000:#x}"
    assert _patched(_Z, lgrl, relaxed, _PLACE + 0x2002, field=2) == f"larl %r2, {_PLACE + 0x2000:#x}"
    with pytest.raises(InternalError, match=r"opcode c4\.d"):
        _patched(_Z, b"\xc4\x2d\0\0\0\0", relaxed, _PLACE + 0x2002, field=2)  # lrl


def test_s390x_stub_jumps_through_the_slot() -> None:
    stub = _Z.stub(_PLACE, _PLACE - 0x7018)
    assert len(stub) == _Z.stub_size
    assert [text for _, _, text in disassemble(_Z, stub, _PLACE)] == [f"lgrl %r1, {_PLACE - 0x7018:#x}", "br %r1"]


# The low part is signed: the high one makes up for it.
_PARTS = [
    (0, 0, 0),
    (0x7FF, 0, 0x7FF),
    (0x800, 1, -0x800),
    (-1, 0, -1),
    (-0x801, 0xFFFFF, 0x7FF),
    (0x12345678, 0x12345, 0x678),
]


@pytest.mark.parametrize(("distance", "high", "low"), [*_PARTS, (-(1 << 31) - 0x800, 0x80000, -0x800)])
def test_riscv64_parts_of_a_distance(distance: int, high: int, low: int) -> None:
    value = _PLACE + distance
    auipc, addi, ld, sd = (struct.pack("<I", word) for word in (0x00000517, 0x00050593, 0x00053583, 0x00B53023))
    assert _patched(_RISCV, auipc, _RISCV.direct[23], value) == f"auipc a0, {_number(high)}"
    low_i, low_s = _RISCV.low[24].through_slot, _RISCV.low[25].through_slot
    assert _patched(_RISCV, addi, low_i, value) == (f"addi a1, a0, {_number(low)}" if low else "mv a1, a0")
    assert _patched(_RISCV, ld, low_i, value) == f"ld a1, {_number(low)}(a0)"
    assert _patched(_RISCV, sd, low_s, value) == f"sd a1, {_number(low)}(a0)"


@pytest.mark.parametrize(("distance", "high", "low"), _PARTS)
def test_riscv64_call(distance: int, high: int, low: int) -> None:
    contents = bytearray(struct.pack("<II", 0x00000097, 0x000080E7))  # auipc ra; jalr ra, ra
    _RISCV.direct[19](contents, 0, _PLACE, _PLACE + distance)
    texts = [text for _, _, text in disassemble(_RISCV, bytes(contents), _PLACE)]
    assert texts == [f"auipc ra, {_number(high)}", f"jalr ra, ra, {_number(low)}" if low else "jalr ra"]


@pytest.mark.parametrize("distance", [-(1 << 31) - 0x801, (1 << 31) - 0x800])
def test_riscv64_distance_out_of_range(distance: int) -> None:
    with pytest.raises(OutOfRange, match="2 GiB"):
        _RISCV.direct[23](bytearray(4), 0, _PLACE, _PLACE + distance)


def test_riscv64_differences_are_made_of_two_relocations() -> None:
    contents = bytearray(4)
    _RISCV.direct[35](contents, 0, 0, 0x1234)
    _RISCV.direct[39](contents, 0, 0, 0x5678)
    assert struct.unpack("<i", contents) == (0x1234 - 0x5678,)


def test_riscv64_relaxes_ld_and_nothing_else() -> None:
    relaxed = _RISCV.low[24].relaxed
    assert _patched(_RISCV, struct.pack("<I", 0x00053583), relaxed, _PLACE + 0x123) == "addi a1, a0, 0x123"
    with pytest.raises(InternalError, match="0x00052583: only ld is known"):
        _patched(_RISCV, struct.pack("<I", 0x00052583), relaxed, _PLACE)  # lw
    with pytest.raises(InternalError, match="a store into"):
        _RISCV.low[25].relaxed(bytearray(4), 0, 0, 0)


def test_riscv64_stub_jumps_through_the_slot() -> None:
    stub = _RISCV.stub(_PLACE, _PLACE + 0x7818)
    assert len(stub) == _RISCV.stub_size
    texts = [text for _, _, text in disassemble(_RISCV, stub, _PLACE)]
    assert texts == ["auipc t3, 8", "ld t3, -0x7e8(t3)", "jr t3"]


def _number(value: int) -> str:
    """As capstone writes it."""
    sign = "-" if value < 0 else ""
    return f"{sign}{abs(value):#x}" if abs(value) > 9 else str(value)


def test_bytes_that_are_no_instruction_are_shown() -> None:
    assert [text for _, _, text in disassemble(_X86, b"\x06\xc3", 0)] == [".byte 0x06", "ret"]


def test_an_instruction_that_is_not_known_is_shown_whole() -> None:
    vl = "e70010003006"  # with a hint of how the address is aligned, newer than capstone
    texts = [text for _, _, text in disassemble(_Z, bytes.fromhex(vl + "07fe"), 0)]
    assert texts == [".byte 0xe7, 0x00, 0x10, 0x00, 0x30, 0x06", "br %r14"]

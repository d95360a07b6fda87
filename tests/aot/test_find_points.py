"""Every stable point of a program that looks out each time stands in its code, for any machine."""

from __future__ import annotations

import pytest

import mvvm
from mvvm.abi import stable_points
from mvvm.aot.find_points import find_numbers
from mvvm.aot.listing_riscv64 import RiscV64
from mvvm.aot.listing_s390x import S390X
from mvvm.aot.machines import MACHINES, riscv64, s390x
from mvvm.options import CompileOptions, Policy, Target
from mvvm.runtime.aot_contents import AotContents
from tests.programs.compiled import compiled
from tests.torture.guests import GUESTS


@pytest.mark.parametrize("opt_level", [0, 3])
@pytest.mark.parametrize("architecture", ["s390x", "riscv64"])
def test_all_points_are_found_and_no_others(architecture: str, opt_level: int) -> None:
    options = CompileOptions(opt_level, Target.parse(architecture), checkpoint=Policy.LOOP)
    _check_points(compiled("bzip2", options).read_bytes(), architecture)


@pytest.mark.parametrize("opt_level", [0, 3])
@pytest.mark.parametrize("architecture", MACHINES)
def test_all_points_of_tail_calls_are_found(architecture: str, opt_level: int) -> None:
    options = CompileOptions(opt_level, Target.parse(architecture), checkpoint=Policy.LOOP)
    _check_points(mvvm.compile(GUESTS["tail_calls"].wasm().read_bytes(), options), architecture)


def _check_points(contents: bytes, architecture: str) -> None:
    aot = AotContents(contents)
    stable_point = aot.functions.support["mvvm_stable_point"]
    found = find_numbers(MACHINES[architecture], bytes(aot.text.contents), stable_point)
    # Those of host calls that were interrupted have no place in the module.
    assert {stable_points.pc_of(number) for number in found} - {0} == set(aot.points.pcs)


# Each piece of code ends where the stable point's function is called, with its number in the register of an argument.
@pytest.mark.parametrize(
    ("code", "numbers"),
    [
        ("a7290080", {128}),  # lghi %r2, 128
        ("c02100012345", {0x12345}),  # lgfi
        ("c02e00000001 c02900000080", {0x1_0000_0080}),  # llihf; iilf
        ("a52f1234 a52a5600", {0x56001234}),  # llill; oilh
        ("a7390040 41203040", {128}),  # lghi %r3, 64; la %r2, 64(%r3)
        ("a73900c0 ec23ffc000d9", {128}),  # lghi %r3, 192; aghik %r2, %r3, -64
        ("a7390080 b9040023", {128}),  # lghi %r3; lgr %r2, %r3
        ("a7390080 e330f0a00024 e320f0a00004", {128}),  # lghi %r3; stg %r3, 160(%r15); lg %r2, 160(%r15)
        ("a7690080 eb67f0a00024 e320f0a00004", {128}),  # lghi %r6; stmg %r6, %r7, 160(%r15); lg %r2, 160(%r15)
        ("a7290080 a7840004 a7290100", {128, 256}),  # lghi %r2, 128; je behind the next one; lghi %r2, 256
        ("a7290080 ec2201000046", {128, 256}),  # lghi %r2, 128; locghih %r2, 256
        ("a7290080 e320f0a00004", set()),  # lg of a word that nothing was stored in
        ("a7290080 c0e500000000", set()),  # brasl: what a call leaves is not known
        ("a7290080 eb26f0300004", set()),  # lmg %r2, %r6
        ("a7290080 b9870024", set()),  # dlgr
    ],
)
def test_ways_to_make_a_constant_on_s390x(code: str, numbers: set[int]) -> None:
    contents = bytes.fromhex(code)
    # brasl %r14, to what comes behind it; br %r14
    contents += bytes.fromhex("c0e500000004 07fe 07fe")
    assert S390X(s390x.MACHINE, contents, len(contents) - 2).numbers() == numbers


@pytest.mark.parametrize(
    ("code", "numbers"),
    [
        ("93050008", {128}),  # li a1, 128
        ("c145", {16}),  # c.li a1, 16
        ("b7250100 9b855534", {0x12345}),  # lui a1, 0x12; addiw a1, a1, 0x345
        ("b7050080 9b85f5ff", {0x7FFFFFFF}),  # lui a1, 0x80000; addiw a1, a1, -1
        ("85458215 93850508", {0x1_0000_0080}),  # c.li a1, 1; c.slli a1, 32; addi a1, a1, 128
        ("13040008 a285", {128}),  # li s0, 128; c.mv a1, s0
        ("13040008 22e4 a265", {128}),  # li s0, 128; c.sdsp s0, 8(sp); c.ldsp a1, 8(sp)
        ("93050008 630405 00 93050010", {128, 256}),  # li a1, 128; beqz a0, 8; li a1, 256
        ("93050008 a265", set()),  # a word that nothing was stored in
        ("93050008 8295", set()),  # c.jalr a1
    ],
)
def test_ways_to_make_a_constant_on_riscv64(code: str, numbers: set[int]) -> None:
    contents = bytes.fromhex(code)
    # auipc ra, 0; jalr ra, ra, 10; ret; ret
    contents += bytes.fromhex("97000000 e780a000 8280 8280")
    assert RiscV64(riscv64.MACHINE, contents, len(contents) - 2).numbers() == numbers

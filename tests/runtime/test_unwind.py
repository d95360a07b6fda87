"""Backtraces through frames of every shape, from traps of every kind, and from damaged call frame information."""

from __future__ import annotations

import ctypes
import itertools
import platform
import random
import re
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest

import mvvm
from mvvm import compiler
from mvvm.abi import elf, traps
from mvvm.abi.context import THREAD_REGISTERS, THREAD_SIZE, THREAD_STACK_LOW, THREAD_STACK_START
from mvvm.abi.registers import REGISTERS
from mvvm.abi.sections import EH_FRAME
from mvvm.errors import Trap
from mvvm.passes.optimize import compile_ir
from mvvm.runtime import thread as threads
from mvvm.runtime import unwind
from mvvm.runtime.call_frames import CallFrames
from tests.runtime.guest import compiled, exports, program

# Locals that live across the call of each function of a chain: registers, then spills, then frames of pages.
_LIVE = (0, 1, 5, 6, 7, 40, 600)
_LAST = f"f{len(_LIVE)}"
_TRAPS = {
    "a trap call": "unreachable",
    "a fault": "(drop (i32.load (i32.const -4)))",
    "a builtin": "(table.init $t $e (i32.const 1000) (i32.const 0) (i32.const 1))",
    "a null reference": "(call_indirect $t (param i32) (i32.const 0) (i32.const 999))",
}
_REGISTER_NAMES = {
    "x86_64": ["rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp", *(f"r{i}" for i in range(8, 16)), "ra"],
    "aarch64": [*(f"x{i}" for i in range(30)), "ra", "sp"],
}


def _function(index: int, live: int, type_: str, callee: int) -> str:
    """A function that calls another, which LLVM cannot know, with `live` locals loaded before and stored after."""
    loads = " ".join(f"(local.set {i} ({type_}.load (i32.const {8 * i})))" for i in range(1, live + 1))
    stores = " ".join(f"({type_}.store (i32.const {8 * i}) (local.get {i}))" for i in range(1, live + 1))
    return f"""(func $f{index} (param i32) (local {f"{type_} " * live}) {loads}
      (call_indirect $t (param i32) (local.get 0) (i32.add (i32.load (i32.const 60000)) (i32.const {callee})))
      {stores} (i32.store (i32.const 60004) (local.get 0)))"""


def _guest(functions: list[str]) -> str:
    names = " ".join(f"$f{i}" for i in range(len(functions)))
    return f"""(module (memory 1) (table $t (export "t") 1000 funcref) (elem (i32.const 0) func {names})
      (elem $e func $f0) {" ".join(functions)}
      (func $start (export "f")
        (call_indirect $t (param i32) (i32.const 0) (i32.load (i32.const 60000)))))"""


def _chain(body: str, type_: str = "i64") -> str:
    functions = [_function(i, live, type_, i + 1) for i, live in enumerate(_LIVE)]
    return _guest([*functions, f"(func ${_LAST} (param i32) {body})"])


_CHAIN_NAMES = [*(f"f{i}" for i in range(len(_LIVE), -1, -1)), "start"]


def _backtrace(guest: mvvm.Program) -> list[str | None]:
    exports: dict[str, Any] = dict(mvvm.Instance(guest).exports)
    with pytest.raises(Trap) as trapped:
        exports["f"]()
    return [name for _, name in trapped.value.frames]


@pytest.mark.parametrize("opt_level", [0, 3])
@pytest.mark.parametrize("type_", ["i64", "f64"])
@pytest.mark.parametrize("kind", _TRAPS)
def test_frames_of_every_size(kind: str, type_: str, opt_level: int) -> None:
    assert _backtrace(program(_chain(_TRAPS[kind], type_), opt_level)) == _CHAIN_NAMES


@pytest.mark.parametrize("kind", _TRAPS)
def test_frames_with_a_realigned_stack(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As spills of wide vectors make them: such a frame is found by its frame pointer alone."""

    def compile_realigned(text: str, *arguments: Any) -> bytes:
        slot = "  %aligned = alloca [96 x i8], align 64\n  store volatile i8 0, ptr %aligned"
        text, changed = re.subn(r"(?m)^(define .* @f\d+\(.*\nentry:)$", rf"\1\n{slot}", text)
        assert changed == len(_CHAIN_NAMES)
        return compile_ir(text, *arguments)

    monkeypatch.setattr(compiler, "compile_ir", compile_realigned)
    guest = mvvm.load(mvvm.compile(_chain(_TRAPS[kind]).encode(), jobs=1))
    frame_pointer = REGISTERS[platform.machine()].frame_pointer
    for code in guest.code_addresses():
        found = [guest.codes[0].call_frames.rules(code + distance) for distance in range(64)]
        assert any(rules is not None and rules.cfa_register == frame_pointer for rules in found)
    assert _backtrace(guest) == _CHAIN_NAMES


@pytest.mark.parametrize("opt_level", [0, 3])
@pytest.mark.parametrize("live", [(0, 0, 0), (1, 2, 3), (0, 50, 7), (40, 700, 3), (0, 1500, 520)])
def test_overflows_wherever_in_a_prologue_they_come(live: tuple[int, ...], opt_level: int) -> None:
    functions = [_function(i, count, "i64", (i + 1) % len(live)) for i, count in enumerate(live)]
    names = _backtrace(program(_guest(functions), opt_level))
    # 64 frames, or as many as 64 KiB of stack hold; at -O0 a local that is loaded is stored once more.
    assert len(names) >= min(64, 3 * 65536 // (2 * 8 * sum(live) + 3 * 256))
    following = {f"f{i}": f"f{(i - 1) % len(live)}" for i in range(len(live))}
    assert names[0] in following
    for inner, outer in itertools.pairwise(names):
        assert inner is not None
        assert outer == following[inner]


def test_a_trap_at_the_very_end_of_the_stack_has_its_backtrace() -> None:
    """There, calling `mvvm_trap` overflows, or what it calls does."""
    guest = exports("""(module (memory 1) (table (export "t") 2 funcref) (elem (i32.const 0) $f $g)
      (func $g (param i32 i64 i64 i64) unreachable)
      (func $f (export "f") (param i32)
        (if (i32.eqz (local.get 0)) (then (call_indirect (param i32 i64 i64 i64) (i32.const 0) (i64.const 0)
          (i64.const 0) (i64.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))))
        (call_indirect (param i32) (i32.sub (local.get 0) (i32.const 1)) (i32.load (i32.const 0)))
        (i32.store (i32.const 8) (local.get 0))))""")

    def trap(depth: int) -> Trap:
        with pytest.raises(Trap) as trapped:
            guest["f"](depth)
        return trapped.value

    fits, overflows = 1, 1 << 24
    while overflows - fits > 1:
        depth = (fits + overflows) // 2
        if trap(depth).code == traps.UNREACHABLE:
            fits = depth
        else:
            overflows = depth
    for depth in range(fits - 5, fits + 10):
        names = [name for _, name in trap(depth).frames]
        assert names[0] in ("f", "g")
        assert names[1:] == ["f"] * 63


def test_a_fault_while_the_stack_is_copied_ends_the_copy() -> None:
    """Where the stack is smaller than it was said to be, the overflowing frame is all there is."""
    guest = program(_guest([_function(0, 3000, "i64", 0)]))
    stack_low = ctypes.c_uint64.from_address(threads.current().address + THREAD_STACK_LOW)
    before = stack_low.value
    stack_low.value = 0
    try:
        assert _backtrace(guest) == ["f0"]
    finally:
        stack_low.value = before
    assert len(_backtrace(guest)) > 1


def _thread(registers: dict[int, int], stack: list[int]) -> ctypes.Array[ctypes.c_char]:
    """A Thread after a trap with the given registers and words of the stack."""
    thread = ctypes.create_string_buffer(THREAD_SIZE)
    for number, value in registers.items():
        struct.pack_into("=Q", thread, THREAD_REGISTERS + 8 * number, value)
    stack_pointer = registers[REGISTERS[platform.machine()].stack_pointer]
    struct.pack_into(f"=QQ{len(stack)}Q", thread, THREAD_STACK_START, stack_pointer, 8 * len(stack), *stack)
    return thread


def test_a_fault_in_libc_is_told_of_its_caller() -> None:
    guest, machine = program(_chain("unreachable")), REGISTERS[platform.machine()]
    code = guest.code_addresses()[-1] + 8
    registers = {machine.program_counter: 4096, machine.stack_pointer: 1 << 20}
    stack = [0] * 64
    if machine.link is None:
        stack[0] = code
    else:
        registers[machine.link] = code
    thread = _thread(registers, stack)
    frames = list(unwind.addresses(ctypes.addressof(thread), [guest.codes[0].call_frames], by_signal=True))
    assert frames[:2] == [4096, code - 1]
    frames = list(unwind.addresses(ctypes.addressof(thread), [guest.codes[0].call_frames], by_signal=False))
    assert frames == [4095]


_STACK_POINTER = REGISTERS[platform.machine()].stack_pointer


@pytest.mark.parametrize(
    ("instructions", "num_frames"),
    [
        (bytes((0x0C, _STACK_POINTER, 8)), 9),  # DW_CFA_def_cfa: each frame a word, until the copy ends
        (bytes((0x0C, _STACK_POINTER, 0)), 2),  # only the innermost frame may be empty
        (bytes((0x0C, _STACK_POINTER, 80)), 1),
        (bytes((0x0C, 99, 8)), 1),  # a register that nobody knows
        (b"", 1),
        (b"\x0f\x00", 1),  # DW_CFA_def_cfa_expression
    ],
)
def test_a_function_that_returns_to_itself_for_ever_ends_the_backtrace(instructions: bytes, num_frames: int) -> None:
    machine, start = REGISTERS[platform.machine()], 1 << 16
    cie = struct.pack("=IB3s5B", 0, 1, b"zR\0", 1, 0x78, machine.program_counter, 1, 0x1B) + instructions
    cie = struct.pack("=I", len(cie)) + cie
    fde = struct.pack("=IIiIB", 13, len(cie) + 4, start - len(cie) - 8, 16, 0)
    thread = _thread({machine.program_counter: start + 1, machine.stack_pointer: 1 << 20}, [0] * 8)
    frames = list(unwind.addresses(ctypes.addressof(thread), [CallFrames(cie + fde, 0)], by_signal=False))
    assert frames == [start] * num_frames


@pytest.mark.parametrize("architecture", sorted(_REGISTER_NAMES))
def test_rules_are_those_that_readelf_finds(architecture: str, tmp_path: Path) -> None:
    options = mvvm.CompileOptions(target=mvvm.Target.parse(architecture))
    path = tmp_path / "guest.aot"
    path.write_bytes(mvvm.compile(_chain("unreachable", "f64").encode(), options, jobs=1))
    section = elf.read(path.read_bytes()).section(EH_FRAME)
    table = CallFrames(bytes(section.contents), section.address)
    command = ["readelf", "--debug-dump=frames-interp", "-W", str(path)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    numbers = {name: number for number, name in enumerate(_REGISTER_NAMES[architecture])}
    compared = 0
    for function in output.split(" FDE ")[1:]:
        if "LOC" not in function:  # there is only what holds everywhere
            continue
        _, heading, *rows = (line.split() for line in function.strip().split("\n\n")[0].splitlines())
        assert heading[:2] == ["LOC", "CFA"]
        for location, cfa, *found in rows:
            rules = table.rules(int(location, 16))
            assert rules is not None
            register, offset = cfa.split("+")
            assert (rules.cfa_register, rules.cfa_offset) == (numbers[register], int(offset))
            saved = {name: int(rule[1:]) for name, rule in zip(heading[2:], found, strict=True) if rule != "u"}
            known = {numbers[name]: offset for name, offset in saved.items() if name in numbers}
            assert {number: offset for number, offset in rules.saved.items() if number < len(numbers)} == known
            compared += 1
    assert compared > 50


def test_damaged_call_frame_information_only_ends_the_backtrace() -> None:
    contents = compiled(_chain("unreachable"))
    section = bytes(elf.read(contents).section(EH_FRAME).contents)
    at = contents.index(section)
    chance = random.Random(1)
    complete = 0
    for _ in range(300):
        damaged = bytearray(section)
        for _ in range(chance.choice((1, 3, 30))):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        names = _backtrace(mvvm.load(contents[:at] + bytes(damaged) + contents[at + len(section) :]))
        complete += names == _CHAIN_NAMES
    assert 0 < complete < 300


def test_random_bytes_are_no_call_frame_information() -> None:
    chance = random.Random(2)
    for size in range(400):
        table = CallFrames(chance.randbytes(size), 0)
        for pc in (0, 1000, 1 << 40):
            assert table.rules(pc) is None

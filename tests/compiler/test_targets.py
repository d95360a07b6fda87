"""Code for each target, looked at with other tools; code for this machine also at its plainest."""

from __future__ import annotations

import math
from typing import Any

import capstone
import pytest

import mvvm
from mvvm import cpu
from mvvm.abi import elf, sections
from mvvm.aot.disassemble import disassemble
from mvvm.aot.machines import MACHINES
from mvvm.errors import UsageError
from mvvm.lower.support import lower_support
from mvvm.runtime import metadata
from mvvm.wasm.types import FuncType

_WAT = """(module
  (import "env" "h" (func $h (param i32) (result f64)))
  (memory 1) (table 2 funcref) (elem (i32.const 0) $sum)
  (type $t (func (param i32 i32) (result f64)))
  (func $sum (export "sum") (type $t) (local f64)
    (loop $again
      (local.set 2 (f64.add (local.get 2) (f64.load (local.get 0))))
      (local.set 0 (i32.add (local.get 0) (i32.const 8)))
      (br_if $again (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
    (local.get 2))
  (func $cases (export "cases") (param i32) (result i32)
    (block (block (block (block (block (br_table 0 1 2 3 4 (local.get 0)))
      (return (i32.const 10))) (return (i32.const 21))) (return (i32.const 33))) (return (i32.const 48)))
    (i32.div_u (i32.const 100) (local.get 0)))
  (func (export "rounds") (param f64) (result f64)
    (f64.nearest (f64.floor (f64.add (f64.ceil (local.get 0)) (f64.trunc (local.get 0))))))
  (func (export "bits") (param i64) (result i64)
    (i64.add (i64.popcnt (local.get 0)) (i64.mul (i64.clz (local.get 0)) (i64.ctz (local.get 0)))))
  (func (export "calls") (param i32) (result f64)
    (f64.add (call $h (local.get 0)) (call_indirect (type $t) (i32.const 0) (i32.const 1) (i32.const 0)))))"""


@pytest.mark.parametrize("opt_level", [0, 3])
@pytest.mark.parametrize("architecture", sorted(cpu.CPUS))
def test_code_for_any_target_from_here(architecture: str, opt_level: int) -> None:
    target = mvvm.Target.parse(architecture)
    aot = mvvm.compile(_WAT.encode(), mvvm.CompileOptions(opt_level=opt_level, target=target))
    file = elf.read(aot)
    assert file.machine == architecture
    found = metadata.Target(bytes(file.section(sections.TARGET).contents))
    assert found.triple == f"{architecture}-unknown-linux-gnu"
    assert found.cpu_features == list(target.features)
    wasm = file.section(sections.WASM).contents
    info = metadata.read_module(bytes(file.section(sections.MODULE).contents), len(wasm))
    text = file.section(sections.TEXT)
    offsets = metadata.Functions(bytes(file.section(sections.FUNCTIONS).contents), info, text.size)
    starts = {at for at, _, _ in disassemble(MACHINES[architecture], bytes(text.contents), 0)}
    assert {offset for offset in offsets.functions if offset != metadata.NO_CODE} <= starts
    assert {offsets.enter, offsets.on_signal, *offsets.invoke_thunks, *offsets.host_thunks} <= starts


def test_aarch64_functions_end_by_returning_or_trapping() -> None:
    """Every instruction of a function decodes, and its last one goes elsewhere."""
    target = mvvm.Target.parse("aarch64")
    file = elf.read(mvvm.compile(_WAT.encode(), mvvm.CompileOptions(target=target)))
    text = file.section(sections.TEXT)
    wasm = file.section(sections.WASM).contents
    info = metadata.read_module(bytes(file.section(sections.MODULE).contents), len(wasm))
    offsets = metadata.Functions(bytes(file.section(sections.FUNCTIONS).contents), info, text.size)
    support = [offsets.enter, offsets.on_signal, *offsets.invoke_thunks, *offsets.host_thunks, text.size]
    decoder = capstone.Cs(*MACHINES["aarch64"].capstone)
    for start in offsets.functions:
        end = min(offset for offset in [*offsets.functions, *support] if offset > start)
        code = bytes(text.contents[start:end])
        mnemonics = [mnemonic for _, _, mnemonic, _ in decoder.disasm_lite(code, start)]
        assert "ret" in mnemonics
        assert "udf" not in mnemonics[: mnemonics.index("ret")]


@pytest.mark.parametrize(
    ("architecture", "step", "touch"),
    [
        ("x86_64", "sub rsp, 0x1000", "[rsp], 0"),
        ("aarch64", "sub sp, sp, #1, lsl #12", "str xzr, [sp]"),
        ("s390x", "aghi %r15, -0x1000", "cg %r0, 0xff8(%r15)"),
        ("riscv64", "addi sp, sp, -0x800", "sdsp zero, 0(sp)"),
    ],
)
def test_large_frames_are_touched_page_by_page(architecture: str, step: str, touch: str) -> None:
    """So that none jumps over the guard page below the stack."""
    locals_ = range(1, 700)
    loads = " ".join(f"(local.set {i} (i64.load (i32.const {8 * i})))" for i in locals_)
    stores = " ".join(f"(i64.store (i32.const {8 * i}) (local.get {i}))" for i in locals_)
    wat = f"""(module (import "env" "h" (func $h)) (memory 1)
      (func (export "f") (param i32) (local {"i64 " * len(locals_)}) {loads} (call $h) {stores}))"""
    options = mvvm.CompileOptions(opt_level=1, target=mvvm.Target.parse(architecture))
    text = elf.read(mvvm.compile(wat.encode(), options)).section(sections.TEXT)
    lines = [line for _, _, line in disassemble(MACHINES[architecture], bytes(text.contents), 0)]
    at = lines.index(step)
    assert touch in lines[at + 1]


_ACCESSES = """(module (memory 1)
  (func (export "i32.load") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "i64.load") (param i32) (result i64) (i64.load (local.get 0)))
  (func (export "f32.load") (param i32) (result f32) (f32.load (local.get 0)))
  (func (export "f64.load") (param i32) (result f64) (f64.load (local.get 0)))
  (func (export "i64.load8_s") (param i32) (result i64) (i64.load8_s (local.get 0)))
  (func (export "i32.load16_u") (param i32) (result i32) (i32.load16_u (local.get 0)))
  (func (export "i64.load16_s") (param i32) (result i64) (i64.load16_s (local.get 0)))
  (func (export "i64.load32_u") (param i32) (result i64) (i64.load32_u (local.get 0)))
  (func (export "i32.store") (param i32 i32) (i32.store (local.get 0) (local.get 1)))
  (func (export "i64.store") (param i32 i64) (i64.store (local.get 0) (local.get 1)))
  (func (export "f32.store") (param i32 f32) (f32.store (local.get 0) (local.get 1)))
  (func (export "f64.store") (param i32 f64) (f64.store (local.get 0) (local.get 1)))
  (func (export "i64.store8") (param i32 i64) (i64.store8 (local.get 0) (local.get 1)))
  (func (export "i32.store16") (param i32 i32) (i32.store16 (local.get 0) (local.get 1)))
  (func (export "i64.store32") (param i32 i64) (i64.store32 (local.get 0) (local.get 1))))"""


def _functions(architecture: str, wat: str) -> dict[str, list[str]]:
    """The instructions of each exported function."""
    file = elf.read(mvvm.compile(wat.encode(), mvvm.CompileOptions(target=mvvm.Target.parse(architecture))))
    text = file.section(sections.TEXT)
    wasm = file.section(sections.WASM).contents
    info = metadata.read_module(bytes(file.section(sections.MODULE).contents), len(wasm))
    offsets = metadata.Functions(bytes(file.section(sections.FUNCTIONS).contents), info, text.size)
    found = {}
    for export in info.exports:
        code = bytes(text.contents[offsets.functions[export.index - info.num_imported_functions] :])
        lines: list[str] = []
        for _, _, line in disassemble(MACHINES[architecture], code, 0):
            lines.append(line)
            if line in ("br %r14", "c.jr ra"):
                break
        found[export.name] = lines
    return found


@pytest.mark.parametrize(
    ("name", "access"),
    [
        ("i32.load", "lrv"), ("i64.load", "lrvg"), ("f32.load", "lrv"), ("f64.load", "lrvg"), ("i64.load8_s", "lgb"),
        ("i32.load16_u", "lrvh"), ("i64.load16_s", "lrvh"), ("i64.load32_u", "lrv"), ("i32.store", "strv"),
        ("i64.store", "strvg"), ("f32.store", "strv"), ("f64.store", "strvg"), ("i64.store8", "stc"),
        ("i32.store16", "strvh"), ("i64.store32", "strv"),
    ],
)  # fmt: skip
def test_s390x_reverses_what_it_loads_and_stores(name: str, access: str) -> None:
    """With the instruction that makes the access, and only once."""
    mnemonics = [line.split()[0] for line in _functions("s390x", _ACCESSES)[name]]
    assert mnemonics.count(access) == 1
    assert not [mnemonic for mnemonic in mnemonics if "rv" in mnemonic and mnemonic != access]


def test_riscv64_accesses_what_is_not_aligned_at_once() -> None:
    """A store that traps has no effect then. Floats travel in registers of their own."""
    functions = _functions("riscv64", _ACCESSES)
    assert functions["i64.store"][-2:] == ["c.sd a2, 0(a0)", "c.jr ra"]
    assert [line for line in functions["f64.load"] if "fa0" in line] == ["c.fld fa0, 0(a0)"]
    assert [line for line in functions["f32.store"] if "fa0" in line] == ["fsw fa0, 0(a0)"]


def test_riscv64_says_which_abi_it_follows() -> None:
    aot = mvvm.compile(_ACCESSES.encode(), mvvm.CompileOptions(target=mvvm.Target.parse("riscv64")))
    flags = int.from_bytes(aot[48:52], "little")
    assert flags == 0x5  # EF_RISCV_RVC, EF_RISCV_FLOAT_ABI_DOUBLE


@pytest.mark.parametrize(
    ("architecture", "signed", "unsigned"), [("s390x", "signext", "zeroext"), ("riscv64", "signext", "signext")]
)
def test_integers_fill_the_registers_that_c_functions_get(architecture: str, signed: str, unsigned: str) -> None:
    ir = lower_support(mvvm.Target.parse(architecture), [FuncType("i", "")])
    assert f"define hidden {signed} i32 @mvvm_enter(" in ir
    assert f"@_longjmp(ptr, i32 {signed} )" in ir
    assert f"%callback(i32 {unsigned} %p0)" in ir
    plain = lower_support(mvvm.Target.parse("aarch64"), [FuncType("i", "")])
    assert "ext i32" not in plain.replace("= zext i32", "")
    assert "%callback(i32 %p0)" in plain


@pytest.mark.parametrize("architecture", sorted(cpu.CPUS))
def test_all_registers_are_preserved_at_stable_points_where_llvm_can(architecture: str) -> None:
    ir = lower_support(mvvm.Target.parse(architecture), [FuncType("", "")])
    assert ("preserve_allcc" in ir) == (architecture in ("x86_64", "aarch64"))


def test_features_of_s390x_come_by_generations() -> None:
    z13, z14, z15 = (set(cpu.CPUS["s390x"][name]) for name in ("z13", "z14", "z15"))
    assert z13 < z14 < z15 == set(cpu.FEATURES["s390x"])
    assert "vector" in z13
    assert "vector-enhancements-1" in z14 - z13
    assert mvvm.Target.parse("s390x").cpu == "z13"


@pytest.mark.parametrize("cpu_name", [*cpu.CPUS[cpu.host_architecture()], "native"])
def test_code_for_any_cpu_of_this_machine_does_the_same(cpu_name: str) -> None:
    target = mvvm.Target.parse(cpu_name=cpu_name)
    if cpu.missing_features(target.architecture, target.features):
        with pytest.raises(mvvm.errors.IncompatibleAot, match=f"is for CPU {cpu_name}, this one lacks"):
            mvvm.load(mvvm.compile(_WAT.encode(), mvvm.CompileOptions(target=target)))
        return
    host = mvvm.Func(mvvm.FuncType("i", "F"), lambda x: x / 4)
    program = mvvm.load(mvvm.compile(_WAT.encode(), mvvm.CompileOptions(target=target)))
    guest: Any = mvvm.Instance(program, {"env": {"h": host}}).exports
    assert guest["sum"](0, 100) == 0.0
    assert [guest["cases"](i) for i in (0, 1, 2, 3, 4, 50)] == [10, 21, 33, 48, 25, 2]
    assert [guest["rounds"](x) for x in (2.5, -0.3, 1e300, math.inf)] == [5.0, -0.0, 2e300, math.inf]
    assert [guest["bits"](x) for x in (0, 1, -1, 0x00FF_0000_0000_0000)] == [4096, 1 + 0, 64, 8 + 8 * 48]
    assert guest["calls"](6) == 1.5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("sparc",), "unknown target 'sparc': the targets are"),
        (("x86_64-pc-windows",), "only Linux"),
        (("x86_64", "pentium"), "unknown CPU 'pentium' for x86_64: one of"),
        (("x86_64", None, "avx"), "unknown CPU feature 'avx': write"),
        (("x86_64", None, "+mmx"), r"unknown CPU feature '\+mmx'"),
    ],
)
def test_targets_that_are_none(arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        mvvm.Target.parse(*arguments)


def test_features_are_added_and_taken_away() -> None:
    plain = mvvm.Target.parse("x86_64", "x86-64")
    more = mvvm.Target.parse("x86_64-linux-gnu", "x86-64", "+sse3,+popcnt,-sse3")
    assert (plain.features, more.features) == ((), ("popcnt",))

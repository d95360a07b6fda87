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
from mvvm.runtime import metadata

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
    ("architecture", "step"), [("x86_64", "sub rsp, 0x1000"), ("aarch64", "sub sp, sp, #1, lsl #12")]
)
def test_large_frames_are_touched_page_by_page(architecture: str, step: str) -> None:
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
    assert "[rsp], 0" in lines[at + 1] or lines[at + 1] == "str xzr, [sp]"


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

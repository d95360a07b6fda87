"""`inspect` tells where a program can be stopped, and finds each of these places in the machine code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import mvvm
from mvvm import cpu
from mvvm.cli.describe import describe_aot
from mvvm.options import CompileOptions, Policy, Target
from mvvm.runtime.aot_contents import AotContents
from tests.cli.commands import succeed
from tests.programs.compiled import compiled

_ARCHITECTURES = sorted(cpu.CPUS)
_WAT = """(module (import "env" "h" (func $h (param i32) (result f64)))
  (func $sum (export "sum") (param $n i32) (param i64) (result f64) (local $total f64)
    (f32.const 1)
    (loop $again
      (if (i32.and (local.get $n) (i32.const 1))
        (then (local.set $total (f64.add (local.get $total) (call $h (local.get $n))))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    drop (local.get $total))
  (func $short (export "short") (param $x i32) (result i32) (local $n i32)
    (loop $again
      (local.set $x (i32.mul (local.get $x) (local.get $x)))
      (br_if $again (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 20))))
    (local.get $x))
  (func $quiet (param i32) (result i32) (local.get 0)))"""


def _describe(path: Path) -> Any:
    return describe_aot(AotContents(path.read_bytes()))


def _aot(folder: Path, policy: Policy, architecture: str | None = None) -> Path:
    path = folder / f"{policy}-{architecture}.aot"
    options = CompileOptions(target=Target.parse(architecture), checkpoint=policy, threshold_bits=4)
    path.write_bytes(mvvm.compile(_WAT.encode(), options))
    return path


@pytest.mark.parametrize("architecture", _ARCHITECTURES)
def test_the_json_has_every_point(architecture: str, tmp_path: Path) -> None:
    about = json.loads(succeed("mvvm-inspect", "--json", _aot(tmp_path, Policy.COUNTER_LOOP, architecture)))
    assert (about["options"]["checkpoint"], about["options"]["threshold_bits"]) == ("counter-loop", 4)
    assert about["stable_points"] == {"loops": 2, "calls": 1, "in_code": 3}
    _, total, short, quiet = about["functions"]
    assert [f["suspends"] for f in about["functions"]] == [True, True, True, False]
    at_loop, after_call = total["stable_points"]
    assert at_loop.pop("pc") < after_call.pop("pc") < short["stable_points"][0].pop("pc")
    locals_ = {"0": "i32", "2": "f64"}
    assert at_loop == {"kind": "loop", "locals": locals_, "operands": ["f32"], "results": [], "in_code": True}
    assert after_call == {
        "kind": "call",
        "locals": {"0": "i32"},
        "operands": ["f32", "f64"],
        "results": ["f64"],
        "in_code": True,
    }
    counting = {"0": "i32", "1": "i32"}
    assert short["stable_points"] == [
        {"kind": "loop", "locals": counting, "operands": [], "results": [], "in_code": True}
    ]
    assert quiet["stable_points"] == []


def test_the_text_counts_them(tmp_path: Path) -> None:
    lines = succeed("mvvm-inspect", _aot(tmp_path, Policy.COUNTER_LOOP)).splitlines()
    policy = "counter-loop (2^4 iterations)"
    assert (f"checkpoints:     {policy}, 2 stable points at loops, 1 after calls; 3 of 3 stand in the code") in lines
    at = lines.index("stable points (function, its points, of them at loops and after calls):")
    assert [line.split() for line in lines[at + 1 :]] == [["1", "2", "1", "1"], ["2", "1", "1", "0"]]
    functions_only = succeed("mvvm-inspect", _aot(tmp_path, Policy.FUNCTION)).splitlines()
    assert (
        "checkpoints:     function, 0 stable points at loops, 1 after calls; 1 of 1 stand in the code" in functions_only
    )


def test_a_point_that_is_never_reached_is_not_in_the_code(tmp_path: Path) -> None:
    """A strip of 2^16 iterations is never full in a loop of 20, so LLVM drops its point; one each time stays."""
    path = tmp_path / "short.aot"
    for policy, in_code in ((Policy.COUNTER_LOOP, False), (Policy.LOOP, True)):
        path.write_bytes(mvvm.compile(_WAT.encode(), CompileOptions(checkpoint=policy)))
        about = _describe(path)
        assert [point["in_code"] for point in about["functions"][2]["stable_points"]] == [in_code]
        assert about["stable_points"]["in_code"] == 2 + in_code


@pytest.mark.parametrize(
    ("architecture", "threshold_bits", "dropped"),
    [
        ("x86_64", 16, []),
        # Loops that never fill a strip: what is left over where a loop was unrolled four times, and ones over the 45
        # slots of a new stack. LLVM unrolls the first of these, and the others in part, for this machine only.
        ("aarch64", 16, ["f_luaopen", "luaV_execute", "lua_newthread", "lua_settop", "mem.find__func_42"]),
        ("aarch64", 1, []),
    ],
)
def test_every_point_of_a_real_program_is_in_its_code(
    architecture: str, threshold_bits: int, dropped: list[str]
) -> None:
    """All but points of strips that are never full, where LLVM finds that out."""
    options = CompileOptions(
        target=Target.parse(architecture), checkpoint=Policy.COUNTER_LOOP, threshold_bits=threshold_bits
    )
    functions = _describe(compiled("lua", options))["functions"]
    points = [(function["name"], point) for function in functions for point in function["stable_points"]]
    kinds = [point["kind"] for _, point in points]
    assert (kinds.count("loop"), kinds.count("call")) == (489, 3821)
    found = [(name, point["kind"]) for name, point in points if not point["in_code"]]
    assert sorted(found) == [(name, "loop") for name in dropped]


def test_no_point_of_a_program_that_looks_out_each_time_is_dropped() -> None:
    counts = _describe(compiled("bzip2", CompileOptions(checkpoint=Policy.LOOP)))["stable_points"]
    assert counts["in_code"] == counts["loops"] + counts["calls"] > 100

from __future__ import annotations

import json
import subprocess
from itertools import pairwise
from pathlib import Path

from mvvm.abi import elf, sections
from tests.cli import guests
from tests.cli.commands import command, environment, fail, succeed


def test_the_text_tells_what_is_in_the_file(math: Path) -> None:
    text = succeed("mvvm-inspect", math)
    for line in (
        "mvvm .aot file",
        "options:         opt level 3, aux stack check on",
        "checkpoints:     none: compiled without stable points",
        "name:            math",
        "  function  wasi_snapshot_preview1.proc_exit  (i32) -> ()",
        "  memory    0   memory          1 10",
        "  function  12  factorial       (i64) -> (i64)",
        "  0  3 funcref",
        "  0  (mut i32)",
    ):
        assert line in text.splitlines()


def test_an_empty_module_can_be_inspected(tmp_path: Path) -> None:
    (tmp_path / "empty.wat").write_text("(module)")
    succeed("mvvm-compile", tmp_path / "empty.wat")
    assert succeed("mvvm-inspect", tmp_path / "empty.aot").startswith("mvvm .aot file\n")
    assert succeed("mvvm-inspect", tmp_path / "empty.wat").startswith("WebAssembly module\n")


def test_the_json_has_it_all(math: Path) -> None:
    about = json.loads(succeed("mvvm-inspect", "--json", math))
    assert about["kind"] == "aot"
    assert about["format_version"] == sections.FORMAT_VERSION
    assert about["options"] == {
        "opt_level": 3,
        "aux_stack_check": True,
        "checkpoint": "none",
        "threshold_bits": None,
        "canonicalize_nans": False,
    }
    assert about["module_intact"] is True
    assert about["file_size"] == math.stat().st_size
    assert about["memories"] == [{"index": 0, "type": "1 10", "imported": False}]
    assert about["exports"][1] == {"name": "add", "kind": "function", "index": 1, "type": "(i32 i32) -> (i32)"}
    functions = about["functions"]
    without_points = {"suspends": False, "stable_points": []}
    assert functions[0] == {"index": 0, "type": "(i32) -> ()", "imported": True, "name": "exit", **without_points}
    assert [function["index"] for function in functions] == list(range(13))
    places = sorted((f["offset"], f["size"]) for f in functions[1:])
    assert all(start + size <= after for (start, size), (after, _) in pairwise(places))
    assert places[-1][0] + places[-1][1] <= about["section_sizes"][".text"]


def test_a_file_for_another_machine_can_be_inspected(compiled: Path) -> None:
    foreign = compiled / "foreign.aot"
    about = json.loads(succeed("mvvm-inspect", "--json", foreign))
    machine = elf.read(foreign.read_bytes()).machine
    assert about["target"] == f"{machine}-unknown-linux-gnu"
    assert len(succeed("mvvm-inspect", "--function", "depth", foreign).splitlines()) > 5


def test_a_function_is_disassembled(math: Path) -> None:
    about = json.loads(succeed("mvvm-inspect", "--json", math))
    size = about["functions"][4]["size"]
    for wanted in ("4", "middle"):
        listed = json.loads(succeed("mvvm-inspect", "--json", "--function", wanted, math))
        assert listed["function"] == 4
        assert sum(len(bytes.fromhex(row["bytes"])) for row in listed["instructions"]) == size
    text = succeed("mvvm-inspect", "--function", "middle", math).splitlines()
    assert text[0] == "function 4 middle: (i32) -> (i32)"
    assert len(text) == 1 + len(listed["instructions"])


def test_only_functions_with_code_are_disassembled(math: Path) -> None:
    assert "there is no such function" in fail(2, "mvvm-inspect", "--function", "13", math)
    assert "there is no such function" in fail(2, "mvvm-inspect", "--function", "nothing", math)
    assert "it is imported" in fail(2, "mvvm-inspect", "--function", "exit", math)


def test_a_module_is_described_and_its_instructions_listed(tmp_path: Path) -> None:
    module = tmp_path / "math.wat"
    module.write_text(guests.MATH)
    text = succeed("mvvm-inspect", module)
    assert text.startswith("WebAssembly module\n")
    assert "  12  -          (i64) -> (i64)" in text
    about = json.loads(succeed("mvvm-inspect", "--json", module))
    assert about["kind"] == "module"
    assert about["functions"][1]["size"] > 0
    assert "i64.mul" in succeed("mvvm-inspect", "--function", "factorial", module)
    assert "--json" in fail(2, "mvvm-inspect", "--json", "--function", "1", module)


def test_a_reader_that_stops_ends_it_quietly(math: Path) -> None:
    process = subprocess.Popen(
        ["sh", "-c", '"$0" "$1" | head -n 1', *command("mvvm-inspect", math)],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    stdout, stderr = process.communicate(timeout=60)
    assert (stdout, stderr) == ("mvvm .aot file\n", "")

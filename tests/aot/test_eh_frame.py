"""Call frame information of several objects becomes one table, which covers each function once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mvvm.abi.sections import EH_FRAME, TEXT
from mvvm.aot import elf_file
from mvvm.aot.machines import MACHINES
from mvvm.runtime.call_frames import CallFrames
from tests.aot.objects import link_ir, program

pytestmark = pytest.mark.parametrize("machine", sorted(MACHINES))


def test_each_function_is_described_exactly(machine: str) -> None:
    if MACHINES[machine].byte_order != ("<" if sys.byteorder == "little" else ">"):
        pytest.skip("it is read in the byte order of the machine that runs the code")
    image = program(machine)
    table = CallFrames(image.eh_frame, image.layout[EH_FRAME].address)
    text = image.layout[TEXT].address
    functions = [symbol for symbol in (*image.symbols.values(), *image.local_functions) if symbol.is_function]
    for function in functions:
        start, is_stub = text + function.offset, function.name.endswith("@plt")
        for pc in (start, start + function.size - 1):
            assert table.function_start(pc) == (None if is_stub else start)
            assert (table.rules(pc) is None) == is_stub
    assert table.function_start(text - 1) is None
    assert table.function_start(text + len(image.text)) is None


def test_readelf_finds_the_entries_of_all_objects(machine: str, tmp_path: Path) -> None:
    image = program(machine)
    path = tmp_path / "program.aot"
    path.write_bytes(elf_file.write(image, MACHINES[machine], {}))
    done = subprocess.run(["readelf", "--debug-dump=frames", path], check=True, capture_output=True, text=True)
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    functions = [symbol for symbol in (*image.symbols.values(), *image.local_functions) if symbol.is_function]
    assert sum(" FDE " in line for line in lines) == len(functions) - len(image.imports)
    assert sum(line.endswith(" CIE") for line in lines) >= 3


def test_code_without_call_frame_information_has_an_empty_section(machine: str) -> None:
    image = link_ir(machine, "define hidden i64 @f() nounwind { ret i64 1 }")
    assert image.eh_frame == b""
    assert CallFrames(image.eh_frame, 0).rules(image.layout[TEXT].address) is None

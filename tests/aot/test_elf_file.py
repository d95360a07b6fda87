from __future__ import annotations

import platform
import subprocess
from pathlib import Path

import lief
import pytest

from mvvm.abi import elf
from mvvm.abi.sections import DATA, GOT, METADATA, RODATA, TARGET, TEXT, WASM
from mvvm.aot import elf_file
from mvvm.aot.machines import MACHINES
from tests.aot.objects import link_ir, program

_METADATA = {name: name.encode() * 10 for name in METADATA}
_NAMES = {"calls": "main", "choose": "füllen (i32)", "count": "a\0b"}


def _write(machine: str) -> bytes:
    return elf_file.write(program(machine), MACHINES[machine], _METADATA, _NAMES)


def _run(*command: str) -> str:
    result = subprocess.run(command, check=True, capture_output=True, env={"LC_ALL": "C.UTF-8"})
    assert result.stderr == b""
    return result.stdout.decode("utf-8", "replace")  # readelf cuts long names in the middle of a character


@pytest.mark.parametrize("machine", sorted(MACHINES))
class TestFile:
    def test_readelf_warns_of_nothing(self, machine: str, tmp_path: Path) -> None:
        path = tmp_path / "program.aot"
        path.write_bytes(_write(machine))
        output = _run("readelf", "-aW", str(path))
        assert "warning" not in output.lower()

    def test_lief_reads_it(self, machine: str, tmp_path: Path) -> None:
        path = tmp_path / "program.aot"
        path.write_bytes(_write(machine))
        binary = lief.ELF.parse(path)
        assert binary is not None
        contents = {str(section.name): bytes(section.content) for section in binary.sections}
        assert contents[TEXT] == program(machine).text
        assert contents[RODATA] == program(machine).rodata
        names = {str(symbol.name) for symbol in binary.symtab_symbols}
        assert {"main", "füllen (i32)", "a?b", "own", "memcpy@plt"} <= names
        assert binary.has_nx

    def test_the_reader_gives_back_what_was_written(self, machine: str) -> None:
        image = program(machine)
        file = elf.read(_write(machine))
        assert file.machine == machine
        rights = [segment.flags for segment in file.segments]
        assert rights == [elf.PF_R, elf.PF_R | elf.PF_X, elf.PF_R | elf.PF_W]
        assert file.section(TEXT).contents == image.text
        assert file.section(RODATA).contents == image.rodata
        for name, contents in _METADATA.items():
            assert file.section(name).contents == contents
        for name in (RODATA, TEXT, GOT, DATA):
            place = image.layout[name]
            assert (file.section(name).address, file.section(name).size) == (place.address, place.size)

    def test_segments_hold_their_sections(self, machine: str) -> None:
        contents = _write(machine)
        file = elf.read(contents)
        for segment, name in zip(file.segments, (RODATA, TEXT), strict=False):
            section = file.section(name)
            start = segment.offset + section.address - segment.address
            assert contents[start : start + section.size] == section.contents
        assert file.segments[2].file_size == 0

    def test_the_module_is_page_aligned_in_the_file(self, machine: str) -> None:
        assert _write(machine).index(_METADATA[WASM]) % 4096 == 0

    def test_nothing_is_padded_needlessly(self, machine: str) -> None:
        metadata = {TARGET: b"x" * 100}
        image = program(machine)
        size = len(elf_file.write(image, MACHINES[machine], metadata))
        # Up to 4096: headers and constants. After them code, names (short), symbols, ten section headers.
        assert size < 4096 + len(image.text) + 100 + 24 * 32 + 500 + 10 * 64

    def test_code_without_imports_and_data_needs_no_writable_segment(self, machine: str) -> None:
        image = link_ir(machine, "define hidden i64 @f() { ret i64 1 }")
        file = elf.read(elf_file.write(image, MACHINES[machine], {}))
        assert [segment.flags & elf.PF_W for segment in file.segments] == [0, 0]

    def test_the_same_image_gives_the_same_file(self, machine: str) -> None:
        assert _write(machine) == _write(machine)


def test_objdump_shows_functions_by_name(tmp_path: Path) -> None:
    path = tmp_path / "program.aot"
    path.write_bytes(_write(platform.machine()))
    output = _run("objdump", "-d", str(path))
    assert "<main>:" in output
    assert "<memcpy@plt>" in output
    assert "(bad)" not in output

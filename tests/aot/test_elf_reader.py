"""The reader refuses with BadAotFile whatever does not hold together, and never fails in another way."""

from __future__ import annotations

import functools
import mmap
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mvvm.abi import elf
from mvvm.abi.sections import TARGET, TEXT, WASM
from mvvm.aot import elf_file
from mvvm.aot.machines import MACHINES
from mvvm.errors import BadAotFile
from tests.aot.objects import program

_SECOND_SEGMENT = elf.EHDR_SIZE + elf.PHDR_SIZE


@functools.cache
def _file() -> bytes:
    metadata = {TARGET: b"target", WASM: b"\0asm\1\0\0\0"}
    return elf_file.write(program("x86_64"), MACHINES["x86_64"], metadata)


def _section_header(name: str) -> int:
    """The offset of a section's header in the file."""
    (table,) = struct.unpack_from("<Q", _file(), 40)
    index = list(elf.read(_file()).sections).index(name) + 1
    return int(table) + index * elf.SHDR_SIZE


def _changed(offset: int, format: str, value: int) -> bytes:
    contents = bytearray(_file())
    struct.pack_into("<" + format, contents, offset, value)
    return bytes(contents)


@pytest.mark.parametrize(
    ("offset", "format", "value", "message"),
    [
        (0, "B", 0x7E, "not an .aot file: it does not begin with an ELF header"),
        (4, "B", 1, "not an .aot file: it is no 64-bit ELF file"),
        (5, "B", 3, "not an .aot file: it is no 64-bit ELF file"),
        (6, "B", 0, "not an .aot file: it is no 64-bit ELF file"),
        (16, "H", 1, "not an .aot file: it is no ELF shared object"),
        (32, "Q", (1 << 64) - 56, "the program headers reach beyond its end"),
        (40, "Q", 1 << 40, "the section headers reach beyond its end"),
        (54, "H", 32, "entries of an unknown size"),
        (58, "H", 40, "entries of an unknown size"),
        (60, "H", 0xFFFF, "the section headers reach beyond its end"),
        (62, "H", 0xFFFF, "no names of sections"),
        (_SECOND_SEGMENT + 4, "I", 7, "both writable and executable"),
        (_SECOND_SEGMENT + 8, "Q", 0x2000_0000, "the bytes of a segment reach beyond its end"),
        (_SECOND_SEGMENT + 8, "Q", 0x1001, "not aligned"),
        (_SECOND_SEGMENT + 16, "Q", 0, "segments overlap"),
        (_SECOND_SEGMENT + 16, "Q", (1 << 64) - 4096, "an impossible size"),
        (_SECOND_SEGMENT + 16, "Q", 0x2000, "segments overlap"),
        (_SECOND_SEGMENT + 40, "Q", 1, "an impossible size"),
        (_SECOND_SEGMENT + 40, "Q", 1 << 62, "an impossible size"),
        (_SECOND_SEGMENT + 48, "Q", 0, "not aligned"),
        (_SECOND_SEGMENT + 48, "Q", 3, "not aligned"),
        (_SECOND_SEGMENT + 48, "Q", 16, "not aligned"),
    ],
)
def test_a_wrong_field_is_refused(offset: int, format: str, value: int, message: str) -> None:
    with pytest.raises(BadAotFile, match=message):
        elf.read(_changed(offset, format, value))


@pytest.mark.parametrize(
    ("field", "format", "value", "message"),
    [
        (0, "I", 1 << 31, "a section's name does not end"),
        (0, "I", 1, "two sections .rodata"),
        (8, "Q", 3, r"section \.text is in no segment of its kind"),
        (16, "Q", 0x1000_0000, r"section \.text is in no segment of its kind"),
        (16, "Q", 0, r"section \.text is in no segment of its kind"),
        (24, "Q", (1 << 64) - 1, r"the bytes of section \.text reach beyond its end"),
        (32, "Q", (1 << 64) - 1, r"the bytes of section \.text reach beyond its end"),
    ],
)
def test_a_wrong_section_is_refused(field: int, format: str, value: int, message: str) -> None:
    with pytest.raises(BadAotFile, match=message):
        elf.read(_changed(_section_header(TEXT) + field, format, value))


def test_a_section_that_is_missing_is_named() -> None:
    with pytest.raises(BadAotFile, match=r"no section \.mvvm\.names"):
        elf.read(_file()).section(".mvvm.names")


def test_another_machine_is_named() -> None:
    assert elf.read(_changed(18, "H", 22)).machine == "s390x"
    assert elf.read(_changed(18, "H", 3)).machine == "machine 3"


def test_a_big_endian_file_is_read() -> None:
    contents = _big_endian(_file())
    file = elf.read(contents)
    assert bytes(file.section(WASM).contents) == b"\0asm\1\0\0\0"
    assert [s.address for s in file.segments] == [s.address for s in elf.read(_file()).segments]


def _big_endian(contents: bytes) -> bytes:
    """The same file with its headers in the other byte order."""
    result = bytearray(contents)
    header = struct.unpack_from("<" + elf.EHDR, contents)
    struct.pack_into(">" + elf.EHDR, result, 0, *header)
    result[5] = 2
    for offset, number, size, format in (
        (header[5], header[10], elf.PHDR_SIZE, elf.PHDR),
        (header[6], header[12], elf.SHDR_SIZE, elf.SHDR),
    ):
        for at in range(offset, offset + number * size, size):
            struct.pack_into(">" + format, result, at, *struct.unpack_from("<" + format, contents, at))
    return bytes(result)


def test_a_mapped_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "program.aot"
    path.write_bytes(_file())
    with path.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        file = elf.read(mapped)
        assert bytes(file.section(TARGET).contents) == b"target"
        del file


def test_every_truncation_is_refused() -> None:
    contents = _file()
    for size in range(len(contents)):
        with pytest.raises(BadAotFile):
            elf.read(contents[:size])


def _check(contents: bytes) -> None:
    """Read a file: only BadAotFile may come, and what is read lies within the file."""
    try:
        file = elf.read(contents)
    except BadAotFile:
        return
    end = 0
    for segment in file.segments:
        assert segment.offset + segment.file_size <= len(contents)
        assert segment.file_size <= segment.memory_size
        assert segment.address >= end
        end = segment.address + segment.memory_size
    assert end <= 1 << 32
    for section in file.sections.values():
        assert len(section.contents) in (0, section.size)


_WORDS = st.one_of(
    st.sampled_from([0, 1, 7, 8, 4095, 4096, (1 << 31) - 1, 1 << 32, (1 << 63) - 1, 1 << 63, (1 << 64) - 1]),
    st.integers(0, (1 << 64) - 1),
    st.integers(0, 16384),
)


def _positions() -> st.SearchStrategy[int]:
    """Positions in the tables of the file, where a change matters."""
    (table,) = struct.unpack_from("<Q", _file(), 40)
    return st.integers(0, 320) | st.integers(table - 200, len(_file()) - 8)


@settings(max_examples=3000, deadline=None)
@given(st.lists(st.tuples(_positions(), st.sampled_from([1, 2, 4, 8]), _WORDS), min_size=1, max_size=4))
def test_changed_files_are_refused_or_read(changes: list[tuple[int, int, int]]) -> None:
    contents = bytearray(_file())
    for position, size, word in changes:
        contents[position : position + size] = (word & ((1 << 8 * size) - 1)).to_bytes(size, "little")
    _check(bytes(contents))


@settings(max_examples=1000, deadline=None)
@given(st.binary(max_size=600))
def test_noise_after_a_good_start_is_refused_or_read(noise: bytes) -> None:
    _check(_file()[:40] + noise)

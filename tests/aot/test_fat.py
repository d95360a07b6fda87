"""One file with code for several architectures."""

from __future__ import annotations

import re
import struct
import subprocess
from pathlib import Path

import pytest

import mvvm
from mvvm import cpu
from mvvm.abi import elf, sections
from mvvm.errors import BadAotFile, IncompatibleAot, UsageError
from mvvm.options import CompileOptions, Policy, Target
from mvvm.runtime.aot_contents import AotContents

_WAT = b"""(module
  (memory 1) (data (i32.const 8) "data")
  (func (export "f") (param i32) (result i32)
    (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (i32.add (local.get 0) (i32.load (i32.const 8)))))"""
_OPTIONS = CompileOptions(checkpoint=Policy.COUNTER_LOOP)
_EXPECTED = int.from_bytes(b"data", "little")


def _other() -> str:
    return "aarch64" if cpu.host_architecture() == "x86_64" else "x86_64"


def _call(aot: bytes) -> object:
    function = mvvm.Instance(mvvm.load(aot)).exports["f"]
    assert isinstance(function, mvvm.Func)
    return function(3)


@pytest.fixture(scope="module")
def fat() -> bytes:
    return mvvm.compile(_WAT, _OPTIONS, also=[Target.parse(_other())])


def test_it_runs_wherever_the_code_for_this_machine_stands(fat: bytes) -> None:
    here = cpu.host_architecture()
    assert AotContents(fat).architectures == [here, _other()]
    assert _call(fat) == _EXPECTED
    other_first = mvvm.compile(
        _WAT, CompileOptions(checkpoint=Policy.COUNTER_LOOP, target=Target.parse(_other())), also=[Target.parse(here)]
    )
    assert AotContents(other_first).architectures == [_other(), here]
    assert _call(other_first) == _EXPECTED


def test_each_part_is_what_a_file_for_it_alone_has(fat: bytes) -> None:
    for architecture in (cpu.host_architecture(), _other()):
        alone = AotContents(
            mvvm.compile(_WAT, CompileOptions(checkpoint=Policy.COUNTER_LOOP, target=Target.parse(architecture)))
        )
        part = AotContents(fat, architecture)
        assert part.text.contents == alone.text.contents
        assert part.target.triple == alone.target.triple
        assert part.points.pcs == alone.points.pcs
        assert part.wasm == alone.wasm


def test_the_module_is_in_it_once(fat: bytes) -> None:
    assert fat.count(bytes(AotContents(fat).wasm)) == 1


def test_other_code_is_not_mapped(fat: bytes, tmp_path: Path) -> None:
    path = tmp_path / "fat.aot"
    path.write_bytes(fat)
    program = mvvm.load(path)
    section = elf.read(fat).sections[sections.IMAGE + _other()]
    # What of the file is mapped as code or data; the whole of it is mapped for reading, which reads nothing.
    maps = [line for line in Path("/proc/self/maps").read_text().splitlines() if str(path) in line]
    mapped = [re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+) ([0-9a-f]+)", line) for line in maps]
    code = [match for match in mapped if match and "x" in match[3]]
    assert code
    for match in code:
        start = int(match[4], 16)
        assert start + int(match[2], 16) - int(match[1], 16) <= section.offset or start >= section.offset + section.size
    assert program.target.triple.startswith(cpu.host_architecture())


def test_binutils_read_it(fat: bytes, tmp_path: Path) -> None:
    path = tmp_path / "fat.aot"
    path.write_bytes(fat)
    done = subprocess.run(["readelf", "-W", "-S", path], capture_output=True, text=True, check=True)
    assert sections.IMAGE + _other() in done.stdout
    assert done.stderr == ""
    part = tmp_path / "part"
    name = sections.IMAGE + _other()
    subprocess.run(["objcopy", "-O", "binary", f"--dump-section={name}={part}", path, tmp_path / "rest"], check=True)
    assert elf.read(part.read_bytes()).machine == _other()


def test_one_target_of_each_architecture() -> None:
    with pytest.raises(UsageError, match="one target of each architecture"):
        mvvm.compile(_WAT, _OPTIONS, also=[Target.parse(cpu.host_architecture())])


def test_no_code_for_an_architecture(fat: bytes) -> None:
    with pytest.raises(IncompatibleAot, match=f"no code for vax: {cpu.host_architecture()}, {_other()}"):
        AotContents(fat, "vax")


def test_damaged_parts_are_found() -> None:
    here = cpu.host_architecture()
    options = CompileOptions(target=Target.parse(_other()))
    fat = bytearray(mvvm.compile(_WAT, options, also=[Target.parse(here)]))
    whole = elf.read(bytes(fat))
    part = whole.sections[sections.IMAGE + here]
    for damaged, message in (
        (
            _with(fat, part.offset + 18, struct.pack("<H", 183 if here == "x86_64" else 62)),
            f"what it has for {here} is",
        ),
        (_with(fat, part.offset, b"\0"), "does not begin with an ELF header"),
    ):
        with pytest.raises(BadAotFile, match=message):
            mvvm.load(damaged)
    # Its own header says that it begins elsewhere.
    shoff = struct.unpack_from("<Q", fat, 40)[0]
    index = list(whole.sections).index(sections.IMAGE + here) + 1
    with pytest.raises(BadAotFile, match="not aligned"):
        mvvm.load(_with(fat, shoff + 64 * index + 24, struct.pack("<Q", part.offset - 4096)))


def _with(contents: bytearray, offset: int, change: bytes) -> bytes:
    return bytes(contents[:offset] + change + contents[offset + len(change) :])

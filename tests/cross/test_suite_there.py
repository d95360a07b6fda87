"""A choice of the reference test suite on an aarch64: three quarters of its commands, in one and a half minutes.

tests.cross.suite_there runs the others too, and on other machines.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from tests.cross import suite_there
from tests.spec import suite

_ARCHITECTURE = "aarch64"
# Patterns of files. Left out are those that an emulator takes long for, which reserve one memory after the other.
_PARTS = {
    "vectors": ("simd_*.wast", "*relaxed_*.wast"),
    "numbers": (
        "conversions.wast", "endianness.wast", "f32.wast", "f32_*.wast", "f64.wast", "f64_*.wast", "float_exprs.wast",
        "float_literals.wast", "float_memory.wast", "float_misc.wast", "i32.wast", "i64.wast", "int_exprs.wast",
    ),
    "memory": (
        "address.wast", "load.wast", "memory.wast", "memory_copy.wast", "memory_fill.wast", "memory_grow.wast",
        "memory_trap.wast", "store.wast", "traps.wast",
        "endianness64.wast", "load64.wast", "memory_trap64.wast", "table_copy64.wast", "proposals/threads/atomic.wast",
    ),
    "control": (
        "br_table.wast", "call.wast", "call_indirect.wast", "call_ref.wast", "return_call*.wast", "select.wast",
        "table_copy.wast", "tag.wast", "throw*.wast", "try_table.wast", "legacy/*.wast",
    ),
}  # fmt: skip
# Files whose calls can be stopped, with the stops that there are at least.
_STOPPED = {
    "call.wast": 20, "call_ref.wast": 20, "fac.wast": 10, "return_call.wast": 20, "return_call_indirect.wast": 40,
    "return_call_ref.wast": 30, "legacy/try_delegate.wast": 1,
}  # fmt: skip


@pytest.mark.parametrize("part", _PARTS)
def test_part(part: str, tmp_path: Path) -> None:
    files = [file for file in suite.files_for("mvvm") if any(fnmatchcase(file, name) for name in _PARTS[part])]
    ran = suite_there.run(_ARCHITECTURE, files, tmp_path)
    assert [surprise for file in ran for surprise in file.surprises] == []
    assert [file.file for file in ran] == files


def test_calls_that_are_stopped(tmp_path: Path) -> None:
    """Each is stopped twice and goes on in another instance, all on the other machine."""
    ran = suite_there.run(_ARCHITECTURE, list(_STOPPED), tmp_path, stopped=True)
    assert [surprise for file in ran for surprise in file.surprises] == []
    assert {file.file for file in ran if file.stops >= _STOPPED[file.file]} == _STOPPED.keys()

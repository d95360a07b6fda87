"""From the source of a guest to a module."""

from __future__ import annotations

import functools
import hashlib
import os
import sys
from importlib.metadata import version
from pathlib import Path

import wasmtime

from tests.programs.cache import CACHE, locked
from tests.programs.sources import run, zig_environment
from tests.programs.strip import without_dwarf

SOURCES = Path(__file__).parent / "guests"
_PRELUDE = "  ;; prelude\n"
# A small stack, or the memory that is compared after each run would be sixteen megabytes. None of the checks that Zig
# adds at -O0: they bring a large library, and a random number.
_ALWAYS = ("-Wl,-z,stack-size=65536", "-fno-sanitize=all", "-fno-stack-protector")


@functools.cache
def build(source: str, flags: tuple[str, ...] = ()) -> Path:
    """The path of a guest's module, built if need be. `flags` are for C. Raises BuildFailure."""
    path = SOURCES / source
    recipe = "\0".join([*flags, *_ALWAYS, version("ziglang"), version("wasmtime")]).encode()
    for file in (path, SOURCES / "guest.h", SOURCES / "prelude.wat"):
        recipe += b"\0" + file.read_bytes()
    made = CACHE / "torture" / f"{path.stem}{''.join(flags)}-{hashlib.sha256(recipe).hexdigest()[:16]}.wasm"
    with locked(made):
        if not made.exists():
            unfinished = made.with_suffix(".unfinished")
            if path.suffix == ".wat":
                unfinished.write_bytes(_assemble(path))
            else:
                command = [sys.executable, "-m", "ziglang", "cc", "-target", "wasm32-wasi", *flags, *_ALWAYS]
                environment = os.environ | zig_environment()
                run([*command, "-Wall", "-Werror", path, "-o", unfinished], made.parent, environment=environment)
                unfinished.write_bytes(without_dwarf(unfinished.read_bytes()))
            unfinished.rename(made)
    return made


def _assemble(path: Path) -> bytes:
    text = path.read_text()
    assert _PRELUDE in text, f"{path.name} lacks the line of the prelude"
    return bytes(wasmtime.wat2wasm(text.replace(_PRELUDE, (SOURCES / "prelude.wat").read_text(), 1)))

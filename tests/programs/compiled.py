"""Programs compiled by mvvm, kept until the module or the compiler changes."""

from __future__ import annotations

import functools
import hashlib
from importlib.metadata import version
from pathlib import Path

import mvvm
from tests.programs.build import build
from tests.programs.cache import CACHE, locked

_ROOT = Path(__file__).resolve().parents[2]
_COMPILER = ("mvvm/compiler.py", "mvvm/options.py", "mvvm/cpu.py", "mvvm/wasm", "mvvm/abi", "mvvm/lower", "mvvm/aot")


@functools.cache
def compiler_digest() -> str:
    """Changes when anything does that an `.aot` file depends on besides its module."""
    digest = hashlib.sha256(version("llvmlite").encode())
    for place in (*_COMPILER, "passes", "proto"):
        path = _ROOT / place
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def compiled(name: str, options: mvvm.CompileOptions | None = None) -> Path:
    """The `.aot` file of a program, with the program built and compiled if need be."""
    options = options or mvvm.CompileOptions()
    wasm = build(name).read_bytes()
    key = hashlib.sha256(f"{compiler_digest()} {options}".encode() + wasm).hexdigest()
    made = CACHE / "aot" / f"{name}-{key[:32]}.aot"
    with locked(made):
        if not made.exists():
            unfinished = made.with_suffix(".unfinished")
            unfinished.write_bytes(mvvm.compile(wasm, options))
            unfinished.rename(made)
    return made

"""Builds of `kernels/*.c`: for WASI, and the same for this machine as the yardstick; and of `kernels/*.wat`."""

from __future__ import annotations

import hashlib
import os
import sys
from importlib.metadata import version
from pathlib import Path

import wasmtime

from tests.programs.cache import CACHE
from tests.programs.sources import run, zig_environment

KERNELS = Path(__file__).parent / "kernels"
# Unrolling is done before Wasm is written, where the target's registers are not known, so it is measured apart.
BUILDS = {"O3": ("-O3",), "no-unroll": ("-O3", "-fno-unroll-loops")}
VECTORS = "simd"  # a build with vector instructions
_FLAGS = {**BUILDS, VECTORS: ("-O3",)}
_VECTORS = ("-msimd128",)
_WASI = ("-target", "wasm32-wasi")
_NATIVE = ("-march=native",)  # all of this machine's instructions: a strict yardstick


def build(name: str, flags: str, *, native: bool = False) -> Path:
    """The path of a kernel, built if need be; `flags` is a key of BUILDS, or VECTORS. Raises BuildFailure."""
    source = KERNELS / f"{name}.c"
    if not source.exists():
        return _assembled(name)
    target = _NATIVE if native else (*_WASI, *_VECTORS) if flags == VECTORS else _WASI
    command = ["-m", "ziglang", "cc", *target, *_FLAGS[flags], str(source), "-lm"]
    recipe = "\0".join([*command, version("ziglang")]).encode() + source.read_bytes()
    digest = hashlib.sha256(recipe).hexdigest()[:16]
    made = CACHE / "bench" / f"{name}-{flags}-{digest}.{'native' if native else 'wasm'}"
    if not made.exists():
        unfinished = made.with_suffix(".unfinished")
        run([sys.executable, *command, "-o", unfinished], made.parent, environment=os.environ | zig_environment())
        unfinished.rename(made)
    return made


def is_text(name: str) -> bool:
    """Whether a kernel is written in the text format, so that there is no native build of it."""
    return (KERNELS / f"{name}.wat").exists()


def _assembled(name: str) -> Path:
    wasm = bytes(wasmtime.wat2wasm((KERNELS / f"{name}.wat").read_text()))
    made = CACHE / "bench" / f"{name}-{hashlib.sha256(wasm).hexdigest()[:16]}.wasm"
    if not made.exists():
        unfinished = made.with_suffix(".unfinished")
        unfinished.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(wasm)
        unfinished.rename(made)
    return made

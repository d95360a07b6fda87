"""Builds of `kernels/*.c`: two for WASI, and the same two for this machine as the yardstick."""

from __future__ import annotations

import hashlib
import os
import sys
from importlib.metadata import version
from pathlib import Path

from tests.programs.cache import CACHE
from tests.programs.sources import run, zig_environment

KERNELS = Path(__file__).parent / "kernels"
# Unrolling is done before Wasm is written, where the target's registers are not known, so it is measured apart.
BUILDS = {"O3": ("-O3",), "no-unroll": ("-O3", "-fno-unroll-loops")}
_WASI = ("-target", "wasm32-wasi")
_NATIVE = ("-march=native",)  # all of this machine's instructions: a strict yardstick


def build(name: str, flags: str, *, native: bool = False) -> Path:
    """The path of a kernel, built if need be; `flags` is a key of BUILDS. Raises BuildFailure."""
    source = KERNELS / f"{name}.c"
    command = ["-m", "ziglang", "cc", *(_NATIVE if native else _WASI), *BUILDS[flags], str(source), "-lm"]
    recipe = "\0".join([*command, version("ziglang")]).encode() + source.read_bytes()
    digest = hashlib.sha256(recipe).hexdigest()[:16]
    made = CACHE / "bench" / f"{name}-{flags}-{digest}.{'native' if native else 'wasm'}"
    if not made.exists():
        unfinished = made.with_suffix(".unfinished")
        run([sys.executable, *command, "-o", unfinished], made.parent, environment=os.environ | zig_environment())
        unfinished.rename(made)
    return made

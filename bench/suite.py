"""What is measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import kernel
from tests.programs import build as programs
from tests.programs.recipes import RECIPES, Recipe
from tests.programs.workloads import HEAVY, HEAVY_ERRORS, Workload

_GROUPS = {
    "dense": ("matmul", "gemm_f32", "jacobi2d", "fft", "nbody", "spectral_norm", "mandelbrot"),
    "integer": ("sieve", "sha256", "crc32", "base64", "fannkuch", "levenshtein"),
    "memory": ("hash_table", "binary_trees", "sort", "linked_list"),
    "calls": ("fib", "nqueens", "indirect_vm"),
    "branchy": ("brainfuck", "tokenizer"),
}
_VECTORS = ("vector_gemm", "vector_mandelbrot", "chacha20", "alpha_blend", "vector_hex")
_PROGRAM = "program"


@dataclass(frozen=True)
class Case:
    """One program, built one way, doing one thing."""

    group: str
    flags: str  # a key of kernel.BUILDS, kernel.VECTORS, or empty for programs
    workload: Workload

    @property
    def id(self) -> str:
        """Name for people and for child processes, unique in the suite."""
        return f"{self.workload.program}-{self.flags}" if self.flags else self.workload.program

    def wasm(self) -> Path:
        """The module, built if need be. Raises BuildFailure."""
        if not self.flags:
            return programs.build(self.workload.program)
        return kernel.build(self.workload.program, self.flags)

    def native(self) -> Path | None:
        """A native build of the same sources, or None if there are no sources. Raises BuildFailure."""
        if self.flags:
            if kernel.is_text(self.workload.program):
                return None
            return kernel.build(self.workload.program, self.flags, native=True)
        if isinstance(RECIPES[self.workload.program], Recipe):
            return programs.build(self.workload.program, native=True)
        return None


def _cases() -> Iterator[Case]:
    for group, names in _GROUPS.items():
        for name in names:
            for flags in kernel.BUILDS:
                yield Case(group, flags, Workload(name, flags))
    for name in _VECTORS:
        yield Case("vectors", kernel.VECTORS, Workload(name, kernel.VECTORS))
    yield Case("exceptions", "O3", Workload("throwing", "O3"))
    yield Case("exceptions", "", HEAVY_ERRORS)
    for workload in HEAVY:
        yield Case(_PROGRAM, "", workload)


SUITE: dict[str, Case] = {case.id: case for case in _cases()}

"""What each world is made of."""

from __future__ import annotations

from dataclasses import dataclass

VERSION = 3  # of how machines are made: to be raised when the code beside this file makes them differently

# The release of Debian, and what it has. riscv64 came with the next one.
SUITE = "bookworm"
PYTHON = "3.11"
_GLIBC = 36  # 2.36: which wheels run

EMULATORS = "qemu-user-static"
DEBS = (
    f"python{PYTHON}-minimal",
    f"libpython{PYTHON}-minimal",
    f"libpython{PYTHON}-stdlib",
    "libc6",
    "libgcc-s1",
    "libstdc++6",
    "zlib1g",
    "libexpat1",
    "libffi8",
    "libssl3",
    "libbz2-1.0",
    "liblzma5",
    "libsqlite3-0",
    "libuuid1",
)

COMPILER = ("capstone", "lief", "llvmlite", "wasmtime")
"""Distributions that only the compiler and `mvvm-inspect` need. Every world has all others."""


@dataclass(frozen=True)
class Recipe:
    """An architecture, and whether there are wheels of the compiler's packages for it."""

    architecture: str  # as `platform.machine()` says
    debian: str  # as Debian says
    byte_order: str
    has_compiler: bool

    @property
    def platforms(self) -> tuple[str, ...]:
        """The platform tags of wheels that run here, best first."""
        newer = [f"manylinux_2_{minor}_{self.architecture}" for minor in range(_GLIBC, 16, -1)]
        return (*newer, f"manylinux2014_{self.architecture}")


RECIPES = {
    recipe.architecture: recipe
    for recipe in (
        Recipe("aarch64", "arm64", "little", has_compiler=True),
        Recipe("s390x", "s390x", "big", has_compiler=False),
    )
}

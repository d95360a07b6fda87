"""Fetch and build the programs: `python -m tests.programs.build [--dest FOLDER] [--native] [NAME...]`.

What is there already and was made by the same recipe is kept. Ends with status 1 if a program failed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

from tests.programs.cache import CACHE, locked
from tests.programs.recipes import RECIPES, Prebuilt, Recipe
from tests.programs.sources import BuildFailure, fetch, run, say, zig_environment
from tests.programs.strip import without_dwarf

PROGRAMS = CACHE / "programs"
_SHIMS = Path(__file__).parent / "shims"
_AT_ONCE = 2


def build(name: str, destination: Path = PROGRAMS, *, native: bool = False) -> Path:
    """The path of a program, built if need be: `<name>.wasm`, or `<name>.native` for this machine.

    Raises BuildFailure, also for a native build of a program that comes without sources.
    """
    recipe = RECIPES[name]
    made = destination.resolve() / f"{name}.{'native' if native else 'wasm'}"
    stamp = made.with_name(f".{made.name}.recipe")
    digest = _digest(recipe)
    with locked(made):
        if made.exists() and stamp.exists() and stamp.read_text() == digest:
            return made
        source = fetch(recipe.source)
        unfinished = made.with_name(f"{made.name}.unfinished")
        say(f"{made.name}: building")
        if isinstance(recipe, Recipe):
            run(_command(recipe, source, unfinished, native), source, environment=os.environ | zig_environment())
            if not native:
                unfinished.write_bytes(without_dwarf(unfinished.read_bytes()))
        elif native:
            raise BuildFailure(f"{name} comes as .wasm only")
        else:
            shutil.copyfile(source / recipe.file, unfinished)
        unfinished.rename(made)
        stamp.write_text(digest)
    return made


def _digest(recipe: Recipe | Prebuilt) -> str:
    """What changes when the outcome could: the recipe, the compiler, our own files."""
    parts = [repr(recipe).encode(), version("ziglang").encode(), Path(__file__).read_bytes()]
    parts += [file.read_bytes() for file in sorted(_SHIMS.rglob("*")) if file.is_file()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _command(recipe: Recipe, source: Path, output: Path, native: bool) -> list[str | Path]:
    left_out = {file for pattern in recipe.without for file in source.glob(pattern)}
    files = [file for pattern in recipe.files for file in sorted(source.glob(pattern)) if file not in left_out]
    target = ["-march=native"] if native else ["-target", "wasm32-wasi"]
    same_everywhere = f"-ffile-prefix-map={source}=."  # __FILE__ in messages
    flags = [
        flag.format(source=source, shims=_SHIMS)
        for flag in (*recipe.flags, *(recipe.native_flags if native else recipe.wasi_flags))
    ]
    own = [_SHIMS / file for file in recipe.own]
    compiler = [sys.executable, "-m", "ziglang", "cc", *target, "-O3", "-DNDEBUG", "-w", same_everywhere]
    return [*compiler, *flags, *files, *own, "-o", output]


def _main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.programs.build", description=__doc__)
    parser.add_argument("names", metavar="NAME", nargs="*", help=f"of: {', '.join(RECIPES)}; none: all")
    parser.add_argument("--dest", type=Path, default=PROGRAMS, help="folder (default: %(default)s)")
    parser.add_argument("--native", action="store_true", help="build for this machine instead of for WASI")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(RECIPES):
        parser.error(f"no such program: {', '.join(sorted(unknown))}")
    buildable = [name for name, recipe in RECIPES.items() if isinstance(recipe, Recipe) or not arguments.native]

    def build_one(name: str) -> bool:
        try:
            made = build(name, arguments.dest, native=arguments.native)
        except BuildFailure as failure:
            say(f"{name}: {failure}", sys.stderr)
            return False
        say(f"{made.name}: ready, {made.stat().st_size} bytes")
        return True

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return 0 if all(list(pool.map(build_one, arguments.names or buildable))) else 1


if __name__ == "__main__":
    sys.exit(_main())

"""Making a machine: a folder with its Python, the packages that mvvm depends on, and its emulator."""

from __future__ import annotations

import compileall
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.programs.cache import locked
from tests.programs.sources import BuildFailure, run, say
from tests.worlds.debian import download, machine_architecture, unpack
from tests.worlds.package import WORLDS
from tests.worlds.recipes import DEBS, EMULATORS, PYTHON, RECIPES, SUITE, VERSION, Recipe
from tests.worlds.wheels import install, pins

_MANIFEST = "manifest.json"
_SPACE = 600 << 20  # bytes: the largest machine, and what is fetched for it
_STARTS = "import bz2, ctypes, hashlib, lzma, sqlite3, ssl, uuid, zlib"  # each needs a library besides


@cache
def machine(name: str) -> Path:
    """The folder of a machine, made if it is not there or is not what it was. Raises BuildFailure, OSError.

    It holds `root` (Debian), `runtime` and perhaps `compiler` (Python packages), `qemu` and a manifest, which names
    all that was fetched.
    """
    recipe = RECIPES[name]
    wanted = pins(recipe)
    key = hashlib.sha256(repr((VERSION, SUITE, DEBS, recipe, wanted)).encode()).hexdigest()[:16]
    folder = WORLDS / f"machine-{name}-{key}"
    with locked(WORLDS / name):
        if folder.exists() and not _intact(folder):
            say(f"{name}: files are missing or changed, making it anew", sys.stderr)
            shutil.rmtree(folder)
        if not folder.exists():
            for old in WORLDS.glob(f"machine-{name}-*"):  # of another recipe, or unfinished
                shutil.rmtree(old)
            if shutil.disk_usage(WORLDS).free < _SPACE:
                raise BuildFailure(f"{WORLDS} needs {_SPACE >> 20} MiB of free space")
            # The name is a new one each time: children of a process that was killed here may write on.
            with TemporaryDirectory(prefix=f"{folder.name}-unfinished-", dir=WORLDS) as unfinished:
                made = Path(unfinished, "machine")
                made.mkdir()
                _make(recipe, wanted, made)
                made.rename(folder)
    return folder


def _make(recipe: Recipe, wanted: dict[str, tuple[str, ...]], folder: Path) -> None:
    def step(line: str) -> None:
        say(f"{recipe.architecture}: {line}", sys.stderr)

    root = folder / "root"
    origins: dict[str, str] = {}
    with TemporaryDirectory(prefix="debs-", dir=folder) as name:
        debs = Path(name)
        step("fetching the emulator")
        (emulators,) = download([EMULATORS], machine_architecture(), debs / "here")
        member = f"usr/bin/qemu-{recipe.architecture}-static"
        unpack(emulators, debs, f"./{member}")
        (debs / member).rename(folder / "qemu")

        step("fetching Debian")
        packages = download(DEBS, recipe.debian, debs / "there")
        for package in packages:
            unpack(package, root)
        origins |= {package.name: _sha256(package) for package in (emulators, *packages)}
    _close(root)

    for kind, distributions in wanted.items():
        step(f"fetching Python packages ({kind})")
        origins |= install(recipe, distributions, folder / kind)

    step("compiling Python files")
    if sys.version_info[:2] == tuple(map(int, PYTHON.split("."))):  # otherwise it does so itself, slowly
        for place in (root / f"usr/lib/python{PYTHON}", *map(folder.joinpath, wanted)):
            compileall.compile_dir(place, quiet=2, workers=2)
    python = root / f"usr/bin/python{PYTHON}"
    environment = os.environ | {"PYTHONHOME": str(root / "usr")}
    run([folder / "qemu", "-L", root, python, "-I", "-c", _STARTS], folder, environment=environment)
    (folder / _MANIFEST).write_text(json.dumps({"contents": _contents(folder), "origins": origins}, indent=1))


def _close(root: Path) -> None:
    """Let the emulator find here, and not on the machine it runs on, what has the same path on both."""
    (root / "etc").mkdir(exist_ok=True)
    (root / "etc/ld.so.cache").touch()
    shutil.rmtree(root / "usr/share")  # documentation


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _intact(folder: Path) -> bool:
    """Whether all files are there in their sizes, which is quick to find out."""
    try:
        manifest = json.loads((folder / _MANIFEST).read_text())
        return bool(manifest["contents"] == _contents(folder))
    except (OSError, ValueError, KeyError):
        return False


def _contents(folder: Path) -> str:
    """A digest of the paths and sizes of all files but byte code, which Python may add."""
    return hashlib.sha256("\n".join(sorted(_listing(folder))).encode()).hexdigest()


def _listing(folder: Path) -> Iterator[str]:
    for path, _, names in os.walk(folder):
        for name in names:
            if not name.endswith(".pyc") and name != _MANIFEST:
                file = os.path.join(path, name)
                yield f"{os.path.relpath(file, folder)} {os.lstat(file).st_size}"

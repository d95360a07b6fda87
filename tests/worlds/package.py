"""mvvm itself as it is in this checkout: built into a wheel and installed into a folder, once for all worlds."""

from __future__ import annotations

import hashlib
import shutil
import sys
import time
from configparser import ConfigParser
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory

from packaging.version import Version

from tests.programs.cache import CACHE, locked
from tests.programs.sources import run, say
from tests.worlds.wheels import CHECKOUT

WORLDS = CACHE / "worlds"
_FOLDERS = ("mvvm", "passes", "runtime", "proto")
_FILES = ("pyproject.toml", "README.md", "LICENSE")
_SUFFIXES = (".py", ".pyi", ".proto", ".typed")
_KEPT = 3
_IN_USE = 3 * 3600  # seconds since somebody asked for it


@dataclass(frozen=True)
class Package:
    """An installed mvvm: where, and the module and function of each command."""

    digest: str
    folder: Path
    commands: dict[str, str]

    @property
    def site(self) -> Path:
        """The folder that Python is to find it in."""
        return self.folder / "site"


@cache
def installed() -> Package:
    """The package of the checkout as it is now, built if need be. Raises BuildFailure, OSError.

    A process has one and the same for all worlds, even if the checkout is edited meanwhile.
    """
    sources = _sources()
    digest = hashlib.sha256(repr(sorted(sources.items())).encode()).hexdigest()[:16]
    folder = WORLDS / f"mvvm-{digest}"
    with locked(WORLDS / "mvvm"):
        if not folder.exists():
            say("mvvm: building the wheel", sys.stderr)
            _make(sources, folder)
        folder.touch()
        _remove_old()
    return Package(digest, folder, _commands(folder / "site"))


def _sources() -> dict[str, bytes]:
    """All that the wheel is made of, read once: others may edit the checkout meanwhile."""
    files = [CHECKOUT / name for name in _FILES]
    for folder in _FOLDERS:
        files += [file for file in (CHECKOUT / folder).rglob("*") if file.suffix in _SUFFIXES]
    return {str(file.relative_to(CHECKOUT)): file.read_bytes() for file in files}


def _make(sources: dict[str, bytes], folder: Path) -> None:
    with TemporaryDirectory(prefix=f"{folder.name}-unfinished-", dir=WORLDS) as name:
        # Never in the checkout: setuptools would leave its own folders there, and find what an earlier build left.
        copy = Path(name) / "checkout"
        for path, content in sources.items():
            (copy / path).parent.mkdir(parents=True, exist_ok=True)
            (copy / path).write_bytes(content)
        for file in (CHECKOUT / "mvvm").iterdir():
            if file.is_symlink():
                (copy / "mvvm" / file.name).symlink_to(file.readlink())
        pip = [sys.executable, "-m", "pip"]
        options = ["--quiet", "--no-deps"] + (["--no-build-isolation"] if _has_setuptools() else [])
        run([*pip, "wheel", *options, "--wheel-dir", name, copy], copy)
        (wheel,) = Path(name).glob("mvvm-*.whl")
        site = Path(name) / "package" / "site"
        # Byte code is of this Python's version. A Python of another one does not find it, and writes its own.
        run([*pip, "install", "--quiet", "--no-deps", "--no-index", "--compile", f"--target={site}", wheel], copy)
        shutil.rmtree(site / "bin")  # scripts that begin with this machine's Python
        site.parent.rename(folder)


def _has_setuptools() -> bool:
    """Whether what `build-system` in pyproject.toml asks for is here, so that it need not be fetched."""
    try:
        return Version(version("setuptools")) >= Version("77")
    except PackageNotFoundError:
        return False


def _commands(site: Path) -> dict[str, str]:
    (file,) = site.glob("mvvm-*.dist-info/entry_points.txt")
    parser = ConfigParser()
    parser.read_string(file.read_text())
    return dict(parser["console_scripts"])


def _remove_old() -> None:
    """Keep the newest few, and all that tests may be running with."""
    packages = sorted(WORLDS.glob("mvvm-*"), key=lambda folder: folder.stat().st_mtime, reverse=True)
    for folder in packages[_KEPT:]:
        if time.time() - folder.stat().st_mtime > _IN_USE:
            shutil.rmtree(folder, ignore_errors=True)

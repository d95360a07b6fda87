"""Fetching pinned sources through the registries' own clients, as any user and without touching the system."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TextIO

from tests.programs.cache import CACHE, locked
from tests.programs.recipes import Source

_APT = CACHE / "apt"
_LISTS_AGE = 24 * 3600  # seconds; older package lists name files that may be gone
_ATTEMPTS = 3  # of each download
# Lines of a command's output that say what went wrong, best first: of pip and npm, of compilers, of apt.
_TELLING = ("no matching", r"\berror: |undefined symbol", "^E: ", r"\berror\b")


class BuildFailure(Exception):
    """A program could not be fetched or built; the message is one line for the user."""


def say(line: str, stream: TextIO = sys.stdout) -> None:
    """Print one line in one write, so that lines of two builds do not run together."""
    stream.write(f"{line}\n")
    stream.flush()


def run(
    command: Sequence[str | Path], cwd: Path, attempts: int = 1, environment: Mapping[str, str] | None = None
) -> str:
    """Run a command and return its output. Raises BuildFailure with the line that tells most."""
    cwd.mkdir(parents=True, exist_ok=True)
    for _ in range(attempts):
        try:
            result = subprocess.run(
                command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
            )
        except FileNotFoundError:
            raise BuildFailure(f"{command[0]} is not installed") from None
        output = result.stdout.decode(errors="replace")
        if result.returncode == 0:
            return output
    lines = [line for line in output.splitlines() if line.strip()] or [f"exit status {result.returncode}"]
    told = [line for pattern in _TELLING for line in lines if re.search(pattern, line, re.IGNORECASE)]
    raise BuildFailure((told or lines[-1:])[0].strip())


def fetch(source: Source) -> Path:
    """The folder with the unpacked source, fetched if it is not there yet. Raises BuildFailure."""
    folder = CACHE / "sources" / f"{source.package.replace('/', '-')}-{source.version}"
    with locked(folder):
        if not folder.exists():
            archive = _download(source)
            found = hashlib.sha256(archive.read_bytes()).hexdigest()
            if found != source.sha256:
                archive.unlink()
                raise BuildFailure(f"{source.archive}: sha256 is {found}, pinned is {source.sha256}")
            _unpack(archive, folder)
        if missing := [file for file in source.make if not (folder / file).exists()]:
            _make(folder, missing)
    return folder


def _download(source: Source) -> Path:
    downloads = CACHE / "downloads"
    archive = downloads / source.archive
    if archive.exists():
        return archive
    what = f"{source.package} {source.version}"
    say(f"{what}: fetching")
    match source.registry:
        case "debian":
            _apt_source(source, downloads)
        case "pypi":
            pip = [sys.executable, "-m", "pip", "download", "--no-binary", ":all:", "--no-deps"]
            run([*pip, f"{source.package}=={source.version}"], downloads, _ATTEMPTS)
        case "npm":
            run(["npm", "pack", f"{source.package}@{source.version}"], downloads, _ATTEMPTS)
    if not archive.exists():
        raise BuildFailure(f"{what}: {source.registry} gave no {source.archive}")
    return archive


def _unpack(archive: Path, folder: Path) -> None:
    unpacked = folder.with_suffix(".unpacking")
    shutil.rmtree(unpacked, ignore_errors=True)
    with tarfile.open(archive) as tar:
        # Python before 3.11.4 has no filters; the archive is pinned, so that is no risk.
        tar.extraction_filter = getattr(tarfile, "data_filter", None)
        tar.extractall(unpacked)
    (top,) = unpacked.iterdir()
    top.rename(folder)
    unpacked.rmdir()


def _apt_source(source: Source, downloads: Path) -> None:
    """Fetch the upstream archive of the Debian source package whose upstream version is the pinned one.

    Debian's own revision may move on (security updates); upstream's archive stays the same.
    """
    apt = _apt_options()
    shown = run(["apt-cache", *apt, "showsrc", "--only-source", source.package], downloads)
    versions = re.findall(r"^Version: (\S+)$", shown, re.MULTILINE)
    for version in versions:
        if re.match(rf"(\d+:)?{re.escape(source.version)}[-+]", version):
            wanted = f"{source.package}={version}"
            run(["apt-get", *apt, "source", "--download-only", "--tar-only", wanted], downloads, _ATTEMPTS)
            return
    offered = ", ".join(versions) or "none"
    raise BuildFailure(f"{source.package} {source.version} is gone from apt's sources (versions: {offered})")


def _apt_options() -> list[str]:
    """Options for apt with a configuration of our own: the machine's sources with `deb-src` switched on.

    Lists and caches are below .cache, so that no right is needed and nothing of the system changes.
    """
    parts, lists, cache = _APT / "sources", _APT / "lists", _APT / "cache"
    options = [
        f"-oDir::Etc::sourcelist={os.devnull}",
        f"-oDir::Etc::sourceparts={parts}",
        f"-oDir::State::lists={lists}",
        f"-oDir::Cache={cache}",
        "-oAcquire::Languages=none",
    ]
    ready = _APT / "ready"
    with locked(ready):
        if not ready.exists() or time.time() - ready.stat().st_mtime > _LISTS_AGE:
            for folder in (parts, lists / "partial", cache / "archives" / "partial"):
                folder.mkdir(parents=True, exist_ok=True)
            _copy_apt_sources(parts)
            run(["apt-get", *options, "update"], _APT, _ATTEMPTS)
            ready.touch()
    return options


def _copy_apt_sources(parts: Path) -> None:
    machine = [Path("/etc/apt/sources.list"), *Path("/etc/apt/sources.list.d").glob("*")]
    for file in machine:
        if file.suffix == ".sources":
            text = re.sub(r"^Types:.*$", "Types: deb deb-src", file.read_text(), flags=re.MULTILINE)
            (parts / file.name).write_text(text)
        elif file.suffix == ".list" and file.exists():
            lines = [line for line in file.read_text().splitlines() if line.startswith("deb ")]
            (parts / file.name).write_text("".join(f"{line}\ndeb-src{line[3:]}\n" for line in lines))


def _make(folder: Path, files: Sequence[str]) -> None:
    """Generate SQLite's amalgamation, which needs Tcl: the machine's, or one that is fetched into the cache."""
    environment = dict(os.environ, **zig_environment())
    if not shutil.which("tclsh"):
        environment |= _fetched_tcl()
    compiler = f"{sys.executable} -m ziglang cc"
    run(["make", "-f", "main.mk", "TOP=.", f"BCC={compiler}", *files], folder, environment=environment)


def _fetched_tcl() -> dict[str, str]:
    """The environment that finds a tclsh which was unpacked into the cache from Debian's packages."""
    root = CACHE / "tcl"
    with locked(root):
        if not (root / "bin" / "tclsh").exists():
            debs = CACHE / "downloads" / "tcl"
            run(["apt-get", *_apt_options(), "download", "tcl8.6", "libtcl8.6"], debs, _ATTEMPTS)
            for deb in debs.glob("*.deb"):
                run(["dpkg-deb", "-x", deb, root], root)
            (root / "bin").mkdir(exist_ok=True)
            (root / "bin" / "tclsh").symlink_to(root / "usr/bin/tclsh8.6")
    (library,) = (root / "usr/lib").glob("*/libtcl8.6.so")
    return {
        "PATH": f"{root / 'bin'}:{os.environ['PATH']}",
        "LD_LIBRARY_PATH": str(library.parent),
        "TCL_LIBRARY": str(root / "usr/share/tcltk/tcl8.6"),
    }


def zig_environment() -> dict[str, str]:
    """What keeps Zig's caches inside ours."""
    zig = str(CACHE / "zig")
    return {"ZIG_GLOBAL_CACHE_DIR": zig, "ZIG_LOCAL_CACHE_DIR": zig}

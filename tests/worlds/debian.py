"""Debian's packages for any architecture, through apt with a configuration of our own: no right is needed."""

from __future__ import annotations

import platform
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.programs.sources import BuildFailure, run
from tests.worlds.recipes import SUITE

_ATTEMPTS = 3
_ETC = Path("/etc/apt")


def download(packages: Sequence[str], architecture: str, folder: Path) -> list[Path]:
    """Fetch .deb files, verified by the signed lists of the machine's own sources. Raises BuildFailure."""
    with TemporaryDirectory(prefix="mvvm-apt-") as name:
        private = Path(name)
        options = _configure(private, architecture)
        try:
            run(["apt-get", *options, "update"], private, _ATTEMPTS)
            run(["apt-get", *options, "download", *packages], folder, _ATTEMPTS)
        except BuildFailure as failure:
            what = f"Debian's packages for {architecture} cannot be fetched"
            raise BuildFailure(f"{what}, which needs apt and its network ({failure})") from None
    return sorted(folder.glob(f"*_{architecture}.deb"))


def unpack(deb: Path, root: Path, *members: str) -> None:
    """Unpack a .deb file, or only the members named (`./usr/bin/...`). Raises BuildFailure."""
    if not members:
        run(["dpkg-deb", "-x", deb, root], root.parent)
        return
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE) as archive:
        done = subprocess.run(["tar", "-x", "-C", root, *members], stdin=archive.stdout, check=False)
    if done.returncode:
        raise BuildFailure(f"{deb.name} cannot be unpacked")


def machine_architecture() -> str:
    """What Debian calls this machine's architecture. Raises BuildFailure."""
    return run(["dpkg", "--print-architecture"], Path("/")).strip()


def _configure(folder: Path, architecture: str) -> list[str]:
    """Options for apt that keep all it knows and fetches in a folder, about an architecture that need not be ours."""
    sources, state, cache = folder / "sources", folder / "state", folder / "cache"
    for needed in (sources, state / "lists/partial", cache / "archives/partial"):
        needed.mkdir(parents=True)
    (sources / "debian.sources").write_text(_sources(architecture))
    (folder / "status").touch()  # nothing is installed
    return [
        "-oDir::Etc::sourcelist=/dev/null",
        f"-oDir::Etc::sourceparts={sources}",
        f"-oDir::State={state}",
        f"-oDir::State::status={folder / 'status'}",
        f"-oDir::Cache={cache}",
        f"-oAPT::Architecture={architecture}",
        f"-oAPT::Architectures={architecture}",
        "-oAPT::Get::AllowUnauthenticated=false",
        "-oAPT::Update::Error-Mode=any",  # a list that is missing is no mere warning
        "-oAcquire::Languages=none",
    ]


def _sources(architecture: str) -> str:
    """The machine's own entries for Debian, for one architecture, in deb822 format. Raises BuildFailure.

    Entries of other suppliers are left out: they have nothing that a world needs, and may be slow or gone. If the
    machine runs another release of Debian, its mirror is asked for ours.
    """
    here = platform.freedesktop_os_release().get("VERSION_CODENAME", "unknown")
    ours = {here + end: SUITE + end for end in ("", "-updates", "-security")}
    stanzas = []
    for entry in _entries():
        suites = [ours[name] for name in entry["Suites"].split() if name in ours]
        if suites and "main" in entry["Components"].split():
            wanted = {
                "Types": "deb",
                "URIs": entry["URIs"],
                "Suites": " ".join(suites),
                "Components": "main",
                "Architectures": architecture,
                "Targets": "Packages",
            }
            if "Signed-By" in entry:
                wanted["Signed-By"] = entry["Signed-By"]
            stanzas.append("".join(f"{key}: {value}\n" for key, value in wanted.items()))
    if not stanzas:
        raise BuildFailure(f"{_ETC} names no sources of Debian {here}: worlds are made on Debian only")
    return "\n".join(stanzas)


def _entries() -> Iterator[dict[str, str]]:
    """The sources of this machine, from both formats that apt has, as the fields of deb822."""
    for file in [_ETC / "sources.list", *sorted((_ETC / "sources.list.d").glob("*"))]:
        if not file.is_file():
            continue
        if file.suffix == ".sources":
            text = re.sub(r"^#.*\n", "", file.read_text(), flags=re.MULTILINE)
            for stanza in re.split(r"\n\s*\n", text):
                # A line that begins with a space goes on with the field before.
                fields = re.findall(r"^(\S+):[ \t]*(.*(?:\n[ \t]+.*)*)", stanza, re.MULTILINE)
                entry = {"Suites": "", "Components": ""} | dict(fields)
                if "deb" in entry.get("Types", "").split() and entry.get("Enabled", "yes") != "no":
                    yield entry
        elif file.suffix == ".list":
            one_line = r"^deb\s+(?:\[(.*?)\]\s+)?(\S+)\s+(\S+)\s+([^#\n]*)"
            for options, uri, suite, components in re.findall(one_line, file.read_text(), re.MULTILINE):
                entry = {"URIs": uri, "Suites": suite, "Components": components}
                if key := re.search(r"signed-by=(\S+)", options):
                    entry["Signed-By"] = key[1]
                yield entry

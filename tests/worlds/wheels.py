"""The Python packages that mvvm depends on, for another machine, in the versions that are installed here."""

from __future__ import annotations

import json
import re
import shutil
import sys
import tomllib
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.programs.sources import BuildFailure, run
from tests.worlds.recipes import COMPILER, PYTHON, Recipe

CHECKOUT = Path(__file__).resolve().parents[2]
_ATTEMPTS = 3


def pins(recipe: Recipe) -> dict[str, tuple[str, ...]]:
    """What to install into which folder, as `name==version`: `runtime` and, if there is a compiler, `compiler`.

    Raises BuildFailure if it is not installed here.
    """
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    direct = {canonicalize_name(Requirement(line).name) for line in project["dependencies"]}
    runtime = _closure(direct - set(COMPILER))
    folders = {"runtime": runtime}
    if recipe.has_compiler:
        folders["compiler"] = _closure(direct & set(COMPILER)) - runtime
    return {kind: tuple(f"{name}=={_version(name)}" for name in sorted(names)) for kind, names in folders.items()}


def _closure(names: Iterable[str]) -> set[str]:
    """The distributions and all that they need."""
    found: set[str] = set()
    todo = list(names)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            _version(name)
            needed = [Requirement(line) for line in requires(name) or ()]
            todo += [canonicalize_name(r.name) for r in needed if r.marker is None or r.marker.evaluate({"extra": ""})]
    return found


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        raise BuildFailure(f"{name} is not installed here: run `make setup` first") from None


def install(recipe: Recipe, packages: Sequence[str], folder: Path) -> dict[str, str]:
    """Install wheels into a new folder, and return their file names with their sha256. Raises BuildFailure."""
    report = folder.with_suffix(".json")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile", "--ignore-installed"]
    fitting = ["--only-binary=:all:", "--implementation=cp", f"--python-version={PYTHON}"]
    fitting += [f"--platform={platform}" for platform in recipe.platforms]
    try:
        run([*pip, *fitting, f"--target={folder}", f"--report={report}", *packages], folder.parent, _ATTEMPTS)
    except BuildFailure as failure:
        raise BuildFailure(f"wheels cannot be fetched, which needs pip and its network ({failure})") from None
    shutil.rmtree(folder / "bin", ignore_errors=True)  # scripts that begin with this machine's Python
    sources = [item["download_info"] for item in json.loads(report.read_text())["install"]]
    report.unlink()
    return {re.split("[/#]", source["url"])[-1]: source["archive_info"]["hashes"]["sha256"] for source in sources}

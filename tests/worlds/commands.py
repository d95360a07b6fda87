"""The commands of a world: scripts that start its Python, laid out as a virtual environment."""

from __future__ import annotations

from pathlib import Path

from tests.programs.cache import locked
from tests.worlds.package import WORLDS, Package
from tests.worlds.recipes import PYTHON, Recipe

# Nothing of the environment that the tests run in may reach the other Python, or its dynamic linker. Nor does it
# import from the current folder, which may be the checkout.
_PYTHON = """#!/bin/sh
unset PYTHONHOME PYTHONPATH PYTHONSTARTUP VIRTUAL_ENV LD_LIBRARY_PATH LD_PRELOAD
export LANG=C.UTF-8 PYTHONSAFEPATH=1
exec '{qemu}' -L '{root}' -0 '{python}' '{root}/usr/bin/python{version}' "$@"
"""

# A shell script for the shell, and a Python file for Python: what installers write where `#!` cannot name Python.
_COMMAND = """#!/bin/sh
'''exec' '{python}' "$0" "$@"
' '''
import sys
from {module} import {function}
if __name__ == "__main__":
    sys.exit({function}())
"""


def install_commands(recipe: Recipe, machine: Path, package: Package, *, compiler: bool) -> Path:
    """Write the scripts of one machine and one package, and return their folder.

    `python3` is where Python itself looks for it: `pyvenv.cfg` says where its library is, so that no variable of the
    environment need say it to it and to all that it starts. A `.pth` file names the folders of the packages.
    """
    name = recipe.architecture if compiler == recipe.has_compiler else f"{recipe.architecture}-runtime"
    folder = package.folder / name
    python = folder / "bin/python3"
    packages = [package.site, machine / "runtime", *([machine / "compiler"] if compiler else [])]
    root = machine / "root"
    files = {
        folder / "pyvenv.cfg": f"home = {root}/usr/bin\ninclude-system-site-packages = false\n",
        folder / f"lib/python{PYTHON}/site-packages/world.pth": "".join(f"{path}\n" for path in packages),
        python: _PYTHON.format(qemu=machine / "qemu", root=root, python=python, version=PYTHON),
    }
    for command, place in package.commands.items():
        module, _, function = place.partition(":")
        files[folder / "bin" / command] = _COMMAND.format(python=python, module=module, function=function)
    short = WORLDS / name  # for people: a path that stays the same
    with locked(short):
        for file, text in files.items():
            _write(file, text)
        new = short.with_name(f"{name}.new")
        new.unlink(missing_ok=True)
        new.symlink_to(folder.relative_to(WORLDS))
        new.replace(short)
    return folder


def _write(file: Path, text: str) -> None:
    """Put a file in its place at once: another process may be starting it."""
    if file.exists() and file.read_text() == text:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f"{file.name}.new")
    new.write_text(text)
    new.chmod(0o755 if file.parent.name == "bin" else 0o644)
    new.replace(file)

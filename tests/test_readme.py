"""The README's examples do what it says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

_README = Path(__file__).parents[1] / "README.md"
_BLOCK = re.compile(r"^```(\w+) ?(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_examples(tmp_path: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    assert shutil.which("mvvm-run", path=path), "the package is not installed"
    printed = ""
    commands = 0
    for language, name, text in _BLOCK.findall(_README.read_text()):
        if name:
            (tmp_path / name).write_text(text)
        if language == "console":
            for command, expected in re.findall(r"^\$ (.*)\n((?:[^$].*\n)*)", text, re.MULTILINE):
                assert _run(command, path, tmp_path) == expected
                commands += 1
        elif language == "python":
            printed = _run(f"{sys.executable} {name}", path, tmp_path)
            commands += 1
        elif language == "text":
            assert printed == text
    assert commands == 9


def _run(command: str, path: str, folder: Path) -> str:
    environment = {**os.environ, "PATH": path, "XDG_CACHE_HOME": str(folder)}
    done = subprocess.run(command.split(), cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout

"""The IR of small modules, before LLVM's optimizer, is what their files say.

A file holds options (`;;!`, in TOML), a module, and the IR below it (`;;`). `pytest --bless` rewrites the IR.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.compiler.wat import lowered

_FOLDER = Path(__file__).parent / "goldens"
_FILES = sorted(path.name for path in _FOLDER.glob("*.wat"))


@pytest.mark.parametrize("name", _FILES)
def test_ir(name: str, request: pytest.FixtureRequest) -> None:
    path = _FOLDER / name
    lines = path.read_text().splitlines()
    options = tomllib.loads("\n".join(line[3:] for line in lines if line.startswith(";;!")))
    module = "\n".join(line for line in lines if not line.startswith(";;")).strip()
    expected = [line for line in lines if line.startswith(";;") and not line.startswith(";;!")]
    actual = [f";; {line}".rstrip() for line in lowered(module, **options).rstrip().splitlines()]
    if request.config.getoption("--bless"):
        head = [line for line in lines if line.startswith(";;!")]
        path.write_text("\n".join([*head, module, "", *actual]) + "\n")
    else:
        assert actual == expected

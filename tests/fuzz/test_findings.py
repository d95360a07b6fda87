"""Modules that showed a bug once do not any more; and some that never did."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from tests.compiler.random_module import Size, write_module
from tests.fuzz import modules


def test_findings() -> None:
    for path in sorted(modules.FINDINGS.glob("*.wat")):
        for seed in range(5):
            modules.check(modules.read(path), seed)


def test_what_is_kept_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modules, "FINDINGS", tmp_path)
    module = write_module(random.Random(1).choice, Size(3, 4, 3))
    assert modules.read(modules.write(module)) == replace(module, text=module.text + "\n")

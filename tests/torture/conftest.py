"""What all tests here need."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every continuation is one of the compiler that is tested: the user's cache cannot be written, nor read."""
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null")

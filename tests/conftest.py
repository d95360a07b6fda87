"""Options of the whole test suite."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

# `pytest --hypothesis-profile=long` looks for new failures; the default always tries the same examples.
_HEALTH = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
settings.register_profile("default", max_examples=40, derandomize=True, deadline=None, suppress_health_check=_HEALTH)
settings.register_profile("long", max_examples=5000, deadline=None, suppress_health_check=_HEALTH)
settings.load_profile("default")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--bless", action="store_true", help="rewrite the golden files to what is there now")

"""What tests of several machines need."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cross.machines import Machines


@pytest.fixture(scope="package")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    """All machines, one process each at most."""
    with Machines(tmp_path_factory.mktemp("machines")) as started:
        yield started

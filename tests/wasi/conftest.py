from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mvvm.runtime.wasi import Wasi, resolve
from tests.wasi.guest import Guest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What the guest is granted as `/data`, descriptor 3; next to it is what it must not reach."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_text("secret")
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


@pytest.fixture
def guest(folder: Path) -> Iterator[Guest]:
    """A guest with closed input and with outputs that are thrown away."""
    null = os.open(os.devnull, os.O_RDWR)
    wasi = Wasi(["program", "-v", ""], {"A": "1", "EMPTY": ""}, [(str(folder), "/data")], null, null, null)
    guest = Guest(wasi)
    yield guest
    wasi.close()
    os.close(null)
    assert guest.stray_writes() == b""


def _refuse(number: int) -> Callable[..., int]:
    def openat2(*arguments: object) -> int:
        raise OSError(number, os.strerror(number))

    return openat2


@pytest.fixture(params=["openat2", "walk", "seccomp", "renames"])
def resolver(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each way in which paths are resolved: by the kernel, and by walking for each reason to."""
    numbers = {"walk": errno.ENOSYS, "seccomp": errno.EPERM, "renames": errno.EAGAIN}
    way: str = request.param
    if way in numbers:
        monkeypatch.setattr(resolve, "openat2", _refuse(numbers[way]))
    return way

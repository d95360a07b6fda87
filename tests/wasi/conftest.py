from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mvvm.abi.view import WasiState
from mvvm.runtime.wasi import Wasi, resolve
from mvvm.runtime.wasi.reopen import reopen
from tests.wasi.guest import Guest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What the guest is granted as `/data`, descriptor 3; next to it is what it must not reach."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_text("secret")
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


MakeGuest = Callable[..., Guest]


@pytest.fixture
def make_guest(folder: Path) -> Iterator[MakeGuest]:
    """Makes guests with the given host descriptors as streams; afterwards none may have written astray."""
    null = os.open(os.devnull, os.O_RDWR)
    made: list[Guest] = []

    def make(stdin: int = null, stdout: int = null, stderr: int = null) -> Guest:
        args, env, preopens = ["program", "-v", ""], {"A": "1", "EMPTY": ""}, [(str(folder), "/data")]
        made.append(Guest(Wasi(args, env, preopens, stdin, stdout, stderr)))
        return made[-1]

    yield make
    for guest in made:
        guest.wasi.close()
        assert guest.stray_writes() == b""
    os.close(null)


@pytest.fixture
def guest(make_guest: MakeGuest) -> Guest:
    """A guest with an empty input and with outputs that are thrown away."""
    return make_guest()


Restore = Callable[..., Guest]


@pytest.fixture
def restore() -> Iterator[Restore]:
    """Makes guests that go on from a state; afterwards none may have written astray."""
    null = os.open(os.devnull, os.O_RDWR)
    made: list[Guest] = []

    def make(state: WasiState, folders: dict[bytes | str, str] | None = None, **streams: int) -> Guest:
        made.append(Guest(reopen(state, folders=folders, **{"stdin": null, "stdout": null, "stderr": null, **streams})))
        return made[-1]

    yield make
    for guest in made:
        guest.wasi.close()
        assert guest.stray_writes() == b""
    os.close(null)


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """A pipe's ends for reading and writing. A test may close them."""
    ends = os.pipe()
    yield ends
    for end in ends:
        with contextlib.suppress(OSError):
            os.close(end)


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

"""Damaged snapshots, other files and other versions are refused, with one line that says why."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

import mvvm
from mvvm.errors import BadSnapshot, IncompatibleSnapshot, InputError
from mvvm.migrate.header import FORMAT_VERSION, HEADER_SIZE, MAGIC
from mvvm.migrate.snapshot import Snapshot
from tests.migrate.views import filled, memory_of, written

_LEVELS = pytest.mark.parametrize("level", [None, 1])


def _refused(contents: bytes) -> str:
    """Why contents are refused, at the latest when the memories are filled."""
    with pytest.raises(InputError) as caught:
        filled(Snapshot.load(contents))
    assert isinstance(caught.value, BadSnapshot | IncompatibleSnapshot)
    message = str(caught.value)
    assert "\n" not in message
    return message


@_LEVELS
def test_every_truncation_is_refused(tmp_path: Path, level: int | None) -> None:
    contents = written(tmp_path / "snapshot", memory_of(1, (100, b"abc")), level=level)
    for length in range(len(contents)):
        message = _refused(contents[:length])
        assert message == "not a snapshot: it is empty" or message.startswith("damaged snapshot: it ends after ")


@_LEVELS
def test_every_flipped_bit_is_refused(tmp_path: Path, level: int | None) -> None:
    contents = written(tmp_path / "snapshot", memory_of(1, (100, b"abc")), level=level)
    fd = os.memfd_create("snapshot")
    os.write(fd, contents)
    try:
        for bit in range(8 * len(contents)):
            at = bit // 8
            if level is None and HEADER_SIZE <= at < 8192 and bit % 5:
                continue  # zeros, checksummed and not, have so many bits
            os.pwrite(fd, bytes([contents[at] ^ 1 << bit % 8]), at)
            try:
                filled(Snapshot.from_fd(fd))
            except BadSnapshot as error:
                message = str(error)
            else:
                message = "it was not refused"
            assert message.startswith("not a snapshot" if at < len(MAGIC) else "damaged snapshot: "), bit
            os.pwrite(fd, contents[at : at + 1], at)
        filled(Snapshot.from_fd(fd))
    finally:
        os.close(fd)


def test_what_follows_the_end_is_refused(tmp_path: Path) -> None:
    contents = written(tmp_path / "snapshot")
    assert _refused(contents + b"\0") == "damaged snapshot: 1 bytes follow its end"


@pytest.mark.parametrize(("version", "hint"), [(FORMAT_VERSION + 1, ": a newer mvvm is needed"), (0, "")])
def test_another_format_is_refused_by_name(tmp_path: Path, version: int, hint: str) -> None:
    contents = bytearray(written(tmp_path / "snapshot"))
    contents[8:12] = version.to_bytes(4, "little")
    contents[44:48] = zlib.crc32(contents[:44]).to_bytes(4, "little")
    expected = f"the snapshot has format {version}, this is mvvm for format {FORMAT_VERSION}{hint}"
    assert _refused(bytes(contents)) == expected


def test_large_raw_memory_is_verified_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "snapshot"
    contents = bytearray(written(path, memory_of(1, (0, b"abc"))))
    contents[4096] ^= 1
    path.write_bytes(contents)
    with pytest.raises(BadSnapshot, match="the contents of memory 0 are not what was written"):
        Snapshot.open(path)
    monkeypatch.setattr("mvvm.migrate.snapshot._ALWAYS_VERIFIED", 4095)
    Snapshot.open(path)
    with pytest.raises(BadSnapshot, match="snapshot: damaged snapshot: the contents of memory 0"):
        Snapshot.open(path, verify=True)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: path.write_bytes(b""), "not a snapshot: it is empty"),
        (lambda path: path.write_text("some text that is longer than a header, but no snapshot\n"), "not a snapshot"),
        (lambda path: path.write_bytes(mvvm.compile(b"(module)")), "not a snapshot"),
        (lambda path: path.mkdir(), "Is a directory"),
        (lambda path: None, "No such file or directory"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, make: Callable[[Path], object], message: str) -> None:
    path = tmp_path / "other"
    make(path)
    with pytest.raises(InputError) as caught:
        Snapshot.open(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert str(caught.value).endswith(message)

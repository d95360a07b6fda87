"""Listing folders."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from mvvm.runtime.wasi import errno as e
from mvvm.runtime.wasi import types as t
from tests.wasi.guest import CREAT, DIRECTORY, Guest


@pytest.fixture(autouse=True)
def entries(folder: Path) -> None:
    (folder / "b").mkdir()
    (folder / "a").write_text("")
    (folder / "link").symlink_to("a")
    os.mkfifo(folder / "queue")
    (folder / "ünï").write_text("")


def test_entries(guest: Guest, folder: Path) -> None:
    own = folder.stat().st_ino
    found = guest.entries(3)
    assert [(entry.name.decode(), entry.type) for entry in found] == [
        (".", t.DIRECTORY),
        ("..", t.DIRECTORY),
        ("a", t.REGULAR_FILE),
        ("b", t.DIRECTORY),
        ("link", t.SYMBOLIC_LINK),
        ("queue", t.UNKNOWN),
        ("ünï", t.REGULAR_FILE),
    ]
    # What is above the folder does not show.
    assert [entry.ino for entry in found[:3]] == [own, own, (folder / "a").stat().st_ino]


@pytest.mark.parametrize("size", [31, 32, 33, 64, 100])
def test_small_buffers_give_the_same(guest: Guest, size: int) -> None:
    assert guest.entries(3, size) == guest.entries(3)


def test_an_entry_is_cut_off_where_the_buffer_ends(guest: Guest) -> None:
    _, whole = guest.readdir(3, 300)
    for size in (0, 1, 23, 24, 25, 60):
        assert guest.readdir(3, size) == (size, whole[:size])


def test_cookies_count_in_the_listing_that_began(guest: Guest, folder: Path) -> None:
    assert guest.readdir(3, 25)[0] == 25
    (folder / "a").unlink()
    (folder / "0").write_text("")
    assert guest.readdir(3, 300, cookie=2)[1][24:25] == b"a"
    assert [entry.name for entry in guest.entries(3)][2] == b"0"


@pytest.mark.parametrize("cookie", [7, 8, 2**63, 2**64 - 1])
def test_cookies_at_and_beyond_the_end(guest: Guest, cookie: int) -> None:
    assert guest.readdir(3, 300, cookie) == (0, b"")


def test_a_folder_that_was_opened(guest: Guest, folder: Path) -> None:
    (folder / "b" / "inner").write_text("")
    fd = guest.open("b", DIRECTORY)
    assert [entry.name for entry in guest.entries(fd)] == [b".", b"..", b"inner"]


def test_a_socket_and_a_name_that_is_no_text(guest: Guest, folder: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        # An address has room for 108 bytes, which a test's folder may exceed.
        parent = os.open(folder / "b", os.O_RDONLY)
        server.bind(f"/proc/self/fd/{parent}/socket")
        os.close(parent)
    fd = guest.open("b", DIRECTORY)
    assert guest.entries(fd)[2].type == t.SOCKET_STREAM
    (folder / os.fsdecode(b"b/\xff")).write_text("")
    assert guest.call("fd_readdir", fd, guest.room(100), 100, 0, guest.room(4)) == e.EILSEQ


def test_what_is_no_folder(guest: Guest) -> None:
    for fd in (0, guest.open("a", CREAT), 99):
        assert guest.call("fd_readdir", fd, guest.room(100), 100, 0, guest.room(4)) == e.EBADF
    assert guest.call("fd_readdir", 3, guest.memory_size - 1, 2, 0, guest.room(4)) == e.EFAULT
    assert guest.call("fd_readdir", 3, 0, 2**32 - 1, 0, guest.room(4)) == e.EFAULT

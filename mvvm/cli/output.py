"""Where commands read from and write to: files, or `-` for the standard streams."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from mvvm.errors import EnvironmentFailure, InputError, UsageError
from mvvm.files import write_atomically

# What the user can put right by giving another path.
_WRONG_PATH = frozenset(
    (errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EACCES, errno.EPERM, errno.ENAMETOOLONG, errno.ELOOP, errno.EROFS)
)


def read_input(path: str) -> bytes:
    """The contents of a file; `-` is standard input. Raises InputError."""
    try:
        with open(0 if path == "-" else path, "rb", closefd=path != "-") as file:
            return file.read()
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: {error.strerror if isinstance(error, OSError) else error}") from None


@contextmanager
def about(path: str) -> Iterator[None]:
    """A context in which what is wrong with a file is said with its name."""
    try:
        yield
    except InputError as error:
        raise type(error)(f"{path}: {error}") from None


def write_output(path: str, contents: bytes, *, text: bool = False) -> None:
    """Write a file, whole or not at all; `-` is standard output.

    Raises UsageError where the path cannot be written to, or where a terminal would get what is no `text`;
    EnvironmentFailure where the machine fails.
    """
    if path == "-":
        if not text and os.isatty(1):
            raise UsageError("standard output is a terminal: name a file with -o")
        with open(1, "wb", closefd=False) as file:
            file.write(contents)
        return
    try:
        write_atomically(path, (contents,))
    except OSError as error:
        kind = UsageError if error.errno in _WRONG_PATH else EnvironmentFailure
        raise kind(f"cannot write {path}: {error.strerror}") from None


def output_path(source: str, suffix: str) -> str:
    """Where the output goes if nothing is said: next to the input, or to standard output."""
    return "-" if source == "-" else os.path.splitext(source)[0] + suffix

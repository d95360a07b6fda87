"""Files that are never half-written."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def write_atomically(path: str, parts: Iterable[bytes]) -> None:
    """Write a file under another name in the same folder, then rename it.

    Whatever happens, there is the whole new file or what was there before. What is no regular file (a device, a
    FIFO) is written to as it is. Raises OSError.
    """
    path = os.path.realpath(path)  # a symbolic link stays one
    try:
        special = not stat.S_ISREG(os.stat(path).st_mode)
    except FileNotFoundError:
        special = False
    if special:
        with open(path, "wb") as file:
            file.writelines(parts)
        return
    temporary = f"{path}.{os.urandom(4).hex()}.tmp"
    try:
        with open(temporary, "xb") as file:
            file.writelines(parts)
        os.replace(temporary, path)
    except BaseException:
        with suppress(FileNotFoundError):  # it may not even have been made
            os.unlink(temporary)
        raise

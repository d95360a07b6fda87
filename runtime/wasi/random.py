"""random_*: random bytes."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mvvm.runtime.wasi import Wasi

_CHUNK = 1 << 20  # bounds the host memory that one call takes


def random_get(wasi: Wasi, buf: int, buf_len: int) -> int:
    """Fill `buf_len` bytes at `buf` from the kernel's cryptographic generator.

    Errnos: EFAULT.
    """
    buffer = wasi.memory.span(buf, buf_len)
    for start in range(0, buf_len, _CHUNK):
        size = min(_CHUNK, buf_len - start)
        buffer[start : start + size] = os.urandom(size)
    return 0

"""environ_*: the environment variables."""

from __future__ import annotations

from mvvm.runtime.wasi import strings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mvvm.runtime.wasi import Wasi


def environ_get(wasi: Wasi, environ: int, environ_buf: int) -> int:
    """Write the environment variables.

    `environ`: address of u32[count], filled with the addresses of the variables.
    `environ_buf`: address of u8[environ_buf_size], filled with `NAME=value`, each with a terminating NUL.

        environ             environ_buf
        |ptr u32|ptr u32|   |'A','=','1',0|'B','=',0|

    Errnos: EFAULT.
    """
    return strings.write(wasi.memory, wasi.environ, environ, environ_buf)


def environ_sizes_get(wasi: Wasi, count: int, environ_buf_size: int) -> int:
    """Write how much room environ_get needs.

    `count`, `environ_buf_size`: addresses of u32: the number of variables; bytes of all, NULs included.

    Errnos: EFAULT.
    """
    return strings.write_sizes(wasi.memory, wasi.environ, count, environ_buf_size)

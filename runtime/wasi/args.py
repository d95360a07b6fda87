"""args_*: the command line."""

from __future__ import annotations

from mvvm.runtime.wasi import strings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mvvm.runtime.wasi import Wasi


def args_get(wasi: Wasi, argv: int, argv_buf: int) -> int:
    """Write the arguments.

    `argv`: address of u32[argc], filled with the addresses of the arguments.
    `argv_buf`: address of u8[argv_buf_size], filled with them, each with a terminating NUL.

        argv                argv_buf
        |ptr u32|ptr u32|   |'r','e',0|'-','v',0|

    Errnos: EFAULT.
    """
    return strings.write(wasi.memory, wasi.args, argv, argv_buf)


def args_sizes_get(wasi: Wasi, argc: int, argv_buf_size: int) -> int:
    """Write how much room args_get needs.

    `argc`, `argv_buf_size`: addresses of u32: the number of arguments; bytes of all, NULs included.

    Errnos: EFAULT.
    """
    return strings.write_sizes(wasi.memory, wasi.args, argc, argv_buf_size)

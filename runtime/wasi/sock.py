"""sock_*: sockets. Preview 1 cannot make one and no host stream is offered as one, so none is ever open."""

from __future__ import annotations

from mvvm.runtime.wasi.errno import ENOTSOCK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mvvm.runtime.wasi import Wasi


def _not_a_socket(wasi: Wasi, fd: int) -> int:
    wasi.descriptors.get(fd)
    return ENOTSOCK


def sock_accept(wasi: Wasi, fd: int, flags: int, result_fd: int) -> int:
    """Accept a connection. Errnos: EBADF, ENOTSOCK."""
    return _not_a_socket(wasi, fd)


def sock_recv(
    wasi: Wasi, fd: int, ri_data: int, ri_data_len: int, ri_flags: int, ro_datalen: int, ro_flags: int
) -> int:
    """Receive a message. Errnos: EBADF, ENOTSOCK."""
    return _not_a_socket(wasi, fd)


def sock_send(wasi: Wasi, fd: int, si_data: int, si_data_len: int, si_flags: int, so_datalen: int) -> int:
    """Send a message. Errnos: EBADF, ENOTSOCK."""
    return _not_a_socket(wasi, fd)


def sock_shutdown(wasi: Wasi, fd: int, how: int) -> int:
    """Shut down channels of a connection. Errnos: EBADF, ENOTSOCK."""
    return _not_a_socket(wasi, fd)

"""WASI preview 1: the module `wasi_snapshot_preview1`.

    FUNCTIONS       one row an import: its type and the module of its family
    args, clock, environ, fd, fdstat, file, open, path, poll, proc, random, readdir, sched, sock
                    the families: what decodes a guest's arguments and encodes its results
    descriptors     the host's state: what the guest's numbers stand for
    resolve, walk   paths, which never lead out of the folder they start in
    types, errno    layouts, flags and numbers of the witx files
    waiting         reading and writing that somebody can interrupt
    capture, find   the state as a checkpoint keeps it
    reopen          going on from there

A family is imported when a guest imports one of its functions. Where the witx files leave a choice, wasmtime's
behaviour is the model: programs are tested with it.
"""

from __future__ import annotations

import os

from mvvm.errors import UsageError
from mvvm.runtime.wasi import errno
from mvvm.runtime.wasi.descriptors import Descriptor, DescriptorTable, Directory, Preopen, Stdio, can_wait

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from mvvm.runtime.memory import Memory
    from mvvm.runtime.wake import Wake

__all__ = ["FUNCTIONS", "Wasi"]

# Name of the import: key of its type (see mvvm.wasm.types), module of its family.
FUNCTIONS = {
    "args_get": ("ii_i", "args"),
    "args_sizes_get": ("ii_i", "args"),
    "clock_res_get": ("ii_i", "clock"),
    "clock_time_get": ("iIi_i", "clock"),
    "environ_get": ("ii_i", "environ"),
    "environ_sizes_get": ("ii_i", "environ"),
    "fd_advise": ("iIIi_i", "file"),
    "fd_allocate": ("iII_i", "file"),
    "fd_close": ("i_i", "fd"),
    "fd_datasync": ("i_i", "file"),
    "fd_fdstat_get": ("ii_i", "fdstat"),
    "fd_fdstat_set_flags": ("ii_i", "fdstat"),
    "fd_fdstat_set_rights": ("iII_i", "fdstat"),
    "fd_filestat_get": ("ii_i", "file"),
    "fd_filestat_set_size": ("iI_i", "file"),
    "fd_filestat_set_times": ("iIIi_i", "file"),
    "fd_pread": ("iiiIi_i", "fd"),
    "fd_prestat_dir_name": ("iii_i", "fdstat"),
    "fd_prestat_get": ("ii_i", "fdstat"),
    "fd_pwrite": ("iiiIi_i", "fd"),
    "fd_read": ("iiii_i", "fd"),
    "fd_readdir": ("iiiIi_i", "readdir"),
    "fd_renumber": ("ii_i", "fd"),
    "fd_seek": ("iIii_i", "fd"),
    "fd_sync": ("i_i", "file"),
    "fd_tell": ("ii_i", "fd"),
    "fd_write": ("iiii_i", "fd"),
    "path_create_directory": ("iii_i", "path"),
    "path_filestat_get": ("iiiii_i", "path"),
    "path_filestat_set_times": ("iiiiIIi_i", "path"),
    "path_link": ("iiiiiii_i", "path"),
    "path_open": ("iiiiiIIii_i", "open"),
    "path_readlink": ("iiiiii_i", "path"),
    "path_remove_directory": ("iii_i", "path"),
    "path_rename": ("iiiiii_i", "path"),
    "path_symlink": ("iiiii_i", "path"),
    "path_unlink_file": ("iii_i", "path"),
    "poll_oneoff": ("iiii_i", "poll"),
    "proc_exit": ("i_", "proc"),
    "proc_raise": ("i_i", "proc"),
    "random_get": ("ii_i", "random"),
    "sched_yield": ("_i", "sched"),
    "sock_accept": ("iii_i", "sock"),
    "sock_recv": ("iiiiii_i", "sock"),
    "sock_send": ("iiiii_i", "sock"),
    "sock_shutdown": ("ii_i", "sock"),
}


class Wasi:
    """The WASI state of one guest.

    `memory` is set after instantiation, before the guest runs. `args` and `environ` (`NAME=value`) are bytes
    without a terminating NUL.

    `wake` makes calls that wait come back: they raise mvvm.runtime.wake.Interrupted while it is set. `waited` are the
    nanoseconds that the poll_oneoff had waited which was interrupted last, until it is made anew. `clock_offsets` are
    the nanoseconds by which the guest's clocks are ahead of the host's, by clockid; `thread_time` is what the guest
    last read from its thread's CPU clock, and `thread_is_new` that it goes on from there in another thread, whose clock
    has not been read yet.
    """

    __slots__ = (
        "args",
        "clock_offsets",
        "descriptors",
        "environ",
        "memory",
        "thread_is_new",
        "thread_time",
        "waited",
        "wake",
    )

    memory: Memory

    def __init__(
        self,
        args: list[str],
        env: dict[str, str] | list[str],
        preopens: list[tuple[str, str]],
        stdin: int = 0,
        stdout: int = 1,
        stderr: int = 2,
    ) -> None:
        """Give the guest its arguments, environment, streams (host descriptors) and folders.

        `preopens` are pairs of a host path and the guest's name for it; they get the numbers from 3 on. Raises
        UsageError where a folder cannot be opened.
        """
        if isinstance(env, dict):
            env = [f"{name}={value}" for name, value in env.items()]
        self.args = [os.fsencode(arg) for arg in args]
        self.environ = [os.fsencode(variable) for variable in env]
        self.wake: Wake | None = None
        self.waited = 0
        self.clock_offsets = [0, 0, 0, 0]
        self.thread_time = 0
        self.thread_is_new = False
        streams: list[Descriptor] = [_open_stream(host, number) for number, host in enumerate((stdin, stdout, stderr))]
        self.descriptors = DescriptorTable(streams)
        for host_path, guest_path in preopens:
            self.descriptors.add(open_preopen(Preopen(host_path, guest_path)))

    def function(self, name: str) -> tuple[str, Callable[..., int]] | None:
        """The import `name`: the key of its type, and what to call with the guest's (unsigned) integers.

        The callable returns an errno. What else can leave it is GuestExit, of proc_exit, and Interrupted, of calls
        that wait while `wake` is set.
        """
        row = FUNCTIONS.get(name)
        if row is None:
            return None
        key, family = row
        implementation = getattr(__import__(f"{__name__}.{family}", fromlist=[name]), name)
        # Local names: this is on the path of every call.
        guest_errors, from_exception = errno.GUEST_ERRORS, errno.from_exception

        def call(*arguments: int) -> int:
            try:
                result: int = implementation(self, *arguments)
            except guest_errors as error:
                return from_exception(error)
            return result

        return key, call

    def close(self) -> None:
        """Close the guest's files and folders."""
        self.descriptors.close_all()


def _open_stream(host: int, number: int) -> Stdio:
    """The standard stream `number`; where the host's is closed, its number is opened on /dev/null.

    A file opened later would get that number otherwise, and be mistaken for the stream. (Rust's runtime, so
    wasmtime, does the same.)
    """
    try:
        mode = os.fstat(host).st_mode
    except OSError:
        host = os.open(os.devnull, os.O_RDWR)
        mode = os.fstat(host).st_mode
    return Stdio(host, number, waits=can_wait(mode))


def open_preopen(preopen: Preopen) -> Directory:
    """The folder that the host grants. Raises UsageError where it cannot be opened."""
    try:
        host = os.open(preopen.host_path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"cannot open the folder {preopen.host_path!r} for the guest: {reason}") from None
    return Directory(host, preopen, b"", is_preopen=True)

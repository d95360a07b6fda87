"""The command `run`: load or compile a program, and run it as a WASI command in a thread of its own."""

from __future__ import annotations

import _thread
import os

from mvvm.abi.elf import MAGIC
from mvvm.cli.ending import guest_status
from mvvm.errors import EnvironmentFailure, GuestExit, IncompatibleAot, InputError, UsageError
from mvvm.runtime.program import load
from mvvm.runtime.wasi import Wasi
from mvvm.wasm.types import MAX_PAGES_64, PAGE_SIZE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from mvvm.cli.run_options import RunOptions
    from mvvm.runtime.program import Program

# Reserved, not used: a program in C may need far more than the 8 MiB of a main thread.
_GUEST_STACK = 64 << 20
_UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def run(command: str, options: RunOptions) -> int:
    """Run a program to its end. Returns the exit status. Raises MvvmError.

    `command` is who warns.
    """
    program = load_program(command, options.file, opt_level=options.opt_level, cpu=options.cpu, quiet=options.quiet)
    max_pages = MAX_PAGES_64 if options.max_memory is None else _size(options.max_memory) // PAGE_SIZE
    wasi = Wasi(
        [os.path.basename(options.file), *options.args],
        [variable(item) for item in options.env],
        [folder(item) for item in options.dirs],
        0 if options.stdin is None else _open(options.stdin),
    )
    name, args = options.invoke, options.args
    if name is None:
        from mvvm.runtime.command import run as run_command

        status = _in_guest_thread(lambda: run_command(program, wasi, max_pages))
    else:
        from mvvm.cli.invoke import invoke

        status = _in_guest_thread(lambda: invoke(program, wasi, max_pages, name, args))
    return guest_status(command, status)


def load_program(
    command: str,
    path: str,
    *,
    opt_level: str | None = None,
    cpu: str | None = None,
    checkpoint: bool = False,
    quiet: bool = False,
    prepared: str | None = None,
) -> Program:
    """Load an `.aot` file; compile anything else, unless it is in the cache. Raises MvvmError.

    A module is compiled with `opt_level` for `cpu`, and so that it can be stopped if `checkpoint`. An `.aot` file whose
    code cannot run here is compiled again, unless that is in the folder `prepared`.
    """
    if is_elf(path) or path.endswith(".aot"):
        if opt_level is not None or cpu is not None:
            raise UsageError(f"{path} is compiled already: --opt-level and --cpu are for modules")
        try:
            return load(path)
        except IncompatibleAot:
            from mvvm.cli.compile import load_foreign

            return load_foreign(command, path, prepared, quiet=quiet)
    from mvvm.cli.compile import load_module

    return load_module(command, path, opt_level, cpu, checkpoint=checkpoint, quiet=quiet)


def is_elf(path: str) -> bool:
    """Whether a file is an ELF file, as `.aot` files are. Raises InputError."""
    file = _open(path)
    try:
        return os.read(file, len(MAGIC)) == MAGIC
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    finally:
        os.close(file)


def _open(path: str) -> int:
    try:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: {error.strerror if isinstance(error, OSError) else error}") from None


def _size(text: str) -> int:
    """Bytes, from a number with an optional suffix K, M or G."""
    unit = _UNITS.get(text[-1:].upper(), 1)
    digits = text if unit == 1 else text[:-1]
    if not (digits.isascii() and digits.isdigit()):
        raise UsageError(f"--max-memory {text}: give bytes, or a number with K, M or G: 512M")
    return int(digits) * unit


def variable(item: str) -> str:
    """An environment variable `K=V`; `K` alone takes the value that this process has."""
    name, equals, _ = item.partition("=")
    if not name:
        raise UsageError(f"--env {item}: write NAME=VALUE, or NAME to inherit it")
    if equals:
        return item
    if name not in os.environ:
        raise UsageError(f"--env {name}: there is no such environment variable to inherit")
    return f"{name}={os.environ[name]}"


def folder(item: str) -> tuple[str, str]:
    """A folder to grant, and the guest's name for it: `HOST::GUEST`, or both the same."""
    host, separator, guest = item.partition("::")
    if not host or (separator and not guest):
        raise UsageError(f"--dir {item}: write HOST or HOST::GUEST")
    return host, guest or host


def _in_guest_thread(body: Callable[[], int]) -> int:
    """Run guest code in a thread of its own: the main thread stays free for signals, as Python needs it to be.

    A program that calls proc_exit in its start function, or in a function that was invoked, ends so too.
    """
    outcome: list[int | BaseException] = []
    done = _thread.allocate_lock()
    done.acquire()

    def guest() -> None:
        try:
            outcome.append(body())
        except GuestExit as exit:
            outcome.append(exit.status)
        except BaseException as error:
            outcome.append(error)
        finally:
            done.release()

    start_guest_thread(guest)
    done.acquire()  # a signal's Python handler runs in here: Ctrl-C raises KeyboardInterrupt
    result = outcome[0]
    if isinstance(result, BaseException):
        raise result
    return result


def start_guest_thread(guest: Callable[[], None]) -> None:
    """Run `guest` in a thread with a stack that is large enough for guest code. Raises EnvironmentFailure."""
    _thread.stack_size(_GUEST_STACK)
    try:
        _thread.start_new_thread(guest, ())
    except RuntimeError:
        raise EnvironmentFailure("cannot start a thread for the guest: no memory or too many threads") from None

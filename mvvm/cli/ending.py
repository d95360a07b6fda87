"""How a command ends: its exit status, and what it says about an error.

Each error is one line, `mvvm-run: error: ...`, and for a trap its backtrace. With MVVM_DEBUG set in the
environment, Python's traceback comes before it.
"""

from __future__ import annotations

import os
import sys

from mvvm.errors import MvvmError, Trap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# The statuses of mvvm.errors, and those that a shell shows for the signals that would have ended the process.
ENVIRONMENT_FAILURE = 3
INTERNAL_ERROR = 70
INTERRUPTED = 128 + 2  # SIGINT
BROKEN_PIPE = 128 + 13  # SIGPIPE

# As in wasmtime: WASI leaves larger statuses to the host, and shells give them meanings of their own.
_MAX_GUEST_STATUS = 125

# More than that are of a recursion; a restored program knows of a million.
_MAX_FRAMES = 1000


def run_to_end(program: str, body: Callable[[], int]) -> None:
    """Run `body`, which returns an exit status, and end the process; `program` begins what is said.

    Does not return, and runs no finalizers: a guest may still be running in its thread, in memory that they
    would unmap.
    """
    status = _status(program, body)
    os._exit(status)


def _status(program: str, body: Callable[[], int]) -> int:
    try:
        try:
            status = body()
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except SystemExit as exit:
        return exit.code if isinstance(exit.code, int) else 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return BROKEN_PIPE
    except BaseException as error:
        return _report(program, error)
    return status


def say(program: str, kind: str, message: object, *details: str) -> None:
    """Print a message on standard error, as one line, and lines of details below it."""
    lines = [f"{program}: {kind}: {' '.join(str(message).splitlines())}", *details, ""]
    from contextlib import suppress

    with suppress(OSError):  # where nobody listens, the exit status still tells
        os.write(2, "\n".join(lines).encode("utf-8", "backslashreplace"))


def guest_status(program: str, status: int) -> int:
    """The exit status of a command for one that its guest ended with."""
    if status > _MAX_GUEST_STATUS:
        say(program, "error", f"the guest's exit status {status} is not in 0 to {_MAX_GUEST_STATUS}")
        return 1
    return status


def _report(program: str, error: BaseException) -> int:
    """Say what went wrong. Returns the exit status."""
    if os.environ.get("MVVM_DEBUG"):
        from traceback import print_exception

        print_exception(error)
    if isinstance(error, Trap):
        say(program, "error", f"wasm trap: {str(error).removeprefix('wasm trap: ')}", *_backtrace(error))
        return error.exit_status
    if isinstance(error, MemoryError):
        say(program, "error", "out of memory")
        return ENVIRONMENT_FAILURE
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        say(program, "error", f"{where}{error.strerror or error}")
        return ENVIRONMENT_FAILURE
    if isinstance(error, MvvmError) and error.exit_status != INTERNAL_ERROR:
        say(program, "error", error)
        return error.exit_status
    what = str(error) if isinstance(error, MvvmError) else f"{type(error).__name__}: {error}"
    say(program, "internal error", f"{what} (a bug of mvvm: please report it, with what MVVM_DEBUG=1 prints)")
    return INTERNAL_ERROR


def _backtrace(trap: Trap) -> list[str]:
    lines = ["wasm backtrace:"] if trap.frames else []
    for position, (index, name) in enumerate(trap.frames[:_MAX_FRAMES]):
        lines.append(f"  {position:3}: " + (f"{name} (function {index})" if name else f"function {index}"))
    if len(trap.frames) > _MAX_FRAMES:
        lines.append(f"  ... and {len(trap.frames) - _MAX_FRAMES} more")
    return lines

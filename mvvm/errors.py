"""Everything that mvvm raises.

    MvvmError                   exit status
    ├── InputError              2    the input cannot be used: the message says what and what to do
    │   ├── InvalidModule            not a valid Wasm module
    │   ├── UnsupportedFeature       valid, but uses a proposal that mvvm does not compile
    │   ├── BadAotFile               not an .aot file, or a damaged one
    │   ├── IncompatibleAot          a good .aot file that does not fit this version, machine or module
    │   ├── BadSnapshot              not a snapshot, or a damaged one
    │   ├── IncompatibleSnapshot     a good snapshot that does not fit this version or module
    │   └── LinkError                an import is missing or has another type; a named object is missing
    ├── UsageError              2    the caller's arguments do not fit (an export's name, a value's type)
    ├── EnvironmentFailure      3    the machine failed: no memory, disk full, a tool is missing
    ├── CheckpointFailed        3    the snapshot could not be written; the program can go on
    ├── Trap                    134  the guest trapped
    ├── WasmException           134  the guest threw a Wasm exception and did not catch it
    └── InternalError           70   our own bug

`GuestExit` is not an error: it is how a guest's `proc_exit` leaves a call.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from mvvm.runtime.tag import Tag

__all__ = [
    "BadAotFile",
    "BadSnapshot",
    "CheckpointFailed",
    "EnvironmentFailure",
    "GuestExit",
    "IncompatibleAot",
    "IncompatibleSnapshot",
    "InputError",
    "InternalError",
    "InvalidModule",
    "LinkError",
    "MvvmError",
    "Trap",
    "UnsupportedFeature",
    "UsageError",
    "WasmException",
]


class MvvmError(Exception):
    """The root of all errors of this package; `exit_status` is what a command ends with."""

    exit_status = 70


class InputError(MvvmError):
    """An input file cannot be used."""

    exit_status = 2


class InvalidModule(InputError):
    """Not a valid Wasm module."""


class UnsupportedFeature(InputError):
    """A valid Wasm module that uses a proposal which mvvm does not compile."""


class BadAotFile(InputError):
    """Not an `.aot` file, or a damaged one."""


class IncompatibleAot(InputError):
    """A good `.aot` file of another format version, target or module."""


class BadSnapshot(InputError):
    """Not a snapshot, or a damaged one."""


class IncompatibleSnapshot(InputError):
    """A good snapshot of another format version or module."""


class LinkError(InputError):
    """An import is missing, or what is given for it has another type; or an object that a snapshot names is missing."""


class UsageError(MvvmError):
    """Arguments of a call or a command that do not fit."""

    exit_status = 2


class EnvironmentFailure(MvvmError):
    """The machine failed: out of memory, disk full, a tool is missing."""

    exit_status = 3


class CheckpointFailed(MvvmError):
    """The snapshot could not be written: what was there before is whole, and the program can go on.

    `restored` is the stopped program, to be called to go on, where `mvvm.checkpoint` raised this after it had stopped.
    """

    exit_status = 3
    restored: Callable[[], object] | None = None


class InternalError(MvvmError):
    """A bug of mvvm."""


class Trap(MvvmError):
    """The guest trapped.

    `code` is one of `mvvm.abi.traps`; `frames` is the Wasm backtrace, innermost first, each frame as
    `(function index, name or None)`, as far as it is known.
    """

    exit_status = 134

    def __init__(self, code: int, message: str, frames: tuple[tuple[int, str | None], ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.frames = frames


class WasmException(MvvmError):
    """A Wasm exception outside the guest: with a `tag` (mvvm.Tag) and `values` (see mvvm.runtime.values).

    It comes out of a call of the guest which did not catch it. A host function that raises one throws it in the guest.
    It is a value, too: an exnref's.
    """

    exit_status = 134

    def __init__(self, tag: Tag, *values: object) -> None:
        super().__init__(tag, *values)
        self.tag = tag

    @property
    def values(self) -> tuple[object, ...]:
        """What it carries, of the types of the tag's parameters."""
        return self.args[1:]

    def __str__(self) -> str:
        shown = ", ".join(map(repr, self.values)) or "none"
        return f"uncaught exception: tag {self.tag.name or '?'} {self.tag.type.params_text}, values: {shown}"


class GuestExit(BaseException):
    """The guest asked to end with `status` (WASI `proc_exit`).

    A `BaseException`, as `SystemExit` is, so that a host function's `except Exception` lets it pass.
    """

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status

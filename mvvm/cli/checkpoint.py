"""The command `checkpoint`: run a program until it is to stop, and write down what it was then."""

from __future__ import annotations

import os

from mvvm.cli.ending import guest_status, say
from mvvm.cli.run import load_program, variable
from mvvm.cli.session import Session
from mvvm.cli.triggers import Triggers
from mvvm.errors import UsageError
from mvvm.runtime.command import instantiate, start_command
from mvvm.runtime.control import WITHOUT_STABLE_POINTS
from mvvm.runtime.wasi import Wasi

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def checkpoint(
    command: str,
    target: str,
    args: Sequence[str],
    env: Sequence[str],
    folders: Sequence[tuple[str, str]],
    triggers: Triggers,
    prepare_for: Sequence[str],
    quiet: bool,
) -> int:
    """Run `target` until it is to stop or ends. Returns the exit status. Raises MvvmError.

    `folders` are pairs of a host folder and the guest's name for it. `prepare_for` are comma lists of architectures.
    """
    output = triggers.output or snapshot_path(target)
    session = Session(command, triggers, output)
    architectures: list[str] = []
    if prepare_for:
        from mvvm.cli.prepare import Preparation, check_program, parse_architectures

        architectures = parse_architectures(prepare_for)
        check_program(target)
        if triggers.leave_running:
            session.preparation = Preparation(command, output, target, architectures)
    program = load_program(command, target, checkpoint=True, quiet=quiet)
    if program.target.checkpoint == "none":
        raise UsageError(f"{target}: {WITHOUT_STABLE_POINTS}")
    wasi = Wasi([os.path.basename(target), *args], [variable(item) for item in env], list(folders))

    def body() -> int:
        start_command(instantiate(program, wasi, prepare=session.prepare))
        return 0

    status = finish(command, session, body, expect_stop=True)
    if architectures and session.stopped:
        from mvvm.cli.prepare import prepare_snapshot

        prepare_snapshot(command, output, target, architectures, quiet)
    return status


def finish(command: str, session: Session, body: Callable[[], int], *, expect_stop: bool) -> int:
    """Run a session. Returns the exit status; says so where a program was expected to be stopped, and ended before."""
    status = session.run(body)
    if session.stopped:
        return 0
    if expect_stop and not session.written:
        say(command, "note", f"the program ended, with status {status}, before it was stopped")
    return guest_status(command, status)


def snapshot_path(target: str) -> str:
    """Where the snapshot of a program goes if nothing is said: beside it."""
    return os.path.splitext(target)[0] + ".snap"


def split_args(lists: Sequence[str], words: Sequence[str]) -> list[str]:
    """The program's arguments: comma lists, then words."""
    return [item for text in lists for item in text.split(",")] + list(words)

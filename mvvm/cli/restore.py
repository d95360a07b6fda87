"""The command `restore`: go on with a program from its snapshot."""

from __future__ import annotations

import os

from mvvm import cpu
from mvvm.cli.checkpoint import finish, snapshot_path
from mvvm.cli.progress import ProgressBar
from mvvm.cli.run import load_program
from mvvm.cli.session import Session, run_frames
from mvvm.errors import UsageError
from mvvm.migrate.snapshot import Snapshot, prepared_folder
from mvvm.runtime.command import instantiate
from mvvm.runtime.control import WITHOUT_STABLE_POINTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mvvm.cli.restore_options import RestoreOptions


def restore(command: str, options: RestoreOptions) -> int:
    """Go on as `options` say. Returns the exit status. Raises MvvmError."""
    target, triggers = options.target, options.triggers
    path = options.snapshot or snapshot_path(target)
    session = Session(command, triggers, triggers.output or path)
    prepared = prepared_folder(path)
    program = load_program(
        command,
        target,
        checkpoint=True,
        quiet=options.quiet,
        prepared=os.path.join(prepared, cpu.host_architecture()),
    )
    session.stoppable = program.target.checkpoint != "none"
    if not session.stoppable and (triggers.any or triggers.debug or triggers.leave_running):
        raise UsageError(f"{target}: {WITHOUT_STABLE_POINTS}")
    snapshot = Snapshot.open(path, verify=options.verify)
    snapshot.check_module(program.target.module_sha256)
    view = snapshot.view
    if view.wasi is None:
        raise UsageError(f"{path}: the program was not run as a command but from Python: restore it there")
    if view.references:
        names = ", ".join(map(repr, view.references))
        raise UsageError(f"{path}: the program holds objects of the host ({names}): restore it from Python")
    from mvvm.runtime.wasi.reopen import reopen

    wasi = reopen(view.wasi, folders=dict(options.folders))

    def body() -> int:
        instance = instantiate(program, wasi, state=snapshot, prepare=session.prepare if session.stoppable else None)
        continuations = session.continuations_of(program)
        continuations.add_prepared(prepared)
        for innermost in view.frames[:1]:
            with ProgressBar(f"Compiling where {path} goes on", options.quiet) as bar:
                continuations.find(innermost, bar.update)
        continuations.find_ahead(view.frames)
        return run_frames(instance, list(view.frames), continuations)

    return finish(command, session, body, expect_stop=triggers.any)

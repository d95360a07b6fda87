"""Running a guest so that it can be stopped: the main thread waits for what may happen, the guest has its own.

    a signal (SIGUSR1, with --debug also SIGINT), a time, a file   -> ask the guest to stop
    the guest's end, its stop                                      -> the command's end
    the end of a process that writes a snapshot                    -> say how it went

With --leave-running the guest's thread forks at the stable point: the child unwinds and writes, and the guest goes on.
"""

from __future__ import annotations

import _signal as signal  # without the enumerations of `signal`, which take long to import
import os
import select
import time

from mvvm.abi.stable_points import CALL_POINTS, LOOP_POINTS, is_call, pc_of
from mvvm.cli import early_signal
from mvvm.cli.ending import say
from mvvm.cli.run import start_guest_thread
from mvvm.errors import CheckpointFailed, GuestExit
from mvvm.migrate.continuations import Continuations
from mvvm.migrate.take import controller_of, function_range, prepare_to_write, take
from mvvm.runtime.control import HOST_CALL, RESTORED, Stopped
from mvvm.runtime.resume import resume

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from mvvm.abi.view import Frame, WasiState
    from mvvm.cli.prepare import Preparation
    from mvvm.cli.triggers import Triggers
    from mvvm.runtime.control import Controller
    from mvvm.runtime.instance import Instance
    from mvvm.runtime.program import Program

_TRIGGER_FILE_INTERVAL = 0.02  # seconds between two looks for it


class Session:
    """One run of a guest under `triggers`; the snapshot goes to `output`. `command` is who speaks."""

    def __init__(self, command: str, triggers: Triggers, output: str) -> None:
        """Raises UsageError."""
        self._command = command
        self._triggers = triggers
        self._output = output
        self._zstd_level = triggers.zstd_level
        self._points = 0  # counted so far, with --debug
        self._count: Callable[[int], None] = lambda _: None  # stop at so many points from now on
        self._early = False  # a request came before there was a guest
        self._controller: Controller | None = None
        self._continuations: Continuations | None = None
        self._wasi_state: WasiState | None = None
        self._writer = 0  # process that writes a snapshot, 0 where there is none
        self._is_writer = False
        self.preparation: Preparation | None = None  # what comes after a snapshot that is written while the guest runs
        self.stoppable = True  # compiled with stable points
        self._outcome: int | BaseException | None = None
        self.written = 0  # snapshots
        self.stopped = False
        self._wake_read, self._wake_write = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        # From now on, since it would end this process else; loading and compiling may take a while.
        early_signal.install()

    def prepare(self, instance: Instance) -> None:
        """Make an instance ready to be stopped, before it runs. Raises UsageError."""
        triggers = self._triggers
        self._controller = controller = controller_of(instance)
        controller.decide, controller.fail = self._decide, self._say_failed
        self.continuations_of(instance.program)
        function = triggers.function
        pcs = function_range(instance.program, int(function) if function and function.isdigit() else function)
        kinds = CALL_POINTS if triggers.function_only else CALL_POINTS | LOOP_POINTS
        self._count = lambda points: controller.count(points, kinds, pcs)
        if triggers.count is not None:
            self._count(1 if triggers.debug else triggers.count)
        elif triggers.debug:
            self._count(1)
        if self._early:
            controller.request()

    def continuations_of(self, program: Program) -> Continuations:
        """The continuations of the program that is run."""
        if self._continuations is None:
            self._continuations = Continuations(program, lambda text: say(self._command, "warning", text))
        return self._continuations

    def run(self, body: Callable[[], int]) -> int:
        """Run `body` in the guest's thread, to its end or its stop. Returns the exit status. Raises what it raises."""
        after, every = self._triggers.after, self._triggers.every
        if self._triggers.leave_running:
            prepare_to_write(self._zstd_level)
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, {}.setdefault)  # it wakes this thread
        if self._triggers.debug:
            early_signal.install(signal.SIGINT)
        self._look_for_signals()
        start_guest_thread(lambda: self._guest(body))
        first = every if after is None else after
        due = None if first is None else time.monotonic() + first
        while self._outcome is None:
            self._wait(due)
            self._look_for_signals()
            if due is not None and time.monotonic() >= due:
                self._request()
                due = max(due + every, time.monotonic()) if every is not None else None
            self._look_for_trigger_file()
            self._reap(os.WNOHANG)
        self._reap(0)
        if self.preparation is not None:
            self.preparation.finish()
        if isinstance(self._outcome, BaseException):
            raise self._outcome
        return self._outcome

    # The main thread.

    def _wait(self, due: float | None) -> None:
        """Wait until something may have happened."""
        waits = [] if due is None else [max(0.0, due - time.monotonic())]
        if self._triggers.trigger_file is not None:
            waits.append(_TRIGGER_FILE_INTERVAL)
        ready, _, _ = select.select([self._wake_read], [], [], min(waits, default=None))
        if ready:
            os.read(self._wake_read, 4096)

    def _look_for_signals(self) -> None:
        if early_signal.received:
            early_signal.received.clear()
            self._request()

    def _request(self) -> None:
        self._early = True
        if not self.stoppable:
            say(self._command, "warning", "the program was compiled without stable points: it cannot be stopped")
        if self._controller is not None:
            self._controller.request()

    def _look_for_trigger_file(self) -> None:
        """Ask for a stop where the file is there, and remove it, so that it can be made again."""
        path = self._triggers.trigger_file
        if path is not None and os.path.exists(path):
            try:
                os.unlink(path)
            except OSError as error:
                say(self._command, "warning", f"{path}: {error.strerror}")
                self._triggers.trigger_file = None
            self._request()

    def _reap(self, how: int) -> None:
        """Look after the process that writes a snapshot, if there is one; it said itself how it went."""
        if self.preparation is not None:
            self.preparation.look()
        if not self._writer:
            return
        pid, status = os.waitpid(self._writer, how)
        if pid:
            self._writer = 0
            if os.WIFSIGNALED(status):
                from mvvm.files import remove_unfinished

                try:
                    remove_unfinished(self._output, pid)
                except OSError as error:
                    say(self._command, "warning", f"{self._output}: {error.strerror}")
                name = signal.strsignal(os.WTERMSIG(status))
                say(self._command, "warning", f"no checkpoint was written: the process that wrote it: {name}")
            elif status == 0:
                self.written += 1
                if self.preparation is not None:
                    self.preparation.start()

    # The guest's thread.

    def _guest(self, body: Callable[[], int]) -> None:
        outcome: int | BaseException
        try:
            outcome = self._to_the_end(body)
        except BaseException as error:
            outcome = error
        if self._is_writer:  # what happens in a process that only writes stays there
            os._exit(1)
        self._outcome = outcome
        os.write(self._wake_write, b"\0")

    def _to_the_end(self, body: Callable[[], int]) -> int:
        """Run the guest until it ends or its snapshot is written. Where that fails it goes on."""
        while True:
            try:
                return body()
            except GuestExit as exit:
                return exit.status
            except Stopped as stop:
                controller, frames = self._controller, stop.frames
                assert controller is not None
            instance = controller.instance
            if not self._is_writer:  # that has imported it before the guest ran
                prepare_to_write(self._zstd_level)
            try:
                take(instance, frames, self._output, self._zstd_level, self._wasi_state)
            except CheckpointFailed as error:
                self._say_failed(error)
                body = self._go_on(instance, frames)
                continue
            say(self._command, "note", f"wrote {self._output}")
            if self._is_writer:
                os._exit(0)
            self.stopped = True
            return 0

    def _say_failed(self, error: CheckpointFailed) -> None:
        say(self._command, "warning", f"no checkpoint was written: {error}")
        if self._is_writer:
            os._exit(error.exit_status)

    def _go_on(self, instance: Instance, frames: list[Frame]) -> Callable[[], int]:
        continuations = self._continuations
        assert continuations is not None
        if self._triggers.debug:
            self._count(1)
        return lambda: run_frames(instance, frames, continuations)

    def _decide(self, number: int, requested: bool) -> bool:
        """At a stable point: whether to stop, or to go on in this process."""
        triggers, wanted = self._triggers, self._triggers.count
        if triggers.debug:
            self._points += 1
            say(self._command, "note", self._describe(number))
        if triggers.debug and not requested and self._points != wanted:
            stops = False
        elif not triggers.leave_running:
            stops = True
        elif self._writer:
            say(self._command, "warning", "no checkpoint was written: the one before is still being written")
            stops = False
        else:
            stops = self._fork()
        if triggers.debug and not stops:
            self._count(1)
        return stops

    def _fork(self) -> bool:
        """Let a child stop in this process's stead. Returns True in the child."""
        controller = self._controller
        assert controller is not None
        wasi = controller.instance.wasi
        try:
            if wasi is not None:
                # Positions in files are shared: the child would see what the guest does meanwhile.
                from mvvm.runtime.wasi.capture import capture

                self._wasi_state = capture(wasi)
            import warnings

            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of threads: this one is all that the child needs
                pid = controller.fork()
        except (CheckpointFailed, OSError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            say(self._command, "warning", f"no checkpoint was written: {reason}")
            return False
        if pid:
            self._writer = pid
            return False
        self._is_writer = True
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)  # one that was meant for the program
        return True

    def _describe(self, number: int) -> str:
        controller = self._controller
        assert controller is not None
        program = controller.instance.program
        pc = pc_of(number)
        if number == RESTORED:
            return f"stable point {self._points}: where the program was restored"
        if number == HOST_CALL:
            return f"stable point {self._points}: in a host call that waits"
        point = program.points.find(pc)
        index = point.function
        name = program.names.get(index)
        where = f"{name} (function {index})" if name else f"function {index}"
        what = "after the call" if point.is_call else "at the tail call" if is_call(number) else "in the loop"
        return f"stable point {self._points}: {what} at byte {pc:#x} in {where}"


def run_frames(instance: Instance, frames: list[Frame], continuations: Continuations) -> int:
    """Run a stopped command's frames to its end. Returns its exit status. Raises as `resume` does, and GuestExit."""
    resume(instance, frames, continuations.find)
    if instance.starting:
        instance.starting = False
        from mvvm.runtime.command import start_command

        start_command(instance)
    return 0

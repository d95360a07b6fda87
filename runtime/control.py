"""Stopping a program: requests, counts, and what happens at the stable point where it stops.

A request sets the poll word of the instance's context; the next stable point finds it (mvvm.abi.stable_points).
`decide` is asked there, in the guest's thread, whether to stop, with the number of the point and whether a request led
there or a count: it may let the program go on, for instance after it forked a process that stops in its stead.
"""

from __future__ import annotations

import _thread
import ctypes
import os
from sys import byteorder

from mvvm.abi import context as abi
from mvvm.abi.stable_points import (
    CALL_BIT,
    CALL_POINTS,
    COUNTING,
    LOOP_POINTS,
    REQUESTED,
    RUN,
    UNWINDING,
    number,
)
from mvvm.errors import BadAotFile, CheckpointFailed, UsageError
from mvvm.runtime import libc
from mvvm.runtime import thread as threads
from mvvm.runtime.store import instance_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from mvvm.abi.view import Frame
    from mvvm.runtime.instance import Instance
    from mvvm.runtime.wake import Wake

    Decide = Callable[[int, bool], bool]

_PROTOTYPE = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p, ctypes.c_uint64)
_callback: object = None
# Bytes of records for each byte of stack: a native frame of 16 bytes may keep 4 values of 4 bytes, which take 8 bytes
# each in a record, whose size may be rounded up to the next power of two.
_RECORD_FACTOR = 8
_EVERYTHING = (1 << 64) - 1

WITHOUT_STABLE_POINTS = (
    "the program was compiled without stable points: compile it with --enable-counter-loop-checkpoint"
)
# The numbers that `decide` gets for a host call that waits, and for a restored program that has not gone on yet.
HOST_CALL, RESTORED = 0, CALL_BIT


class Stopped(BaseException):
    """The guest has stopped at a stable point and unwound; `frames` are innermost first.

    A `BaseException`, so that a host function's `except Exception` lets it pass.
    """

    def __init__(self, frames: list[Frame]) -> None:
        super().__init__("the program was stopped for a checkpoint")
        self.frames = frames


class Controller:
    """Stops an instance. `wake` interrupts its host calls that wait.

    Requests may be made in any thread and in signal handlers. Where the program cannot be stopped at a point, `fail` is
    called there with the reason: it raises it, which ends the guest's call, or lets the program go on.
    """

    __slots__ = (
        "_buffer",
        "_buffer_size",
        "_context",
        "_held",
        "_lock",
        "_poll",
        "_wanted",
        "decide",
        "fail",
        "instance",
        "wake",
    )

    def __init__(self, instance: Instance, wake: Wake | None = None) -> None:
        """Raises UsageError where the program was compiled without stable points."""
        if instance.program.target.checkpoint == "none":
            raise UsageError(WITHOUT_STABLE_POINTS)
        self.instance = instance
        self.wake = wake
        self.decide: Decide = _always
        self.fail: Callable[[CheckpointFailed], None] = _raise
        self._context = context = instance.context
        self._poll = ctypes.c_uint16.from_address(context + abi.CONTEXT_REQUESTS[byteorder])
        self._lock = _thread.RLock()
        self._held = 0
        self._wanted = RUN  # the poll word once nothing holds checkpoints off
        self._buffer = self._buffer_size = 0
        ctypes.c_uint64.from_address(context + abi.CONTEXT_ON_POINT).value = _callback_address()
        instance.controller = self

    def request(self) -> None:
        """Ask for a stop at the next stable point."""
        with self._lock:
            self._arm(REQUESTED)
            if self.wake is not None and not self._held:
                self.wake.set()

    def count(
        self, points: int, kinds: int = LOOP_POINTS | CALL_POINTS, pcs: tuple[int, int] = (0, _EVERYTHING)
    ) -> None:
        """Ask for a stop at the `points`-th stable point from now on.

        Only those of some kinds count, in a range of the module's bytes. A request that was made comes first.
        """
        context = self._context
        with self._lock:
            if self._wanted == REQUESTED:
                return
            ctypes.c_uint32.from_address(context + abi.CONTEXT_KINDS).value = kinds
            ctypes.c_uint64.from_address(context + abi.CONTEXT_PC_LOW).value = pcs[0]
            ctypes.c_uint64.from_address(context + abi.CONTEXT_PC_HIGH).value = pcs[1]
            ctypes.c_uint64.from_address(context + abi.CONTEXT_COUNTDOWN).value = points
            self._arm(COUNTING)

    def cancel(self) -> None:
        """Take back what was asked for."""
        with self._lock:
            self._arm(RUN)
            if self.wake is not None:
                self.wake.clear()

    @property
    def requested(self) -> bool:
        """Whether a stop was asked for that has not come yet; counted points do not count."""
        return self._wanted == REQUESTED

    def _arm(self, word: int) -> None:
        if self._poll.value == UNWINDING:  # it stops: there is nothing more to ask for
            return
        self._wanted = word
        if not self._held:
            self._poll.value = word

    def hold(self) -> None:
        """Hold stops off: a function of the host calls the guest, and its frame cannot be saved."""
        with self._lock:
            self._held += 1
            self._poll.value = RUN

    def release(self) -> None:
        """End what `hold` began."""
        with self._lock:
            self._held -= 1
            if not self._held:
                self._poll.value = self._wanted
                if self._wanted == REQUESTED and self.wake is not None:
                    self.wake.set()

    def on_point(self, at: int) -> bool:
        """The stable point with a number, in the guest's thread: whether to stop. If so the commit buffer is ready."""
        with self._lock:
            requested = self._wanted == REQUESTED
            self._wanted = self._poll.value = RUN
            if self.wake is not None:
                self.wake.clear()
        if not self.decide(at, requested):
            return False
        try:
            if len(self.instance.store.root().instances) > 1:
                raise CheckpointFailed("an instance that is linked to others cannot be checkpointed")
            self._prepare()
        except CheckpointFailed as error:
            self.fail(error)
            return False
        with self._lock:
            self._wanted = self._poll.value = UNWINDING
        return True

    def fork(self) -> int:
        """Fork the process, as os.fork does, while no other thread is in the middle of a request."""
        with self._lock:
            return os.fork()

    def on_interrupt(self) -> bool:
        """A host call that waits was interrupted: whether to stop. Else it is to be made anew."""
        return self.stops_waits() and self.on_point(HOST_CALL)

    def stops_waits(self) -> bool:
        """What waits was interrupted: whether a stop was asked for; a memory.atomic.wait asks at its stable point."""
        if self._held or self._wanted != REQUESTED:
            assert self.wake is not None
            self.wake.clear()  # set again when checkpoints are held off no more
            return False
        return True

    def between_frames(self, call: int) -> bool:
        """Before a restored program goes on with a frame: whether to stop there; nothing is unwound then.

        `call` is the byte offset of the call that has just returned into the frame: after it is a stable point. 0 where
        there was none.
        """
        if self._wanted not in (COUNTING, REQUESTED) or self._held:
            return False
        at = number(call, 0, call=True, canonical=True) if call and self._has_point(call) else RESTORED
        with self._lock:
            requested = self._wanted == REQUESTED
            if not requested and (at == RESTORED or not self._counts(call)):
                return False
            self._wanted = self._poll.value = RUN
            if self.wake is not None:
                self.wake.clear()
        return self.decide(at, requested)

    def _has_point(self, call: int) -> bool:
        try:
            return self.instance.program.points.find(call).is_call
        except BadAotFile:  # other stable points than those of the program that was stopped
            return False

    def _counts(self, pc: int) -> bool:
        """Count a point after a call, as compiled code does: whether it is the one that was wanted."""
        context = self._context
        kinds = ctypes.c_uint32.from_address(context + abi.CONTEXT_KINDS).value
        low = ctypes.c_uint64.from_address(context + abi.CONTEXT_PC_LOW).value
        high = ctypes.c_uint64.from_address(context + abi.CONTEXT_PC_HIGH).value
        if not kinds & CALL_POINTS or not low <= pc < high:
            return False
        left = ctypes.c_uint64.from_address(context + abi.CONTEXT_COUNTDOWN)
        left.value -= 1
        return left.value == 0

    def _prepare(self) -> None:
        """Reserve a commit buffer that is large enough for the deepest stack; what is not touched takes no memory."""
        size = threads.current().stack_size * _RECORD_FACTOR + (1 << 20)
        try:
            self._buffer = libc.mmap(
                0,
                size,
                libc.PROT_READ | libc.PROT_WRITE,
                libc.MAP_PRIVATE | libc.MAP_ANONYMOUS | libc.MAP_NORESERVE,
            )
        except OSError as error:
            raise CheckpointFailed(f"cannot reserve address space for the frames: {error.strerror}") from None
        self._buffer_size = size
        ctypes.c_uint64.from_address(self._context + abi.CONTEXT_COMMIT).value = self._buffer

    @property
    def unwinding(self) -> bool:
        """Whether the guest has returned because it stopped."""
        return self._poll.value == UNWINDING

    def take(self) -> list[Frame]:
        """The frames of the guest, which has returned. It can run again after this."""
        from mvvm.runtime.capture import read_frames

        self._wanted = self._poll.value = RUN
        end = ctypes.c_uint64.from_address(self._context + abi.CONTEXT_COMMIT).value
        try:
            return read_frames(self.instance, self._buffer, end)
        finally:
            libc.munmap(self._buffer, self._buffer_size)
            self._buffer = 0


def _always(_: int, __: bool) -> bool:
    return True


def _raise(error: CheckpointFailed) -> None:
    raise error


def _callback_address() -> int:
    global _callback
    if _callback is None:
        _callback = _PROTOTYPE(_on_point)
    address = ctypes.cast(_callback, ctypes.c_void_p).value  # type: ignore[arg-type]
    assert address is not None
    return address


def _on_point(context: int, at: int) -> int:
    try:
        instance = instance_at(context)
        assert instance is not None
        assert instance.controller is not None
        return int(instance.controller.on_point(at))
    except BaseException as error:
        threads.current().pending = error
        return -1

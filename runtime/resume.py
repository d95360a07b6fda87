"""Going on from a view: the frames of a stopped program run to their ends, innermost first.

The native stack is not rebuilt. The continuation of the innermost frame runs, its results go to the continuation of
the next one, and so on. If the program is stopped again, the frames that have not been reached are the same as
before.

An exception that leaves a frame goes to the next one whose call is in a try block: the frames between end with it.
"""

from __future__ import annotations

from mvvm.abi.view import AT
from mvvm.errors import BadAotFile, BadSnapshot, Trap, WasmException
from mvvm.runtime.control import Stopped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from mvvm.abi.view import Frame, Value
    from mvvm.runtime.continuation import Continuation
    from mvvm.runtime.instance import Instance

    Find = Callable[[Frame], Continuation]


def resume(instance: Instance, frames: list[Frame], find: Find) -> list[int]:
    """Run `frames`, innermost first, to the end of the outermost. Returns its results, as bits.

    `find` gives a frame's continuation. Raises Trap, with the backtrace of all frames, WasmException, BadSnapshot where
    frames do not fit together, what the host raised, and Stopped, with all frames that are left.
    """
    if not frames:
        raise BadSnapshot("damaged snapshot: it has no frames")
    if frames[0].kind != AT:
        raise BadSnapshot("damaged snapshot: its innermost frame is in a call")
    controller = instance.controller
    results: list[Value] = []
    thrown: WasmException | None = None
    for number, reached in enumerate(frames):
        if thrown is not None and not _handles(instance, reached):
            continue
        continuation = find(reached)
        frame = reached
        if thrown is not None:
            frame = continuation.thrown_into(reached)
        elif number:
            frame = continuation.returned(reached, results)
        call = reached.pc if number else 0
        while True:
            # No stable point is passed while an exception is in flight.
            if thrown is None and controller is not None and controller.between_frames(call):
                raise Stopped([frame, *frames[number + 1 :]])
            call = 0
            try:
                in_flight, thrown = thrown, None
                outcome = continuation.run(instance, frame, in_flight)
            except Stopped as stop:
                raise Stopped(stop.frames + frames[number + 1 :]) from None
            except Trap as trap:
                names = instance.program.names
                trap.frames += tuple((item.function, names.get(item.function)) for item in frames[number + 1 :])
                raise
            except WasmException as error:
                thrown = error
                break
            if isinstance(outcome, list):
                results = outcome
                break
            frame = outcome
            continuation = find(frame)
    if thrown is not None:
        raise thrown
    return [bits for _, bits in results]


def _handles(instance: Instance, frame: Frame) -> bool:
    """Whether a frame that is IN_CALL may catch what comes out of its call."""
    if not instance.program.info.exceptions:
        return False
    try:
        return instance.program.points.find(frame.pc).handled
    except BadAotFile:  # other stable points than those of the program that was stopped: its continuation knows
        return True

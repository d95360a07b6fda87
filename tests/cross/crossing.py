"""Stop on one machine, go on on the other, compare with the unbroken run."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from mvvm.abi.view import Frame
from tests.cross.journey import Journey, Side
from tests.cross.machine import Answer
from tests.programs.workloads import Workload
from tests.torture import api
from tests.torture.world import Outcome

# More stable points than any guest of the tests passes.
_NEVER = 1 << 40


class Crossing:
    """A workload that is to go from one side to the other; the unbroken run is one of `here`."""

    def __init__(self, workload: Workload, here: Side, there: Side, *, same_memory: bool = True) -> None:
        """Without `same_memory`, times and numbers of the host get into memory: no two runs leave the same."""
        self._workload = workload
        self._here, self._there = here, there
        self._same_memory = same_memory

    @functools.cached_property
    def unbroken(self) -> Outcome:
        """What comes of the program if nothing stops it."""
        with Journey(self._workload) as journey:
            return journey.outcome(journey.start(self._here), same_memory=self._same_memory)

    def numbers_of_points(self) -> tuple[int, int]:
        """How many stable points the program passes here, and there. Its outcome is the same."""
        numbers = []
        for side, where in ((self._here, "here"), (self._there, "there")):
            with Journey(self._workload) as journey:
                answer = journey.start(side, _NEVER)
                self._compare(journey, answer, f"no stop, {where}")
                assert answer.points is not None
                numbers.append(answer.points)
        return numbers[0], numbers[1]

    def go_there(self, counts: Iterable[int]) -> int:
        """Stop here once at each stable point of `counts`, and go on there. Returns the number of stops."""
        return self._cross(self._here, self._there, counts, "a stop here at")

    def go_here(self, counts: Iterable[int]) -> int:
        """Stop there, and go on here."""
        return self._cross(self._there, self._here, counts, "a stop there at")

    def go_both_ways(self, counts: Iterable[int]) -> int:
        """Do both, of one build. What is saved at a stable point must be the same on both sides."""
        stops = 0
        for count in counts:
            with Journey(self._workload) as one, Journey(self._workload) as other:
                ours, theirs = one.start(self._here, count), other.start(self._there, count)
                what = f"a stop at {count}"
                if self._same_memory:
                    assert _state(ours) == _state(theirs), f"{self._workload.id}, {what} on both sides"
                if ours.stopped:
                    stops += 1
                    if self._same_memory:
                        views = [api.view(journey.open_snapshot()) for journey in (one, other)]
                        assert views[0] == views[1], f"{self._workload.id}, {what} on both sides"
                    ours, theirs = one.go_on(self._there), other.go_on(self._here)
                self._compare(one, ours, f"{what} here")
                self._compare(other, theirs, f"{what} there")
        return stops

    def ping_pong(self, every: int, at_most: int) -> list[list[Frame]]:
        """Change sides after each `every` stable points, until the end. Returns the frames at each stop."""
        with Journey(self._workload) as journey:
            answer = journey.start(self._here, every)
            stops = []
            while answer.stopped:
                stops.append(journey.open_snapshot().view.frames)
                assert len(stops) <= at_most, f"{len(stops)} stops, each after {every} stable points, and no end"
                answer = journey.go_on(self._there if len(stops) % 2 else self._here, every)
            self._compare(journey, answer, f"changing sides after each {every}")
            return stops

    def _cross(self, first: Side, second: Side, counts: Iterable[int], what: str) -> int:
        stops = 0
        for count in counts:
            with Journey(self._workload) as journey:
                answer = journey.start(first, count)
                if answer.stopped:
                    stops += 1
                    answer = journey.go_on(second)
                self._compare(journey, answer, f"{what} {count}")
        return stops

    def _compare(self, journey: Journey, answer: Answer, what: str) -> None:
        assert not answer.notes, "the program was compiled again"
        outcome = journey.outcome(answer, same_memory=self._same_memory)
        if outcome != self.unbroken:
            raise AssertionError(f"{self._workload.id}, {what}: {outcome.differences(self.unbroken)}")


def _state(answer: Answer) -> tuple[object, ...]:
    return answer.end, answer.memories, answer.globals, answer.tables

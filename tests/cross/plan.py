"""Which guests cross with which builds, and where they are stopped: what a test run has time for, or everything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mvvm.options import Policy
from tests.torture.guests import GUESTS, Guest
from tests.torture.plan import FULL, Build, sample

DEFAULT = Build(Policy.COUNTER_LOOP)
# Of the two sides, in turns over the guests.
_DIFFERENT = (
    (Build(Policy.COUNTER_LOOP, 0), DEFAULT),
    (DEFAULT, Build(Policy.LOOP, 1)),
    (Build(Policy.FUNCTION), Build(Policy.COUNTER_LOOP, 2, 1)),
    (Build(Policy.LOOP), Build(Policy.LOOP_DIRTY, 0, 3)),
    (Build(Policy.LOOP_DIRTY, 2), Build(Policy.FUNCTION, 0)),
)
# An emulator takes its time to reserve what they may grow to.
_COSTLY = ("memories", "wide_memory")


@dataclass(frozen=True)
class Trial:
    """A guest with a build on each side, stopped at so many points at most on each."""

    guest: Guest
    here: Build
    there: Build
    points: int

    @property
    def id(self) -> str:
        """Name for people, unique in a list of trials."""
        return f"{self.guest.id}:{self.here.id}" + ("" if self.here == self.there else f":{self.there.id}")

    def choose(self, total: int) -> list[int]:
        """The stable points to stop at, of `total`: the first, the last, and some of the others."""
        return list(sample(total, self.points, self.id))

    def choose_inner(self, total: int, where: str) -> list[int]:
        """Of the others alone, if there are any."""
        return list(sample(total, self.points + 2, f"{self.id} {where}"))[1:-1]


def guests() -> list[Guest]:
    """Those to try."""
    return [guest for guest in GUESTS.values() if FULL or guest.is_main_build]


def same() -> Iterator[Trial]:
    """The same build on both sides."""
    for guest in guests():
        yield Trial(guest, DEFAULT, DEFAULT, 60 if FULL else 3 if guest.id in _COSTLY else 4)


def different() -> Iterator[Trial]:
    """A build of its own on each side."""
    for number, guest in enumerate(guests()):
        for here, there in _DIFFERENT if FULL else _DIFFERENT[number % len(_DIFFERENT) :][:1]:
            yield Trial(guest, here, there, 15 if FULL else 1)

"""Which stops under which options: what a test run has time for, or everything."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mvvm.options import Policy
from tests.torture.guests import GUESTS, Guest
from tests.torture.harness import seed_of

FULL = os.environ.get("MVVM_TORTURE") == "full"
STOPPING = (Policy.COUNTER_LOOP, Policy.FUNCTION, Policy.LOOP_DIRTY, Policy.LOOP)
# A guest that passes more stable points is sampled even in a full run.
_FULL_LIMIT = 3000


@dataclass(frozen=True)
class Build:
    """How a guest is compiled by mvvm."""

    policy: Policy
    opt_level: int = 3
    threshold_bits: int = 2

    @property
    def id(self) -> str:
        """Name for people."""
        bits = f"-{self.threshold_bits}" if self.policy in (Policy.COUNTER_LOOP, Policy.LOOP_DIRTY) else ""
        return f"{self.policy}{bits}-O{self.opt_level}"


@dataclass(frozen=True)
class Trial:
    """A guest stopped in one build and restored in another, at so many points at most."""

    guest: Guest
    first: Build
    second: Build
    points: int

    @property
    def id(self) -> str:
        """Name for people, unique in a list of trials."""
        return f"{self.guest.id}:{self.first.id}" + ("" if self.first == self.second else f":{self.second.id}")


_DEFAULT = Build(Policy.COUNTER_LOOP)
_UNOPTIMIZED = Build(Policy.COUNTER_LOOP, opt_level=0)
# Guests whose loops are what thresholds are about.
_COUNTING = ("reductions-O3", "loop_shapes-O3", "loop_shapes-O1", "loop_ends", "nan_payloads", "long_sort-O3")
# From one policy and level to another, in turns over the guests.
_CROSSINGS = (
    (Build(Policy.FUNCTION, 0), Build(Policy.LOOP)),
    (Build(Policy.LOOP, 0), Build(Policy.COUNTER_LOOP)),
    (Build(Policy.COUNTER_LOOP, 0, 1), Build(Policy.COUNTER_LOOP, 3, 4)),
    (Build(Policy.LOOP_DIRTY, 3, 3), Build(Policy.FUNCTION, 0)),
    (Build(Policy.LOOP, 3), Build(Policy.NONE)),
)


def stops() -> Iterator[Trial]:
    """Stopped and restored in the same build: the default policy everywhere, the others at some points."""
    for guest in GUESTS.values():
        main = guest.is_main_build
        for policy in STOPPING:
            for level in (3, 0):
                build = Build(policy, level)
                points = 150 if main and build == _DEFAULT else 40 if build in (_DEFAULT, _UNOPTIMIZED) and main else 20
                if guest.sampled:
                    points //= 4
                if FULL or (main and level == 3) or (main and build == _UNOPTIMIZED) or build == _DEFAULT:
                    yield Trial(guest, build, build, points)
        if FULL or guest.id in _COUNTING:
            for bits in (1, 3, 4):
                build = Build(Policy.COUNTER_LOOP, 3, bits)
                yield Trial(guest, build, build, 25)


def crossings() -> Iterator[Trial]:
    """Stopped in one build and restored in another."""
    for number, guest in enumerate(guest for guest in GUESTS.values() if FULL or guest.is_main_build):
        chosen = _CROSSINGS if FULL else _CROSSINGS[number % len(_CROSSINGS) :][:1]
        for first, second in chosen:
            yield Trial(guest, first, second, 15)


def restops() -> Iterator[Trial]:
    """Stopped in one build, restored in another, and stopped there before anything happens."""
    yield from (trial for trial in crossings() if trial.second.policy != Policy.NONE)


def chains() -> Iterator[Trial]:
    """Stopped again and again: `points` is about how many stops there are."""
    for guest in GUESTS.values():
        if FULL or guest.is_main_build:
            yield Trial(guest, _DEFAULT, _DEFAULT, 10 if guest.sampled else 100)


def choose(trial: Trial, total: int) -> Sequence[int]:
    """The stable points to stop at, of `total`: all if there is time, else the ends and a choice of the others."""
    return sample(total, _FULL_LIMIT if FULL else trial.points, trial.id)


def sample(total: int, at_most: int, seed: str) -> Sequence[int]:
    """At most so many numbers of 1 to `total`, the first and the last among them."""
    if total <= at_most:
        return range(1, total + 1)
    return sorted({1, total, *random.Random(seed_of(seed)).sample(range(1, total + 1), at_most - 2)})

"""Stop, restore, compare with the unbroken run."""

from __future__ import annotations

import functools
import gc
import hashlib
from collections.abc import Iterable

import mvvm
from mvvm.migrate.continuations import Continuations
from mvvm.options import Policy
from tests.programs.workloads import Workload
from tests.torture import api
from tests.torture.api import End
from tests.torture.world import Outcome, World

# Instances are part of reference cycles, and each reserves gigabytes of addresses.
_COLLECT_EVERY = 50


@functools.lru_cache(maxsize=8)
def compiled(wasm: bytes, policy: Policy, opt_level: int = 3, threshold_bits: int = 2) -> mvvm.Program:
    """A small module, compiled to be stopped."""
    options = mvvm.CompileOptions(checkpoint=policy, threshold_bits=threshold_bits, opt_level=opt_level)
    return mvvm.load(mvvm.compile(wasm, options, jobs=1))


class Torture:
    """One workload of one program, to be stopped and to be restored with `second`, another build of the same module."""

    def __init__(
        self,
        workload: Workload,
        program: mvvm.Program,
        second: mvvm.Program | None = None,
        *,
        same_memory: bool = True,
    ) -> None:
        self._workload = workload
        self._program = program
        self._second = second or program
        self._continuations = Continuations(self._second)
        self._same_memory = same_memory
        self._runs = 0

    @functools.cached_property
    def unbroken(self) -> Outcome:
        """What comes of the program if nothing stops it."""
        with self._world() as world:
            start = world.start(self._program)
            end = api.run(start)
            assert start.instance is not None
            return world.outcome(start.instance, end)

    def number_of_points(self) -> int:
        """How many stable points the program passes."""
        with self._world() as world:
            return api.number_of_points(world.start(self._program))

    def stop_at(self, counts: Iterable[int], *, functions_only: bool = False) -> int:
        """Stop once at each stable point of `counts`, in a run of its own. Returns how many there were."""
        stops = 0
        for count in counts:
            with self._world() as world:
                start = world.start(self._program)
                stopped = api.stop(start, count, functions_only=functions_only)
                if isinstance(stopped, End):
                    assert start.instance is not None
                    self._compare(world.outcome(start.instance, stopped), f"no stop at {count}")
                    break
                restored = world.restore(stopped, self._second, self._continuations)
                end = api.run(restored)
                self._compare(world.outcome(restored.instance, end), f"a stop at {count}")
                stops += 1
        return stops

    def chain(self, every: int, at_most: int) -> int:
        """Stop at each stable point number `every` of what is left, until the end. Returns the number of stops.

        `at_most` is how many stops may come: more, and the program does not get on.
        """
        with self._world() as world:
            start = world.start(self._program)
            instance = start.instance
            going: mvvm.Func | mvvm.Restored = start
            stops = 0
            while not isinstance(stopped := api.stop(going, every), End):
                stops += 1
                assert stops <= at_most, f"{stops} stops, each after {every} stable points, and no end"
                going = world.restore(stopped, self._second, self._continuations)
                instance = going.instance
            assert instance is not None
            self._compare(world.outcome(instance, stopped), f"a chain of stops, each after {every}")
            return stops

    def again(self, counts: Iterable[int]) -> None:
        """Restore, and stop again before anything happens: the view must be what it was."""
        for count in counts:
            with self._world() as world:
                stopped = api.stop(world.start(self._program), count)
                if isinstance(stopped, End):
                    break
                restored = world.restore(stopped, self._second, self._continuations)
                second = api.stop_at_once(restored)
                assert api.view(second) == api.view(stopped), f"a second stop where the program stopped at {count}"

    def _world(self) -> World:
        self._runs += 1
        if self._runs % _COLLECT_EVERY == 0:
            gc.collect()
        return World(self._workload, same_memory=self._same_memory)

    def _compare(self, outcome: Outcome, what: str) -> None:
        if outcome != self.unbroken:
            raise AssertionError(f"{self._workload.id}, {what}: {outcome.differences(self.unbroken)}")


def seed_of(text: str) -> int:
    """A seed for a choice, the same in every process."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")

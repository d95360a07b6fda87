"""mvvm as an engine that stops every call: at its first stable point, and at another one further on.

Each time a snapshot is taken, a new instance takes it up, and stands for the old one from then on. Objects of the host
that it holds are other ones then, with the same numbers.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import mvvm
from mvvm.abi.view import Frame
from mvvm.errors import CheckpointFailed, Trap, WasmException
from mvvm.migrate.continuations import Continuations
from mvvm.migrate.take import controller_of
from mvvm.options import Policy
from mvvm.runtime.resume import resume
from tests.spec.engine import Thrown, Trapped
from tests.spec.mvvm_engine import Exports, MvvmEngine, from_bits, to_bits
from tests.spec.values import Value

_FURTHER = 12  # stable points, at most, from the first stop to the second


class _Call:
    """A call by bit patterns, as mvvm.checkpoint takes it."""

    def __init__(self, function: mvvm.Func) -> None:
        assert function.instance is not None
        self.instance: mvvm.Instance = function.instance
        self._function = function

    def __call__(self, *bits: int) -> list[int]:
        return self._function.call_raw(bits)


class _Rest:
    """What is left of a call that was stopped."""

    def __init__(self, instance: mvvm.Instance, frames: list[Frame], continuations: Continuations) -> None:
        self.instance = instance
        self._frames = frames
        self._continuations = continuations

    def __call__(self) -> list[int]:
        types = self.instance.program.info.func_type(self._frames[-1].function).results
        results = resume(self.instance, self._frames, self._continuations.find)
        return [self.instance.raw_of(type_, bits) for type_, bits in zip(types, results, strict=True)]


class CheckpointEngine(MvvmEngine):
    """Implements `Engine`. `stops` counts the snapshots taken, `refused` those that there could not be."""

    def __init__(self, opt_level: int) -> None:
        super().__init__(opt_level)
        self.options = mvvm.CompileOptions(opt_level=opt_level, checkpoint=Policy.LOOP)
        self.stops = 0
        self.refused = 0
        self._chance = random.Random(1)
        self._continuations: dict[mvvm.Program, Continuations] = {}
        self._imports: dict[int, Mapping[str, Exports]] = {}
        self._references: dict[str, Value] = {}  # all objects of the host that guests were given
        # What stands now for the exports that the runner has, which are kept so that they keep their identity.
        self._now: dict[int, tuple[Exports, Exports]] = {}

    def instantiate(self, module: mvvm.Program, imports: Mapping[str, Exports]) -> Exports:
        current = {name: self._current(exports) for name, exports in imports.items()}
        exports = super().instantiate(module, current)
        self._imports[id(exports)] = current
        self._now[id(exports)] = (exports, exports)
        return exports

    def invoke(self, exports: Exports, name: str, arguments: Sequence[Value]) -> list[Value]:
        function = self._current(exports)[name]
        assert isinstance(function, mvvm.Func)
        self._name(argument for argument in arguments if argument.type == "externref")
        try:
            results = self._stop_twice(exports, function, [to_bits(argument) for argument in arguments])
        except Trap as error:
            raise Trapped(str(error)) from error
        except WasmException as error:
            raise Thrown(str(error)) from error
        return [from_bits(type_, bits) for type_, bits in zip(function.type.results, results, strict=True)]

    def get(self, exports: Exports, name: str) -> Value:
        return super().get(self._current(exports), name)

    def _current(self, exports: Exports) -> Exports:
        _, current = self._now.get(id(exports), (exports, exports))
        return current

    def _name(self, objects: Iterable[Value]) -> None:
        for value in objects:
            self._references[f"{value} {len(self._references)}"] = value

    def _refuse(self, _: CheckpointFailed) -> None:
        self.refused += 1

    def _stop_twice(self, exports: Exports, function: mvvm.Func, bits: list[int]) -> list[int]:
        assert function.instance is not None
        program = function.instance.program
        continuations = self._continuations.setdefault(program, Continuations(program))
        call: _Call | _Rest = _Call(function)
        arguments = bits
        for count in (1, self._chance.randint(1, _FURTHER)):
            controller_of(call.instance).fail = self._refuse  # and go on
            try:
                snapshot = mvvm.checkpoint(call, *arguments, count=count, references=self._references)  # type: ignore[arg-type]
            except mvvm.Finished as finished:
                results = finished.result
                assert isinstance(results, list)
                return results
            except CheckpointFailed as error:  # it holds a reference to a function of another instance
                self._refuse(error)
                stopped = error.restored
                assert isinstance(stopped, mvvm.Restored)
                return _Rest(stopped.instance, stopped.frames, continuations)()
            self.stops += 1
            imports = self._imports.get(id(exports), {})
            others = {name: replace(self._references[name]) for name in snapshot.view.references}
            self._name(others.values())
            restored = mvvm.restore(snapshot, program, imports, continuations=continuations, references=others)
            self._now[id(exports)] = (exports, restored.instance.exports)
            call, arguments = _Rest(restored.instance, restored.frames, continuations), []
        return call(*arguments)

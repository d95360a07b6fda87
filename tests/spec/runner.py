"""Runs a script on an engine and tells for each command whether it did what the script says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeAlias, TypeVar

import wasmtime

from tests.spec.engine import Engine, I, Invalid, M, Thrown, Trapped, Unlinkable, Unsupported
from tests.spec.script import (
    Action,
    AssertFailure,
    AssertReturn,
    Command,
    Definition,
    Instance,
    Module,
    Register,
    Source,
    read_script,
)
from tests.spec.values import Pattern, Value


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a command; `failure` is None if it passed.

    `unsupported` tells that the engine refused the module, or one that it depends on, for a feature.
    """

    line: int
    keyword: str
    failure: str | None = None
    unsupported: bool = False

    @property
    def is_assertion(self) -> bool:
        return self.keyword.startswith("assert_")


class Mismatch(Exception):
    """The engine did something else than the script says."""


class Malformed(Exception):
    """Text that is not a module."""


EXPECTED: dict[str, tuple[type[Exception], ...]] = {
    "assert_exception": (Thrown,),
    "assert_exhaustion": (Trapped,),
    "assert_invalid": (Invalid,),
    "assert_invalid_custom": (Invalid,),
    "assert_malformed": (Malformed, Invalid),
    "assert_malformed_custom": (Malformed, Invalid),
    "assert_trap": (Trapped,),
    "assert_unlinkable": (Unlinkable,),
}

# Other words for the suite's messages, where an engine tells more or less than the reference interpreter.
SYNONYMS = {
    "uninitialized element 2": "uninitialized element",
    "null array reference": "null reference",
    "null function reference": "null reference",
    "null i31 reference": "null reference",
    "null structure reference": "null reference",
}

K = TypeVar("K")
T = TypeVar("T")
Compiled: TypeAlias = tuple[M, frozenset[str]]  # with the names of the modules that it imports from


def run_file(path: Path, engine: Engine[M, I]) -> Iterator[Outcome]:
    """Run the script `path` on a fresh `engine`. Raises SyntaxFailure if it is not a script."""
    return run_text(path.read_text(encoding="utf-8"), engine)


def run_text(text: str, engine: Engine[M, I]) -> Iterator[Outcome]:
    """As `run_file`, of a script's text."""
    runner = Runner(engine)
    for command in read_script(text):
        yield runner.run(command)


class Runner(Generic[M, I]):
    """The state of a script: definitions, instances and registered modules by name; None names the last one.

    What could not be made stands in the tables as the error that whatever uses it fails with: one that no assertion
    expects, so that none passes by accident and each failure names its cause.
    """

    def __init__(self, engine: Engine[M, I]) -> None:
        self.engine = engine
        self.definitions: dict[str | None, Compiled[M] | Exception] = {}
        self.instances: dict[str | None, I | Exception] = {}
        self.registered: dict[str, I | Exception] = {"spectest": engine.spectest()}

    def run(self, command: Command) -> Outcome:
        """Execute `command`. Whatever the engine raises becomes an outcome, bugs of the engine too."""
        try:
            self._execute(command)
        except Exception as error:
            failure = " ".join(f"{type(error).__name__}: {error}".split())
            return Outcome(command.line, command.keyword, failure, isinstance(error, Unsupported))
        return Outcome(command.line, command.keyword)

    def _execute(self, command: Command) -> None:
        match command.body:
            case Module(name=name, source=source):
                _record(self.instances, name, lambda: self._instantiate(self._compile(source)))
            case Definition(name=name, source=source):
                _record(self.definitions, name, lambda: self._compile(source))
            case Instance(name=name, definition=definition):
                _record(self.instances, name, lambda: self._instantiate(_made(self.definitions, definition)))
            case Register(module=module, instance=instance):
                self.registered[module] = self.instances.get(instance, Mismatch("no such instance"))
                _made(self.registered, module)
            case Action() as action:
                self._act(action)
            case AssertReturn(action=action, patterns=patterns):
                results = self._act(action)
                if not _match(results, patterns):
                    raise Mismatch(f"returned {_list(results)} instead of {_list(patterns)}")
            case AssertFailure(subject=subject, message=message):
                self._assert_failure(command.keyword, subject, message)

    def _assert_failure(self, keyword: str, subject: Action | Source, message: str) -> None:
        try:
            if isinstance(subject, Action):
                self._act(subject)
            elif keyword.startswith(("assert_invalid", "assert_malformed")):
                self._compile(subject)
            else:
                self._instantiate(self._compile(subject))
        except EXPECTED[keyword] as error:
            # Engines word errors of validation in their own ways, but agree on why a program stops or does not link.
            if isinstance(error, Trapped | Unlinkable) and SYNONYMS.get(message, message) not in str(error):
                raise Mismatch(f"failed with {str(error)!r} instead of {message!r}") from error
        else:
            raise Mismatch(f"did not fail with {message!r}")

    def _compile(self, source: Source) -> Compiled[M]:
        wasm = source.data
        if source.is_text:
            try:
                wasm = bytes(wasmtime.wat2wasm(source.data))
            except wasmtime.WasmtimeError as error:
                raise Malformed(str(error)) from error
        return self.engine.compile(wasm), source.imports

    def _instantiate(self, compiled: Compiled[M]) -> I:
        module, imported = compiled
        for name in imported & self.registered.keys():
            _made(self.registered, name)
        instances = {name: i for name, i in self.registered.items() if not isinstance(i, Exception)}
        return self.engine.instantiate(module, instances)

    def _act(self, action: Action) -> list[Value]:
        exports = _made(self.instances, action.instance)
        if action.arguments is None:
            return [self.engine.get(exports, action.export)]
        return self.engine.invoke(exports, action.export, action.arguments)


def _record(table: dict[str | None, T | Exception], name: str | None, make: Callable[[], T]) -> None:
    """Enter what `make` gives as the last one and under `name`, or the error, which is raised too."""
    try:
        table[None] = table[name] = make()
    except Unsupported as error:
        table[None] = table[name] = error
        raise
    except Exception as error:
        table[None] = table[name] = Mismatch(f"needs a module that failed: {error}")
        raise


def _made(table: Mapping[K, T | Exception], name: K) -> T:
    entry = table.get(name, Mismatch(f"nothing is named {name}"))
    if isinstance(entry, Exception):
        raise entry.with_traceback(None)
    return entry


def _match(results: Sequence[Value], patterns: Sequence[Pattern]) -> bool:
    if len(results) != len(patterns):
        return False
    return all(pattern.matches(result) for pattern, result in zip(patterns, results, strict=True))


def _list(values: Sequence[Value | Pattern]) -> str:
    return ", ".join(map(str, values)) or "nothing"

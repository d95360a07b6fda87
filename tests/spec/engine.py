"""What the runner needs of an engine, and the ways in which an engine may refuse or fail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

from tests.spec.values import Value

M = TypeVar("M")  # a compiled module
I = TypeVar("I")  # noqa: E741 - the exports of an instance


class EngineFailure(Exception):
    """What a script can expect; anything else that an engine raises is a bug."""


class Invalid(EngineFailure):
    """Not a module, or not a valid one."""


class Unsupported(EngineFailure):
    """A valid module that the engine does not compile; the message names the feature."""


class Unlinkable(EngineFailure):
    """An import is missing or has another type."""


class Trapped(EngineFailure):
    """A trap; the message says which."""


class Thrown(EngineFailure):
    """An exception that the module did not catch."""


class Engine(Protocol[M, I]):
    """An engine with a store of its own: one is made for each script."""

    def spectest(self) -> I:
        """The exports of the host module that scripts import as `spectest`."""

    def compile(self, wasm: bytes) -> M:
        """Compile a module of the binary format. Raises Invalid or Unsupported."""

    def instantiate(self, module: M, imports: Mapping[str, I]) -> I:
        """Instantiate and run the start function. Raises Unlinkable, Trapped or Thrown."""

    def invoke(self, exports: I, name: str, arguments: Sequence[Value]) -> list[Value]:
        """Call an exported function. Raises Trapped or Thrown."""

    def get(self, exports: I, name: str) -> Value:
        """The value of an exported global."""

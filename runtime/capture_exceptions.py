"""The exceptions of a stopped program in its view: those that exnrefs reach, numbered anew."""

from __future__ import annotations

from mvvm.abi.view import ExceptionState, Frame, TableState
from mvvm.errors import CheckpointFailed
from mvvm.runtime.capture import value_of
from mvvm.runtime.exceptions import object_of
from mvvm.wasm.types import EXNREF, EXTERNREF

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from mvvm.abi.view import Value
    from mvvm.runtime.instance import Instance


def number_exceptions(
    instance: Instance, frames: list[Frame], tables: list[TableState], globals_: list[Value]
) -> tuple[list[Frame], list[TableState], list[Value], list[ExceptionState]]:
    """What a view has, with exnrefs that count in the exceptions which are returned. Raises CheckpointFailed.

    Exnrefs are given as the instance numbers them (mvvm.runtime.exceptions.Exceptions).
    """
    numbering = _Numbering(instance)
    new_frames = [
        Frame(
            frame.function,
            frame.pc,
            frame.kind,
            dict(zip(frame.locals, numbering.values(frame.locals.values()), strict=True)),
            numbering.values(frame.stack),
        )
        for frame in frames
    ]
    new_tables = [
        TableState(EXNREF, [numbering.bits(bits) for bits in table.elements]) if table.element == EXNREF else table
        for table in tables
    ]
    return new_frames, new_tables, numbering.values(globals_), numbering.states


class _Numbering:
    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.states: list[ExceptionState] = []
        self._known = {0: 0}  # bits as the instance numbers them -> those of the view

    def values(self, values: Iterable[Value]) -> list[Value]:
        return [(type_, self.bits(bits)) if type_ == EXNREF else (type_, bits) for type_, bits in values]

    def bits(self, wanted: int) -> int:
        # Chains of exceptions may be long: no recursion.
        pending = [wanted]
        while pending:
            bits = pending[-1]
            if bits in self._known:
                pending.pop()
                continue
            tag, values = self._object(bits)
            inner = [item for type_, item in values if type_ == EXNREF and item not in self._known]
            if inner:
                pending += inner
                continue
            self.states.append(ExceptionState(tag, self.values(values)))
            self._known[bits] = len(self.states)
        return self._known[wanted]

    def _object(self, bits: int) -> tuple[int, list[Value]]:
        instance = self.instance
        tag, raw = object_of(instance.exceptions.handle_of(bits))
        if tag not in instance.tags:
            raise CheckpointFailed(f"the program holds an exception with a tag that is not its own, {tag!r}")
        values = [value_of(instance, type_, item) for type_, item in zip(tag.type.params, raw, strict=True)]
        if any(type_ == EXTERNREF and item for type_, item in values):
            raise CheckpointFailed(
                "the program holds an exception with an object of the host, which a snapshot cannot hold"
            )
        return instance.tags.index(tag), values

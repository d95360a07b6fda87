"""The exnrefs and externrefs in the view of a stopped program, numbered anew: they count in what is in use there."""

from __future__ import annotations

from mvvm.abi.view import ExceptionState, Frame, TableState
from mvvm.errors import BadAotFile, CheckpointFailed
from mvvm.runtime import exceptions, references
from mvvm.runtime.capture import value_of
from mvvm.wasm.types import EXNREF, EXTERNREF

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mvvm.abi.view import Value, View
    from mvvm.runtime.instance import Instance

_MAX_SHOWN = 200  # characters of an object's repr in a message


def number_references(instance: Instance, view: View, named: Mapping[str, object]) -> None:
    """Give a view its exceptions and the names of its references, by first use in the order of the view.

    They are given as the instance numbers them (mvvm.runtime.references.Numbering). `named` are objects by name. The
    parts of the view are replaced, not changed. Raises CheckpointFailed where an object has no name.
    """
    caught = _Exceptions(instance)
    _renumber(view, EXNREF, caught.bits)
    view.exceptions = caught.states
    objects = _Objects(instance, named)
    _renumber(view, EXTERNREF, objects.bits)
    view.references = objects.names


def _renumber(view: View, wanted: str, number: Callable[[int], int]) -> None:
    """Change the bits of all references of the type `wanted`."""

    def values(items: Iterable[Value]) -> list[Value]:
        return _numbered(items, wanted, number)

    view.frames = [
        Frame(
            frame.function,
            frame.pc,
            frame.kind,
            dict(zip(sorted(frame.locals), values(value for _, value in sorted(frame.locals.items())), strict=True)),
            values(frame.stack),
        )
        for frame in view.frames
    ]
    view.tables = [
        TableState(wanted, [number(bits) for bits in table.elements]) if table.element == wanted else table
        for table in view.tables
    ]
    view.globals = values(view.globals)
    view.exceptions = [ExceptionState(item.tag, values(item.values)) for item in view.exceptions]


def _numbered(items: Iterable[Value], wanted: str, number: Callable[[int], int]) -> list[Value]:
    return [(type_, number(bits)) if type_ == wanted else (type_, bits) for type_, bits in items]


class _Exceptions:
    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.states: list[ExceptionState] = []
        self._known = {0: 0}  # bits as the instance numbers them -> those of the view

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
            self.states.append(ExceptionState(tag, _numbered(values, EXNREF, self._known.__getitem__)))
            self._known[bits] = len(self.states)
        return self._known[wanted]

    def _object(self, bits: int) -> tuple[int, list[Value]]:
        instance = self.instance
        tag, raw = exceptions.object_of(instance.exceptions.handle_of(bits))
        if tag not in instance.tags:
            raise CheckpointFailed(f"the program holds an exception with a tag that is not its own, {tag!r}")
        values = [value_of(instance, type_, item) for type_, item in zip(tag.type.params, raw, strict=True)]
        return instance.tags.index(tag), values


class _Objects:
    def __init__(self, instance: Instance, named: Mapping[str, object]) -> None:
        self.instance = instance
        self._numbers: dict[str, int] = {}  # bits in the view, by name
        self._names: dict[int, str] = {}  # by id() of the object
        for name, value in named.items():
            self._names.setdefault(id(value), name)
        self._known = {0: 0}  # as in _Exceptions; an object that was restored under two names has two numbers there

    @property
    def names(self) -> list[str]:
        return list(self._numbers)

    def bits(self, wanted: int) -> int:
        if wanted not in self._known:
            self._known[wanted] = self._numbers.setdefault(self._name(wanted), len(self._numbers) + 1)
        return self._known[wanted]

    def _name(self, bits: int) -> str:
        try:
            value = references.object_of(self.instance.references.handle_of(bits))
        except KeyError:
            raise BadAotFile("damaged .aot file: the type of a value in its table of stable points is wrong") from None
        if id(value) not in self._names:
            raise CheckpointFailed(
                f"the program holds a reference to an object of the host that has no name, {_shown(value)}: "
                "name it in references={name: object}"
            )
        name = self._names[id(value)]
        if not isinstance(name, str) or not _is_unicode(name):
            raise CheckpointFailed(f"the name of an object of the host is not a text that can be written, {name!r}")
        return name


def _is_unicode(name: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in name)


def _shown(value: object) -> str:
    """An object on one line. Its own repr may do anything."""
    try:
        text = repr(value)
    except Exception:
        text = object.__repr__(value)
    text = " ".join(text.split())
    return text if len(text) <= _MAX_SHOWN else text[:_MAX_SHOWN] + "..."

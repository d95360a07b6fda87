"""Tags: what exceptions are told apart by. A tag is itself wherever it is imported and exported."""

from __future__ import annotations

import ctypes
from _weakref import ref

from mvvm.errors import UsageError
from mvvm.wasm.types import FuncType

_tags: dict[int, ref[Tag]] = {}


class Tag:
    """A tag for exceptions that carry values of its `type`'s parameters; `name` is for people.

    Raises UsageError where the type has results.
    """

    __slots__ = ("__weakref__", "_cell", "address", "name", "type")

    def __init__(self, type: FuncType, name: str = "") -> None:
        if type.results:
            raise UsageError("the type of a tag has no results")
        self.type = type
        self.name = name
        self._cell = ctypes.c_uint64()  # nothing but an address of its own: what compiled code knows of it
        self.address = address = ctypes.addressof(self._cell)
        _tags[address] = ref(self, lambda _: _tags.pop(address, None) and None)

    def __repr__(self) -> str:
        return f"<Tag {self.name}{self.type}>"


def tag_at(address: int) -> Tag:
    """The tag of an address, which lives as long as an instance that has it."""
    tag = _tags[address]()
    assert tag is not None
    return tag

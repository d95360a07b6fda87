"""Tags: what exceptions are told apart by. A tag is itself wherever it is imported and exported."""

from __future__ import annotations

import ctypes
import itertools
import mmap
from _weakref import ref

from mvvm.abi.context import EXNREF_SHORT, MAX_EXCEPTION_VALUES, MAX_TAGS, TAG_SIZE
from mvvm.errors import EnvironmentFailure, UsageError
from mvvm.wasm.types import F32, I32, FuncType

_tags: dict[int, ref[Tag]] = {}  # by number
_free: list[int] = []  # numbers of tags that are gone
_next_number = itertools.count().__next__
_cells = mmap.mmap(-1, TAG_SIZE * MAX_TAGS)
cells_address = ctypes.addressof(ctypes.c_char.from_buffer(_cells))
_MASKS = {"": 0, I32: 0xFFFFFFFF, F32: 0xFFFFFFFF}  # by the types of the values, of tags whose exnrefs are short


class Tag:
    """A tag for exceptions that carry values of its `type`'s parameters; `name` is for people.

    `address` is its cell's, `short` what is in there (mvvm.abi.context). Raises UsageError where the type has results,
    or more parameters than a module's may have.
    """

    __slots__ = ("__weakref__", "address", "name", "short", "type")

    def __init__(self, type: FuncType, name: str = "") -> None:
        if type.results:
            raise UsageError("the type of a tag has no results")
        if len(type.params) > MAX_EXCEPTION_VALUES:
            raise UsageError(f"an exception has at most {MAX_EXCEPTION_VALUES} values, not {len(type.params)}")
        try:
            number = _free.pop()
        except IndexError:
            number = _next_number()
        if number >= MAX_TAGS:
            raise EnvironmentFailure(f"there are {MAX_TAGS} tags in this process, and cannot be more")
        self.type = type
        self.name = name
        self.address = cells_address + TAG_SIZE * number
        mask = _MASKS.get(type.params)
        self.short = 0 if mask is None else EXNREF_SHORT | number << 32
        cell = (ctypes.c_uint64 * 2).from_address(self.address)
        cell[:] = [self.short, mask or 0]
        _tags[number] = ref(self, lambda _: _forget(number))

    def __repr__(self) -> str:
        return f"<Tag {self.name}{self.type}>"


def _forget(number: int) -> None:
    del _tags[number]
    _free.append(number)


def tag_at(address: int) -> Tag:
    """The tag of an address, which lives as long as an instance that has it."""
    return numbered_tag((address - cells_address) // TAG_SIZE)


def numbered_tag(number: int) -> Tag:
    """The tag of a number in the array of cells."""
    tag = _tags[number]()
    assert tag is not None
    return tag

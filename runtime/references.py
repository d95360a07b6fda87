"""externref values: handles of host objects. 0 is null.

A guest can keep a handle anywhere, in a table of another instance or across calls, so handles live as long as
the process.
"""

from __future__ import annotations

import itertools

from mvvm.errors import BadSnapshot, LinkError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_next_handle = itertools.count(1).__next__
_objects: dict[int, object] = {0: None}  # by handle
_handles: dict[int, int] = {}  # by id(); the object stays alive in _objects, so its id stays its own


def handle(value: object) -> int:
    """The handle of an object; None is null."""
    if value is None:
        return 0
    known = _handles.get(id(value))
    if known is None:
        # Guests may run in several threads: two of them may give an object two handles, but no handle to two objects.
        known = _next_handle()
        _objects[known] = value
        _handles[id(value)] = known
    return known


def object_of(handle: int) -> object:
    """The object of a handle."""
    return _objects[handle]


def handles_of(names: Sequence[str], given: Mapping[str, object]) -> list[int]:
    """The handles of the objects that have these names. Raises LinkError where some are not given, or null."""
    missing = [name for name in names if given.get(name) is None]
    if missing:
        raise LinkError(
            f"the program holds objects of the host that it was not given: {', '.join(map(repr, missing))}: "
            "restore it with references={name: object}, where None is no object"
        )
    return [handle(given[name]) for name in names]


class Numbering:
    """The numbers that an instance gives to what its references refer to, as its frames have them when it is stopped.

    Bits are a number + 1, those of null 0.
    """

    __slots__ = ("_handles", "_numbers")

    what = "an object of the host"

    def __init__(self) -> None:
        self._handles: list[int] = []  # by number
        self._numbers: dict[int, int] = {}

    def append(self, handle: int) -> None:
        """Give a handle that is not 0 the next number, even if it has one."""
        self._numbers.setdefault(handle, len(self._handles))
        self._handles.append(handle)

    def bits_of(self, handle: int) -> int:
        """The bits of a reference, from what compiled code has."""
        if handle == 0:
            return 0
        if handle not in self._numbers:
            self.append(handle)
        return self._numbers[handle] + 1

    def handle_of(self, bits: int) -> int:
        """The other way round. Raises BadSnapshot where the number was not given."""
        if bits > len(self._handles):
            raise BadSnapshot(f"damaged snapshot: it refers to {self.what} that it does not have")
        return self._handles[bits - 1] if bits else 0

"""externref values: handles of host objects. 0 is null.

A guest can keep a handle anywhere, in a table of another instance or across calls, so handles live as long as
the process.
"""

from __future__ import annotations

_objects: list[object] = [None]
_handles: dict[int, int] = {}  # by id(); the object stays alive in _objects, so its id stays its own


def handle(value: object) -> int:
    """The handle of an object; None is null."""
    if value is None:
        return 0
    known = _handles.get(id(value))
    if known is None:
        known = _handles[id(value)] = len(_objects)
        _objects.append(value)
    return known


def object_of(handle: int) -> object:
    """The object of a handle."""
    return _objects[handle]

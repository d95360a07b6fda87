"""References of a view against the types that the module declares, of which compiled code knows less.

A null where there can be none, or a reference where there can be null only, is damage. Checked are tables, globals,
exceptions and locals; what types operands have, only validation knows.
"""

from __future__ import annotations

from mvvm.errors import BadSnapshot
from mvvm.wasm.reader import unsigned
from mvvm.wasm.references import declared_type, split
from mvvm.wasm.types import REFERENCES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mvvm.abi.view import Frame, View
    from mvvm.runtime.instance import Instance
    from mvvm.runtime.program import Program


def check_declared(instance: Instance, view: View) -> None:
    """Raise BadSnapshot where a reference is not of its declared type."""
    for table, elements in zip(instance.tables, view.tables, strict=True):
        if len(table.type.declared) > 1:
            for bits in elements.elements:
                _check(table.type.declared, bits)
    for item, (_, bits) in zip(instance.globals, view.globals, strict=True):
        _check(item.type.declared, bits)
    for exception in view.exceptions:
        params = instance.tags[exception.tag].type.declared_params
        for declared, (_, bits) in zip(params, exception.values, strict=True):
            _check(declared, bits)
    locals_ = _Locals(instance.program)
    for frame in view.frames:
        for index, (type_, bits) in frame.locals.items():
            if type_ in REFERENCES:
                _check(locals_.declared(frame, index), bits)


def _check(declared: str, bits: int) -> None:
    if len(declared) == 1:
        return
    nullable, heap = split(declared)
    if heap in ("nofunc", "noextern", "noexn") if bits else not nullable:
        raise BadSnapshot(f"damaged snapshot: it has a value that is not of type ({declared})")


class _Locals:
    """Types of locals as they are declared."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._data = b""
        self._bodies: list[tuple[int, int]] = []  # in the data
        self._known: dict[tuple[int, int], str] = {}  # by function and index

    def declared(self, frame: Frame, index: int) -> str:
        """That of a local that is a reference. Raises BadSnapshot where there is none."""
        key = frame.function, index
        if key not in self._known:
            self._known[key] = self._find(*key)
        return self._known[key]

    def _find(self, function: int, index: int) -> str:
        if not self._bodies:
            from mvvm.wasm.decode import find_bodies

            self._data = bytes(self._program.wasm)
            self._bodies = find_bodies(self._data)
        info, data = self._program.info, self._data
        own = function - info.num_imported_functions
        if not 0 <= own < len(self._bodies):
            raise BadSnapshot("damaged snapshot: it has a frame of a function that its module does not define")
        params = info.func_type(function).declared_params
        if index < len(params):
            return params[index]
        end = len(params)
        groups, at = unsigned(data, self._bodies[own][0])
        for _ in range(groups):
            count, at = unsigned(data, at)
            declared, at = declared_type(data, at, lambda type_: info.types[type_].identity)
            end += count
            if index < end:
                return declared
        raise BadSnapshot("damaged snapshot: it has a local that its function does not have")

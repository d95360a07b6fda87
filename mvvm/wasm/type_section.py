"""The type section: function types, and which of them are the same (Wasm 3.0, 5.2.4, 5.3.9 and 3.1.3).

Types of a recursive group may refer to each other. Two groups are the same if they are spelled the same, with
references into the group by position and all others by identity.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

from mvvm.errors import UnsupportedFeature
from mvvm.wasm import references
from mvvm.wasm.reader import Reader
from mvvm.wasm.types import FuncType

_REC, _SUB_FINAL, _FUNC = 0x4E, 0x4F, 0x60

Identity = Callable[[int], str]  # that of a type index
_Declared = tuple[str | list[str], str | list[str]]  # parameters, results


def read_types(reader: Reader) -> list[FuncType]:
    """Read the section. Raises UnsupportedFeature for types that are not of functions, or have subtypes."""
    types: list[FuncType] = []
    for _ in range(reader.unsigned()):
        size = 1
        if reader.data[reader.at] == _REC:
            reader.byte()
            size = reader.unsigned()
        start = reader.at
        known = [type_.identity for type_ in types]
        inside = known + [f".{position}" for position in range(size)]
        identities = _identities([_declared(reader, inside.__getitem__) for _ in range(size)])
        reader.at = start
        named = known + identities
        declared = [_declared(reader, named.__getitem__) for _ in range(size)]
        types += [
            FuncType(references.machine_types(params), references.machine_types(results), (params, results), identity)
            for (params, results), identity in zip(declared, identities, strict=True)
        ]
    return types


def _declared(reader: Reader, identity: Identity) -> _Declared:
    """The parameters and results of the next type."""
    form = reader.byte()
    if form == _SUB_FINAL and not reader.unsigned():  # without a supertype
        form = reader.byte()
    if form != _FUNC:
        raise UnsupportedFeature("the module uses garbage collection types, which mvvm does not compile")
    return _value_types(reader, identity), _value_types(reader, identity)


def _value_types(reader: Reader, identity: Identity) -> str | list[str]:
    types = [value_type(reader, identity) for _ in range(reader.unsigned())]
    return "".join(types) if all(len(t) == 1 for t in types) else types


def value_type(reader: Reader, identity: Identity) -> str:
    """The next value type as it is declared."""
    type_, reader.at = references.declared_type(reader.data, reader.at, identity)
    return type_


def _identities(group: list[_Declared]) -> list[str]:
    """The identities of a group's types: what they are spelled like, where that says all."""
    if len(group) == 1:
        params, results = group[0]
        if isinstance(params, str) and isinstance(results, str):
            return [f"{params}_{results}"]
    text = ";".join([f"{','.join(params)}_{','.join(results)}" for params, results in group])
    digest = sha256(text.encode()).hexdigest()[:32]
    return [f"{digest}.{position}" for position in range(len(group))]

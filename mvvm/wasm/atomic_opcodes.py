"""The rows of the instruction table for atomic instructions (the threads proposal): prefix 0xfe.

Their order is systematic: loads, stores, then for each operation the same seven widths.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# The value type of an access, and its width where that is less.
WIDTHS = (("i32", 32), ("i64", 64), ("i32", 8), ("i32", 16), ("i64", 8), ("i64", 16), ("i64", 32))
OPERATIONS = ("add", "sub", "and", "or", "xor", "xchg", "cmpxchg")
_TYPES = {"i32": "i", "i64": "I"}
_BITS = {"i32": 32, "i64": 64}
_FIRST_ACCESS = 0x10


def narrow(type_: str, bits: int) -> str:
    """The part of a name that gives the width, where it is not the type's."""
    return "" if bits == _BITS[type_] else str(bits)


def rows() -> Iterator[tuple[int, str, str, str]]:
    """Sub-opcode, name, immediate and effect of each instruction."""
    yield 0x00, "memory.atomic.notify", "MEMARG", "ii->i"
    yield 0x01, "memory.atomic.wait32", "MEMARG", "iiI->i"
    yield 0x02, "memory.atomic.wait64", "MEMARG", "iII->i"
    yield 0x03, "atomic.fence", "FENCE", "->"
    sub = _FIRST_ACCESS
    for type_, bits in WIDTHS:
        yield sub, name(type_, "load", bits), "MEMARG", f"i->{_TYPES[type_]}"
        sub += 1
    for type_, bits in WIDTHS:
        yield sub, name(type_, "store", bits), "MEMARG", f"i{_TYPES[type_]}->"
        sub += 1
    for operation in OPERATIONS:
        for type_, bits in WIDTHS:
            t = _TYPES[type_]
            operands = t * 2 if operation == "cmpxchg" else t
            yield sub, name(type_, operation, bits), "MEMARG", f"i{operands}->{t}"
            sub += 1


def name(type_: str, operation: str, bits: int) -> str:
    """The name of an access in the text format."""
    width = narrow(type_, bits)
    if operation in ("load", "store"):
        sign = "_u" if width and operation == "load" else ""
        return f"{type_}.atomic.{operation}{width}{sign}"
    return f"{type_}.atomic.rmw{width}.{operation}" + ("_u" if width else "")

"""Reference types as they are declared: nullability, heap type, subtyping (Wasm 3.0, 2.3.4 to 2.3.8 and 3.3).

A declared type is spelled as one character where mvvm.wasm.types has one for it (`r` is `(ref null func)`, `x`
`(ref null extern)`, `e` `(ref null exn)`), else

    ref func        ref null nofunc         ref $ii_i        ref null $HASH

`$` stands before the identity of a function type: its key where it says all, or the hash of what it is made of. The
same type has the same identity in all modules, so that linking compares spellings.

The loader imports this module: see mvvm.abi for what it may not import.
"""

from __future__ import annotations

from mvvm.errors import UnsupportedFeature
from mvvm.wasm.reader import signed
from mvvm.wasm.types import EXNREF, EXTERNREF, FROM_BYTE, FUNCREF

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

REF_NULL_TYPE, REF_TYPE = 0x63, 0x64
# Abstract heap types, as the bytes and as the negative numbers that they are.
HEAPS = {0x70: "func", 0x6F: "extern", 0x69: "exn", 0x73: "nofunc", 0x72: "noextern", 0x74: "noexn"}
_OTHER_HEAPS = dict.fromkeys((0x6E, 0x6D, 0x6C, 0x6B, 0x6A, 0x71), "garbage collection")
_SHORT = {"ref null func": FUNCREF, "ref null extern": EXTERNREF, "ref null exn": EXNREF}
_TOPS = {FUNCREF: "func", EXTERNREF: "extern", EXNREF: "exn"}
_MACHINE = {"extern": EXTERNREF, "noextern": EXTERNREF, "exn": EXNREF, "noexn": EXNREF}


def is_reference_type(byte: int) -> bool:
    """Whether a byte begins a reference type that is more than one of FROM_BYTE."""
    return byte in (REF_NULL_TYPE, REF_TYPE) or byte in HEAPS or byte in _OTHER_HEAPS


def machine_type(data: bytes, at: int) -> tuple[str, int]:
    """The value type at `at` as code has it, and the offset after it. Raises UnsupportedFeature."""
    byte = data[at]
    if byte in FROM_BYTE:
        return FROM_BYTE[byte], at + 1
    return machine_heap_type(data, at + 1 if byte in (REF_NULL_TYPE, REF_TYPE) else at)


def machine_heap_type(data: bytes, at: int) -> tuple[str, int]:
    """FUNCREF, EXTERNREF or EXNREF, for the heap type at `at`, and the offset after it. Raises UnsupportedFeature."""
    heap, at = _heap_type(data, at)
    return (FUNCREF if isinstance(heap, int) else of_heap(heap)), at


def declared_type(data: bytes, at: int, identity: Callable[[int], str]) -> tuple[str, int]:
    """The value type at `at` as it is declared, and the offset after it. Raises UnsupportedFeature.

    `identity` gives that of a type index.
    """
    byte = data[at]
    if byte in FROM_BYTE:
        return FROM_BYTE[byte], at + 1
    nullable = byte != REF_TYPE
    heap, at = _heap_type(data, at + 1 if byte in (REF_NULL_TYPE, REF_TYPE) else at)
    spelled = ("ref null " if nullable else "ref ") + (f"${identity(heap)}" if isinstance(heap, int) else heap)
    return _SHORT.get(spelled, spelled), at


def _heap_type(data: bytes, at: int) -> tuple[int | str, int]:
    """The type index or the name of an abstract heap type."""
    number, at = signed(data, at)
    if number >= 0:
        return number, at
    byte = number & 0x7F
    if byte not in HEAPS:
        feature = _OTHER_HEAPS.get(byte, "an unknown type")
        raise UnsupportedFeature(f"the module uses {feature}, which mvvm does not compile")
    return HEAPS[byte], at


def of_heap(heap: str) -> str:
    """What code has of a heap type: FUNCREF, EXTERNREF or EXNREF."""
    return _MACHINE.get(heap, FUNCREF)


def machine_of(declared: str) -> str:
    """What code has of a declared type."""
    return declared if len(declared) == 1 else of_heap(split(declared)[1])


def machine_types(declared: Sequence[str]) -> str:
    """What code has of declared types."""
    return declared if isinstance(declared, str) else "".join([machine_of(t) for t in declared])


def split(declared: str) -> tuple[bool, str]:
    """Whether null is a value of a declared reference type, and its heap type."""
    if len(declared) == 1:
        return True, _TOPS[declared]
    heap = declared.removeprefix("ref ").removeprefix("null ")
    return declared.startswith("ref null "), heap


def is_sound(declared: str) -> bool:
    """Whether something is spelled like a declared reference type of more than one character."""
    if not declared.startswith("ref "):
        return False
    heap = split(declared)[1]
    return heap in HEAPS.values() or (heap[:1] == "$" and len(heap) > 1)


def matches(declared: str, wanted: str) -> bool:
    """Whether values of a declared type are values of another (Wasm 3.0, 3.3.3)."""
    if declared == wanted:
        return True
    kind = machine_of(wanted)
    if machine_of(declared) != kind or kind not in _TOPS:
        return False
    (nullable, heap), (may_be_null, wanted_heap) = split(declared), split(wanted)
    if nullable and not may_be_null:
        return False
    top = _TOPS[kind]
    return heap == wanted_heap or wanted_heap == top or heap == f"no{top}"

"""Values between Python and the guest.

i32 and i64 are signed Python ints (arguments may be given unsigned too), f32 and f64 are floats, v128 is the 16 bytes
that `v128.store` would write (arguments may be any bytes-like object, or an unsigned int, whose low bytes come first),
funcref is a Func or None, externref is any object, exnref a WasmException or None. *Raw* values are bit patterns: what
compiled code has.
"""

from __future__ import annotations

import ctypes
import struct
from sys import byteorder

from mvvm.errors import UsageError, WasmException
from mvvm.runtime import references
from mvvm.wasm.types import EXNREF, EXTERNREF, F32, F64, FUNCREF, I32, I64, NAMES, V128

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mvvm.runtime.store import Store

_BITS = {I32: 32, I64: 64}
_NARROW = I32 + F32


def to_raw(value: object, type_: str, store: Store) -> int:
    """The bits of a value. Raises UsageError where it is not of the type, which is one as it is declared.

    `store` is where the value goes: the one that a function comes from is merged with it.
    """
    if len(type_) > 1:
        return _reference_to_raw(value, type_, store)
    if type_ in _BITS:
        bits = _BITS[type_]
        if isinstance(value, int) and -(1 << (bits - 1)) <= value < 1 << bits:
            return value & ((1 << bits) - 1)
    elif type_ in (F32, F64):
        if isinstance(value, (int, float)):
            form = "<f" if type_ == F32 else "<d"
            try:
                return int.from_bytes(struct.pack(form, value), "little")
            except OverflowError:
                return int.from_bytes(struct.pack(form, float("inf") if value > 0 else float("-inf")), "little")
    elif type_ == V128:
        if isinstance(value, int) and 0 <= value < 1 << 128:
            return value
        if isinstance(value, (bytes, bytearray, memoryview)):
            data = bytes(value)
            if len(data) == 16:
                return int.from_bytes(data, "little")
    elif type_ == FUNCREF:
        from mvvm.runtime.func import Func

        if value is None:
            return 0
        if isinstance(value, Func) and value.record:
            store.merge(value.store)
            return value.record
    elif type_ == EXTERNREF:
        return references.handle(value)
    elif type_ == EXNREF:
        if value is None:
            return 0
        if isinstance(value, WasmException):
            from mvvm.runtime.exceptions import handle_of

            return handle_of(value, store)
    raise UsageError(f"{value!r} is not a value of type {NAMES[type_]}")


def _reference_to_raw(value: object, declared: str, store: Store) -> int:
    """As `to_raw`, of a reference type that says more than that it is one."""
    from mvvm.runtime.func import Func
    from mvvm.wasm.references import machine_of, matches, split

    nullable, heap = split(declared)
    if value is None:
        fits = nullable
    elif heap in ("nofunc", "noextern", "noexn"):
        fits = False
    else:
        fits = heap[0] != "$" or (isinstance(value, Func) and matches(f"ref ${value.type.identity}", declared))
    if not fits:
        raise UsageError(f"{value!r} is not a value of type ({declared})")
    return to_raw(value, machine_of(declared), store)


def from_raw(bits: int, type_: str) -> object:
    """The value of bits."""
    if type_ == I32:
        bits &= 0xFFFFFFFF
        return bits - (1 << 32) if bits >> 31 else bits
    if type_ == I64:
        return bits - (1 << 64) if bits >> 63 else bits
    if type_ == F32:
        return struct.unpack("<f", (bits & 0xFFFFFFFF).to_bytes(4, "little"))[0]
    if type_ == F64:
        return struct.unpack("<d", bits.to_bytes(8, "little"))[0]
    if type_ == V128:
        return bits.to_bytes(16, "little")
    if type_ == FUNCREF:
        from mvvm.runtime.func import Func

        return Func.from_record(bits) if bits else None
    if type_ == EXNREF:
        from mvvm.runtime.exceptions import exception_of

        return exception_of(bits) if bits else None
    return references.object_of(bits)


def bits_at(address: int, type_: str) -> int:
    """The bits of a value that compiled code put at an address, in as many bytes as its type has."""
    if type_ == V128:
        return int.from_bytes(ctypes.string_at(address, 16), byteorder)
    form = ctypes.c_uint32 if type_ in _NARROW else ctypes.c_uint64
    return form.from_address(address).value


def put_bits(address: int, type_: str, bits: int) -> None:
    """Put a value where compiled code reads it, as it does."""
    if type_ == V128:
        ctypes.memmove(address, bits.to_bytes(16, byteorder), 16)
    else:
        form = ctypes.c_uint32 if type_ in _NARROW else ctypes.c_uint64
        form.from_address(address).value = bits

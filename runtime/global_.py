"""Globals, as the host sees them."""

from __future__ import annotations

import ctypes

from mvvm.abi.context import GLOBAL_SIZE
from mvvm.errors import UsageError
from mvvm.runtime.store import Store
from mvvm.runtime.values import from_raw, put_vector, to_raw, vector_at
from mvvm.wasm.types import F32, I32, V128, GlobalType


class Global:
    """A global: made by the host, or an instance's own (then at `address`, kept alive by `owner`)."""

    __slots__ = ("_owner", "address", "store", "type")

    def __init__(
        self,
        type: GlobalType,
        value: object = 0,
        store: Store | None = None,
        address: int = 0,
        owner: object = None,
    ) -> None:
        self.type = type
        self.store = store or Store()
        if address:
            self.address = address
            self._owner = owner
            return
        cell = (ctypes.c_uint64 * (GLOBAL_SIZE // 8))()
        self.address = ctypes.addressof(cell)
        self._owner = cell
        self.raw = to_raw(value, type.declared, self.store)

    @property
    def raw(self) -> int:
        """The bits of the value."""
        if self.type.value == V128:
            return vector_at(self.address)
        form = ctypes.c_uint32 if self.type.value in (I32, F32) else ctypes.c_uint64
        return form.from_address(self.address).value

    @raw.setter
    def raw(self, bits: int) -> None:
        if self.type.value in (I32, F32):
            ctypes.c_uint32.from_address(self.address).value = bits
        elif self.type.value == V128:
            put_vector(self.address, bits)
        else:
            ctypes.c_uint64.from_address(self.address).value = bits

    @property
    def value(self) -> object:
        """The value; see mvvm.runtime.values. Setting an immutable global raises UsageError."""
        return from_raw(self.raw, self.type.value)

    @value.setter
    def value(self, value: object) -> None:
        if not self.type.mutable:
            raise UsageError("the global is immutable")
        self.raw = to_raw(value, self.type.declared, self.store)

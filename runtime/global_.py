"""Globals, as the host sees them."""

from __future__ import annotations

import ctypes

from mvvm.abi.context import GLOBAL_SIZE
from mvvm.errors import UsageError
from mvvm.runtime.store import Store
from mvvm.runtime.values import bits_at, from_raw, put_bits, to_raw
from mvvm.wasm.types import GlobalType


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
        return bits_at(self.address, self.type.value)

    @raw.setter
    def raw(self, bits: int) -> None:
        put_bits(self.address, self.type.value, bits)

    @property
    def value(self) -> object:
        """The value; see mvvm.runtime.values. Setting an immutable global raises UsageError."""
        return from_raw(self.raw, self.type.value)

    @value.setter
    def value(self, value: object) -> None:
        if not self.type.mutable:
            raise UsageError("the global is immutable")
        self.raw = to_raw(value, self.type.declared, self.store)

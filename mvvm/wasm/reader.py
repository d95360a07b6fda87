"""Reading the primitive values of the binary format (Wasm 2.0, section 5.2).

The loader imports this module (constant expressions): see mvvm.abi for what it may not import.
"""

from __future__ import annotations

from mvvm.errors import InvalidModule


def unsigned(data: bytes, at: int) -> tuple[int, int]:
    """Read an unsigned LEB128 number. Returns it and the offset after it."""
    result = data[at]
    at += 1
    if result < 0x80:
        return result, at
    result &= 0x7F
    shift = 7
    while True:
        byte = data[at]
        at += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return result, at
        shift += 7


def signed(data: bytes, at: int) -> tuple[int, int]:
    """Read a signed LEB128 number. Returns it and the offset after it."""
    result = shift = 0
    while True:
        byte = data[at]
        at += 1
        result |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return (result - (1 << shift) if byte & 0x40 else result), at


class Reader:
    """A cursor over a module. Reading past the end raises InvalidModule."""

    __slots__ = ("at", "data", "end")

    def __init__(self, data: bytes, at: int = 0, end: int | None = None) -> None:
        self.data = data
        self.at = at
        self.end = len(data) if end is None else end

    def byte(self) -> int:
        """The next byte."""
        if self.at >= self.end:
            raise InvalidModule(f"unexpected end of the module at byte {self.at:#x}")
        self.at += 1
        return self.data[self.at - 1]

    def unsigned(self) -> int:
        """The next unsigned LEB128 number."""
        try:
            value, self.at = unsigned(self.data, self.at)
        except IndexError:
            raise InvalidModule(f"unexpected end of the module at byte {self.at:#x}") from None
        return value

    def take(self, size: int) -> bytes:
        """The next `size` bytes."""
        if size > self.end - self.at:
            raise InvalidModule(f"unexpected end of the module at byte {self.at:#x}")
        self.at += size
        return self.data[self.at - size : self.at]

    def name(self) -> str:
        """The next name: a length and UTF-8."""
        try:
            return str(self.take(self.unsigned()), "utf-8")
        except UnicodeDecodeError:
            raise InvalidModule(f"a name before byte {self.at:#x} is not UTF-8") from None

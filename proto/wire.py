"""A reader of protobuf's wire format, for the loader.

Importing the protobuf runtime takes twice as long as starting a small program; this takes nothing. It knows no
schema: a message becomes a dictionary from field number to values. `proto/*.proto` tells what they mean.
"""

from __future__ import annotations

import struct

from mvvm.errors import BadAotFile

Fields = dict[int, list[int | bytes]]

_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5


def fields(data: bytes) -> Fields:
    """The fields of a message: integers (varint, fixed) and bytes (strings, messages, packed lists).

    Raises BadAotFile where the bytes are no message.
    """
    result: Fields = {}
    at, end = 0, len(data)
    try:
        while at < end:
            key, at = _varint(data, at)
            kind = key & 7
            value: int | bytes
            if kind == _VARINT:
                value, at = _varint(data, at)
            elif kind == _LENGTH:
                size, at = _varint(data, at)
                if size > end - at:
                    raise IndexError
                value = data[at : at + size]
                at += size
            elif kind in (_FIXED32, _FIXED64):
                size = 4 if kind == _FIXED32 else 8
                if size > end - at:
                    raise IndexError
                value = int.from_bytes(data[at : at + size], "little")
                at += size
            else:
                raise IndexError
            result.setdefault(key >> 3, []).append(value)
    except IndexError:
        raise BadAotFile("damaged .aot file: its metadata cannot be read") from None
    return result


def number(message: Fields, field: int) -> int:
    """The last value of an integer field; 0 where it is absent."""
    values = message.get(field)
    if values is None:
        return 0
    if not isinstance(values[-1], int):
        raise BadAotFile("damaged .aot file: a number is missing in its metadata")
    return values[-1]


def data(message: Fields, field: int) -> bytes:
    """The last value of a bytes field; empty where it is absent."""
    values = message.get(field)
    if values is None:
        return b""
    if not isinstance(values[-1], bytes):
        raise BadAotFile("damaged .aot file: a string is missing in its metadata")
    return values[-1]


def text(message: Fields, field: int) -> str:
    """The last value of a string field; empty where it is absent."""
    return _decode(data(message, field))


def texts(message: Fields, field: int) -> list[str]:
    """The values of a repeated string field."""
    return [_decode(value) for value in _all_bytes(message, field)]


def messages(message: Fields, field: int) -> list[Fields]:
    """The values of a repeated message field."""
    return [fields(value) for value in _all_bytes(message, field)]


def byte_strings(message: Fields, field: int) -> list[bytes]:
    """The values of a repeated bytes field."""
    return _all_bytes(message, field)


def numbers(message: Fields, field: int) -> list[int]:
    """The values of a repeated integer field, packed or not."""
    result: list[int] = []
    for value in message.get(field, ()):
        if isinstance(value, int):
            result.append(value)
            continue
        at, end = 0, len(value)
        try:
            while at < end:
                item, at = _varint(value, at)
                result.append(item)
        except IndexError:
            raise BadAotFile("damaged .aot file: its metadata cannot be read") from None
    return result


def fixed32s(message: Fields, field: int) -> tuple[int, ...]:
    """The values of a repeated fixed32 field, packed or not."""
    values = message.get(field, ())
    if len(values) != 1 or isinstance(values[0], int):
        try:
            packed = b"".join([value.to_bytes(4, "little") if isinstance(value, int) else value for value in values])
        except OverflowError:
            raise BadAotFile("damaged .aot file: a number in its metadata is too large") from None
    else:
        packed = values[0]
    if len(packed) % 4:
        raise BadAotFile("damaged .aot file: its metadata cannot be read")
    result: tuple[int, ...] = struct.unpack(f"<{len(packed) // 4}I", packed)
    return result


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = data[at]
    at += 1
    if value < 0x80:
        return value, at
    value &= 0x7F
    shift = 7
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
        if shift > 63:
            raise IndexError


def _all_bytes(message: Fields, field: int) -> list[bytes]:
    values = [value for value in message.get(field, ()) if isinstance(value, bytes)]
    if len(values) != len(message.get(field, ())):
        raise BadAotFile("damaged .aot file: a string is missing in its metadata")
    return values


def _decode(value: bytes) -> str:
    try:
        return str(value, "utf-8")
    except UnicodeDecodeError:
        raise BadAotFile("damaged .aot file: a name in its metadata is not UTF-8") from None

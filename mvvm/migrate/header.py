"""The first bytes of a snapshot file: see proto/snapshot.proto, which has the whole format."""

from __future__ import annotations

import struct
import zlib

from mvvm.errors import BadSnapshot, IncompatibleSnapshot

MAGIC = b"\x89MVVM\r\n\x1a"
FORMAT_VERSION = 1

# magic, format version, index: CRC-32, offset, size; file size, zero; then the CRC-32 of these
_FIELDS = struct.Struct("<8sIIQQQI")
HEADER_SIZE = _FIELDS.size + 4
_CRC_SIZE = 4


class Header:
    """Where the index is: `index_offset` and `index_size` in bytes, `index_crc` its CRC-32."""

    __slots__ = ("file_size", "index_crc", "index_offset", "index_size")

    def __init__(self, index_crc: int, index_offset: int, index_size: int) -> None:
        self.index_crc = index_crc
        self.index_offset = index_offset
        self.index_size = index_size
        self.file_size = index_offset + index_size

    def pack(self) -> bytes:
        """The header's bytes."""
        fields = _FIELDS.pack(
            MAGIC, FORMAT_VERSION, self.index_crc, self.index_offset, self.index_size, self.file_size, 0
        )
        return fields + zlib.crc32(fields).to_bytes(_CRC_SIZE, "little")


def read_header(data: bytes, file_size: int) -> Header:
    """Read a header, given the file's first HEADER_SIZE bytes. Raises BadSnapshot, IncompatibleSnapshot."""
    if not data:
        raise BadSnapshot("not a snapshot: it is empty")
    if data[: len(MAGIC)] != MAGIC[: len(data)]:
        raise BadSnapshot("not a snapshot")
    if len(data) < HEADER_SIZE:
        raise BadSnapshot(f"damaged snapshot: it ends after {len(data)} bytes")
    if zlib.crc32(data[:-_CRC_SIZE]) != int.from_bytes(data[-_CRC_SIZE:], "little"):
        raise BadSnapshot("damaged snapshot: its header is not what was written")
    _, version, index_crc, index_offset, index_size, size, reserved = _FIELDS.unpack_from(data)
    if version != FORMAT_VERSION:
        raise IncompatibleSnapshot(
            f"the snapshot has format {version}, this is mvvm for format {FORMAT_VERSION}"
            + (": a newer mvvm is needed" if version > FORMAT_VERSION else "")
        )
    if file_size < size:
        raise BadSnapshot(f"damaged snapshot: it ends after {file_size} of {size} bytes")
    if file_size > size:
        raise BadSnapshot(f"damaged snapshot: {file_size - size} bytes follow its end")
    if reserved or index_offset < HEADER_SIZE or index_offset + index_size != size:
        raise BadSnapshot("damaged snapshot: its header does not fit together")
    return Header(index_crc, index_offset, index_size)

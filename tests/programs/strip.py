"""Leaving DWARF out of a module. Zig's own switch for it drops the name section too, which backtraces need."""

from __future__ import annotations


def without_dwarf(wasm: bytes) -> bytes:
    """The module without its custom sections named `.debug_*`."""
    kept = [wasm[:8]]
    start = 8
    while start < len(wasm):
        size, body = _leb128(wasm, start + 1)
        length, name = _leb128(wasm, body)
        is_custom = wasm[start] == 0
        if not (is_custom and wasm[name : name + length].startswith(b".debug_")):
            kept.append(wasm[start : body + size])
        start = body + size
    return b"".join(kept)


def _leb128(data: bytes, at: int) -> tuple[int, int]:
    """An unsigned LEB128 number, and where the bytes after it begin."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at

"""What there is to say about a snapshot, as dictionaries and lists: the JSON of `inspect`."""

from __future__ import annotations

import math
import struct
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from mvvm.abi.view import IN_CALL, FileState, StdioState
from mvvm.proto.codec import STORED_PAGE, ZSTD
from mvvm.wasm.types import EXTERNREF, F32, F64, I32, I64, NAMES, V128

if TYPE_CHECKING:
    from mvvm.abi.view import DescriptorState, Frame, Value, View, WasiState
    from mvvm.cli.describe import Description
    from mvvm.migrate.snapshot import Snapshot

_CLOCKS = {0: "realtime", 1: "monotonic", 2: "process CPU time", 3: "thread CPU time"}
_STREAMS = ("standard input", "standard output", "standard error")
_FDFLAGS = ("append", "dsync", "nonblock", "rsync", "sync")


def describe_snapshot(snapshot: Snapshot) -> Description:
    """A snapshot file. Sizes and addresses are in bytes, but for `pages`, each of `page_size` bytes."""
    description = {
        "kind": "snapshot",
        "format_version": snapshot.format_version,
        "writer": snapshot.writer,
        "module_sha256": snapshot.view.module_sha256.hex(),
        "module_name": snapshot.module_name or None,
        "file_size": snapshot.file_size,
        **describe_view(snapshot.view, snapshot.names),
    }
    description["memories"] = [_memory(snapshot, index) for index in range(len(snapshot.memories))]
    return description


def describe_view(view: View, names: dict[int, str]) -> Description:
    """The Wasm view, without the memories' contents. Frames are innermost first."""
    objects = view.references
    return {
        "frames": [_frame(frame, names, objects) for frame in view.frames],
        "memories": [{"index": index, "pages": pages} for index, pages in enumerate(view.memories)],
        "tables": [
            {
                "index": index,
                "type": NAMES[table.element],
                "size": len(table.elements),
                "non_null": sum(bits != 0 for bits in table.elements),
                "elements": [_referred(table.element, bits, objects) for bits in table.elements],
            }
            for index, table in enumerate(view.tables)
        ],
        "globals": [{"index": index, **_value(value, objects)} for index, value in enumerate(view.globals)],
        **_exceptions(view),
        **({"references": objects} if objects else {}),
        "dropped_data": view.dropped_data,
        "dropped_elements": view.dropped_elements,
        "starting": view.starting,
        "wasi": None if view.wasi is None else _wasi(view.wasi),
    }


def _frame(frame: Frame, names: dict[int, str], objects: list[str]) -> Description:
    return {
        "function": frame.function,
        "name": names.get(frame.function),
        "position": "in_call" if frame.kind == IN_CALL else "at",
        "pc": frame.pc,
        "locals": [{"index": index, **_value(value, objects)} for index, value in sorted(frame.locals.items())],
        "stack": [_value(value, objects) for value in frame.stack],
    }


def _exceptions(view: View) -> Description:
    """The caught exceptions, where there are any."""
    described = [
        {"index": index, "tag": item.tag, "values": [_value(value, view.references) for value in item.values]}
        for index, item in enumerate(view.exceptions)
    ]
    return {"exceptions": described} if described else {}


def _value(value: Value, objects: list[str]) -> Description:
    """A value, with its bits in hexadecimal. NaNs and infinities, which JSON lacks, are strings.

    `objects` are the names that externrefs count in.
    """
    type_, bits = value
    meaning: Any
    if type_ in (I32, I64):
        width = 32 if type_ == I32 else 64
        meaning = bits - (1 << width) if bits >> (width - 1) else bits
    elif type_ == F32:
        meaning = _float(struct.unpack("<f", struct.pack("<I", bits))[0], bits, 23)
    elif type_ == F64:
        meaning = _float(struct.unpack("<d", struct.pack("<Q", bits))[0], bits, 52)
    elif type_ == V128:
        meaning = f"{bits:#034x}"
    else:
        meaning = _referred(type_, bits, objects)
    return {"type": NAMES[type_], "value": meaning, "bits": f"{bits:#x}"}


def _referred(type_: str, bits: int, objects: list[str]) -> int | str | None:
    """What a reference refers to: an index, or the name of an object of the host."""
    if not bits:
        return None
    return objects[bits - 1] if type_ == EXTERNREF else bits - 1


def _float(number: float, bits: int, payload_bits: int) -> float | str:
    """A float; a NaN as the text format spells it."""
    sign = "-" if math.copysign(1, number) < 0 else ""
    if math.isnan(number):
        return f"{sign}nan:{bits & ((1 << payload_bits) - 1):#x}"
    return f"{sign}inf" if math.isinf(number) else number


def _memory(snapshot: Snapshot, index: int) -> Description:
    memory = snapshot.memories[index]
    end = sum(memory.extents[-1]) * STORED_PAGE if memory.extents else 0  # which may be behind that of the memory
    return {
        "index": index,
        "pages": memory.pages,
        "page_size": memory.page_size,
        "size": memory.size,
        "zero": memory.size - memory.contents_size + max(0, end - memory.size),
        "encoding": "zstd" if memory.encoding == ZSTD else "raw",
        "stored": memory.stored_size,
        "extents": [{"address": first * STORED_PAGE, "size": count * STORED_PAGE} for first, count in memory.extents],
    }


def _wasi(wasi: WasiState) -> Description:
    return {
        "args": [_text(argument) for argument in wasi.args],
        "environ": [_text(variable) for variable in wasi.environ],
        "descriptors": [_descriptor(number, state) for number, state in enumerate(wasi.descriptors)],
        "clocks": [
            {"id": clock, "name": _CLOCKS.get(clock), "nanoseconds": time} for clock, time in wasi.clocks.items()
        ],
        "waited": wasi.waited,
        "folders": [{"preopen": _text(name), "host_path": _host_path(path)} for name, path in wasi.folders.items()],
    }


def _descriptor(number: int, state: DescriptorState | None) -> Description:
    if state is None:
        return {"number": number, "kind": "free"}
    if isinstance(state, StdioState):
        return {
            "number": number,
            "kind": "stdio",
            "stream": _STREAMS[state.number],
            "position": state.position,
        }
    if isinstance(state, FileState):
        return {
            "number": number,
            "kind": "file",
            "preopen": _text(state.preopen),
            "path": _text(state.path),
            "position": state.position,
            "flags": [name for bit, name in enumerate(_FDFLAGS) if state.flags >> bit & 1],
            "readable": state.readable,
            "writable": state.writable,
            "size": state.size if state.contents is None else len(state.contents),
            "contents_sha256": None if state.contents is None else sha256(state.contents).hexdigest(),
        }
    return {
        "number": number,
        "kind": "folder",
        "preopen": _text(state.preopen),
        "path": _text(state.path),
        "host_path": None if state.host_path is None else _host_path(state.host_path),
        "listed": None
        if state.entries is None
        else [{"name": _text(name), "inode": inode, "filetype": kind} for name, inode, kind in state.entries],
    }


def _host_path(path: str) -> str:
    return _text(path.encode("utf-8", "surrogateescape"))


def _text(data: bytes) -> str:
    """Bytes that are UTF-8 if the guest likes; the other bytes as escapes."""
    return data.decode("utf-8", "backslashreplace")

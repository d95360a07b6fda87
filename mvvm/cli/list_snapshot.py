"""A description of mvvm.cli.describe_snapshot as text for people."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mvvm.cli.listing import field, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvvm.cli.describe import Description

_LARGE = 1 << 16  # from here on, integers are in hexadecimal too
_MAX_FRAMES = 64  # of a deeper stack, as many are shown at each end
_MAX_EXTENTS = 64


def list_snapshot(description: Description) -> Iterator[str]:
    """The lines of the text. Everything is in it but elements of tables, the middle of a long list, and contents."""
    yield "mvvm snapshot"
    yield field("format version", f"{description['format_version']}, by mvvm {printable(description['writer'])}")
    yield field("module SHA-256", description["module_sha256"])
    if description["module_name"]:
        yield field("module name", printable(description["module_name"]))
    yield field("file size", f"{description['file_size']} bytes")
    yield from _frames(description["frames"])
    yield from _memories(description["memories"])
    yield from table(
        "tables (index, type, size, non-null elements)",
        [(str(t["index"]), t["type"], str(t["size"]), str(t["non_null"])) for t in description["tables"]],
    )
    yield from table("globals", [(str(g["index"]), *typed_value(g)) for g in description["globals"]])
    yield from table(
        "exceptions (index, tag, values)",
        [
            (str(e["index"]), str(e["tag"]), ", ".join(" ".join(typed_value(value)) for value in e["values"]))
            for e in description.get("exceptions", ())
        ],
    )
    if "references" in description:
        yield field("host objects", " ".join(map(_quoted, description["references"])))
    for name in ("data", "elements"):
        if description[f"dropped_{name}"]:
            yield field(f"dropped {name}", " ".join(map(str, description[f"dropped_{name}"])))
    if description["wasi"] is None:
        yield field("WASI", "none")
    else:
        yield from _wasi(description["wasi"])


def printable(text: str) -> str:
    """A name or a path on one line: what a terminal would act on is escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _quoted(name: str) -> str:
    return printable(json.dumps(name, ensure_ascii=False))


def typed_value(value: Description) -> tuple[str, str]:
    """Type and value."""
    type_, meaning = value["type"], value["value"]
    if type_ in ("i32", "i64"):
        return type_, f"{meaning} ({value['bits']})" if abs(meaning) >= _LARGE else str(meaning)
    if type_ == "funcref":
        return type_, "null" if meaning is None else f"function {meaning}"
    if type_ == "externref":
        return type_, "null" if meaning is None else _quoted(meaning)
    return type_, "null" if meaning is None else str(meaning)


def _frames(frames: list[Description]) -> Iterator[str]:
    yield (
        f"frames ({len(frames)}, innermost first):" if frames else field("frames", "none: the program is at its start")
    )
    for number, frame in enumerate(frames):
        if _MAX_FRAMES <= number < len(frames) - _MAX_FRAMES:
            if number == _MAX_FRAMES:
                yield f"  ... {len(frames) - 2 * _MAX_FRAMES} more ..."
            continue
        where = "IN_CALL" if frame["position"] == "in_call" else "AT"
        name = printable(frame["name"]) + " " if frame["name"] else ""
        function = f"{name}(function {frame['function']})" if name else f"function {frame['function']}"
        yield f"  {number:3}: {function}, {where} {frame['pc']:#x}"
        for local in frame["locals"]:
            yield f"         local {local['index']:<4} {' '.join(typed_value(local))}"
        for depth, value in enumerate(frame["stack"]):
            yield f"         stack {depth:<4} {' '.join(typed_value(value))}"


def _memories(memories: list[Description]) -> Iterator[str]:
    for memory in memories:
        size, zero, extents = memory["size"], memory["zero"], memory["extents"]
        pages = f"{memory['pages']} pages" + " of 1 byte" * (memory["page_size"] == 1)
        yield (
            f"memory {memory['index']}: {pages}, {size} bytes, of which {zero} are in pages of zeros; "
            f"{memory['stored']} bytes stored ({memory['encoding']})"
        )
        rows = [(f"{e['address']:#010x}", f"{e['size']:#x}") for e in extents[:_MAX_EXTENTS]]
        yield from table("  extents (address, size)", rows)
        if len(extents) > _MAX_EXTENTS:
            yield f"  ... {len(extents) - _MAX_EXTENTS} more ..."


def _wasi(wasi: Description) -> Iterator[str]:
    yield from table("arguments", [(str(n), printable(text)) for n, text in enumerate(wasi["args"])])
    yield from table("environment", [(printable(text),) for text in wasi["environ"]])
    yield from table(
        "descriptors", [(str(d["number"]), d["kind"], *_descriptor(d)) for d in wasi["descriptors"] if _is_used(d)]
    )
    yield from table(
        "closed folders with something open",
        [(printable(f["preopen"]), f"granted from {printable(f['host_path'])}") for f in wasi["folders"]],
    )
    yield from table(
        "clocks (in nanoseconds)", [(str(c["id"]), c["name"] or "", str(c["nanoseconds"])) for c in wasi["clocks"]]
    )
    if wasi["waited"]:
        yield field("waited", f"{wasi['waited']} ns of the interrupted poll_oneoff")


def _is_used(descriptor: Description) -> bool:
    return bool(descriptor["kind"] != "free")


def _descriptor(descriptor: Description) -> tuple[str, ...]:
    kind = descriptor["kind"]
    if kind == "stdio":
        return (descriptor["stream"], _position(descriptor))
    path = printable(f"{descriptor['preopen']}/{descriptor['path']}" if descriptor["path"] else descriptor["preopen"])
    if kind == "folder":
        if descriptor["host_path"] is not None:
            return (path, f"granted from {printable(descriptor['host_path'])}")
        return (path,)
    access = "".join(letter for letter in "rw" if descriptor[{"r": "readable", "w": "writable"}[letter]])
    parts = [access, *descriptor["flags"], _position(descriptor)]
    if descriptor["contents_sha256"] is not None:
        parts.append("removed")
    if descriptor["size"] is not None:
        parts.append(f"of {descriptor['size']} bytes")
    return (path, " ".join(filter(None, parts)))


def _position(descriptor: Description) -> str:
    return "" if descriptor["position"] is None else f"at {descriptor['position']}"

"""What differs between two snapshots: the state of the program, not how it is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mvvm.cli.describe_snapshot import describe_view
from mvvm.cli.list_snapshot import printable, typed_value
from mvvm.migrate.pages import runs
from mvvm.proto.codec import STORED_PAGE
from mvvm.runtime.memory import Memory
from mvvm.wasm.types import MAX_PAGES, PAGE_SIZE, Limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvvm.cli.describe import Description
    from mvvm.migrate.snapshot import Snapshot

_ABSENT = "absent"
_MAX_EXTENTS = 64
_MAX_TEXT = 60


def diff_snapshots(old: Snapshot, new: Snapshot) -> Description:
    """The differences: `path` says where (frames are counted from the outermost, 0), `old` and `new` what is there.

    `memories` have the runs of pages that differ: `address` of the first byte that differs, `size` up to and with the
    last one, `differing` bytes in between; all in bytes. Raises InputError where memory is damaged.
    """
    sides = [_comparable(snapshot) for snapshot in (old, new)]
    differences = [
        {"path": path, "old": before, "new": after} for path, before, after in _differences(sides[0], sides[1], "")
    ]
    memories = []
    for index in range(min(len(old.memories), len(new.memories))):
        extents = _memory_extents(old, new, index)
        if extents:
            memories.append(
                {"index": index, "differing": sum(extent["differing"] for extent in extents), "extents": extents}
            )
    return {
        "kind": "diff",
        "equal": not differences and not memories,
        "differences": differences,
        "memories": memories,
    }


def _comparable(snapshot: Snapshot) -> Description:
    view = describe_view(snapshot.view, snapshot.names)
    view["frames"].reverse()
    for frame in view["frames"]:  # not all have the same live locals
        frame["locals"] = {local["index"]: local for local in frame["locals"]}
    view.pop("references", None)  # only where they are used do they matter, and not in which order they are
    return {"module_sha256": snapshot.view.module_sha256.hex(), **view}


def _differences(old: Any, new: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    """What differs, by its path. Values and descriptors of another type are told as a whole."""
    if old == new or _same_object(old, new):
        return
    if isinstance(old, list) and isinstance(new, list):
        old, new = dict(enumerate(old)), dict(enumerate(new))
    if isinstance(old, dict) and isinstance(new, dict) and _same_kind(old, new):
        for key in sorted(old.keys() | new.keys()):
            where = f"{path}[{key}]" if isinstance(key, int) else f"{path}.{key}" if path else key
            yield from _differences(old.get(key, _ABSENT), new.get(key, _ABSENT), where)
    else:
        yield path, old, new


def _same_object(old: Any, new: Any) -> bool:
    """Whether two sides are externrefs to objects of one name, whose bits count in different lists."""
    return all(
        isinstance(side, dict) and side.get("type") == "externref" and "value" in side for side in (old, new)
    ) and bool(old["value"] == new["value"])


def _same_kind(old: dict[Any, Any], new: dict[Any, Any]) -> bool:
    """Whether two descriptions are to be compared part by part. A value or a local is a whole."""
    return "bits" not in old and all(old.get(key) == new.get(key) for key in ("kind", "function", "index"))


def _memory_extents(old: Snapshot, new: Snapshot, index: int) -> list[Description]:
    memories = []
    for snapshot in (old, new):
        stored = snapshot.memories[index]
        index64 = stored.size >= MAX_PAGES * PAGE_SIZE  # where 32 bits may not be enough
        memory = Memory(Limits(stored.pages, None, index64=index64, page_size=stored.page_size))
        snapshot.fill_memory(index, memory)
        memories.append(memory)
    # Pages that neither snapshot has are zero in both.
    flags = bytearray(max(memory.allocated for memory in memories) // STORED_PAGE)
    for snapshot in (old, new):
        for first, count in snapshot.memories[index].extents:
            flags[first : first + count] = b"\1" * count
    changed: dict[int, bytes] = {}
    for start, end in list(runs(flags)):
        for page in range(start, end):
            before, after = (_page(memory, page) for memory in memories)
            if before == after:
                flags[page] = 0
            else:
                differing = int.from_bytes(before, "little") ^ int.from_bytes(after, "little")
                changed[page] = differing.to_bytes(STORED_PAGE, "little")
    return [_extent(start, [changed[page] for page in range(start, end)]) for start, end in runs(flags)]


def _page(memory: Memory, page: int) -> bytes:
    """The contents of a page; zeros beyond the end of the memory, as if it had grown."""
    at = page * STORED_PAGE
    return memory.view[at : at + STORED_PAGE].tobytes() if at < memory.size else bytes(STORED_PAGE)


def _extent(first_page: int, pages: list[bytes]) -> Description:
    """A run of pages that differ, given the exclusive or of their bytes."""
    lead = len(pages[0]) - len(pages[0].lstrip(b"\0"))
    tail = len(pages[-1]) - len(pages[-1].rstrip(b"\0"))
    return {
        "address": first_page * STORED_PAGE + lead,
        "size": len(pages) * STORED_PAGE - lead - tail,
        "differing": sum(len(page) - page.count(0) for page in pages),
    }


def list_diff(description: Description) -> Iterator[str]:
    """The differences as lines of text for people; none where there are none."""
    for difference in description["differences"]:
        yield f"{difference['path']}: {_short(difference['old'])} -> {_short(difference['new'])}"
    for memory in description["memories"]:
        yield f"memory {memory['index']}: {memory['differing']} bytes differ (address, size, how many of them):"
        for extent in memory["extents"][:_MAX_EXTENTS]:
            yield f"  {extent['address']:#010x}  {extent['size']:#x}  {extent['differing']}"
        if len(memory["extents"]) > _MAX_EXTENTS:
            yield f"  ... {len(memory['extents']) - _MAX_EXTENTS} more ..."


def _short(value: Any) -> str:
    """One side of a difference, on one line."""
    if isinstance(value, dict) and "bits" in value:
        if value["type"] == "externref":
            return " ".join(typed_value(value))
        return f"{value['type']} {value['value']} ({value['bits']})"
    if isinstance(value, dict) and "function" in value:
        name = f" {value['name']}" if value["name"] else ""
        return printable(f"function {value['function']}{name}, {value['position']} {value['pc']:#x}")
    if isinstance(value, dict):
        value = ", ".join(f"{key} {part}" for key, part in value.items())
    text = printable(str(value))
    return text if len(text) <= _MAX_TEXT else text[:_MAX_TEXT] + "..."

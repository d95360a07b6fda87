"""Views of programs that never ran, memories for them, and snapshots of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from mvvm.abi.view import (
    AT,
    IN_CALL,
    DirectoryState,
    ExceptionState,
    FileState,
    Frame,
    StdioState,
    TableState,
    View,
    WasiState,
)
from mvvm.migrate.snapshot import Snapshot, write_snapshot
from mvvm.runtime.memory import Memory
from mvvm.wasm.types import Limits

_BITS = {"i": 32, "I": 64, "f": 32, "F": 64, "v": 128, "r": 32, "e": 32}
_OBJECTS = 2  # names of references in views at random
SHA256 = bytes(range(32))


def plain(state: Any) -> Any:
    """What can be compared: a view, or a part of one, as tuples and lists."""
    if isinstance(state, list | tuple):
        return [plain(item) for item in state]
    if isinstance(state, dict):
        return {key: plain(item) for key, item in state.items()}
    slots = getattr(type(state), "__slots__", None)
    return (type(state).__name__, [plain(getattr(state, name)) for name in slots]) if slots else state


def memory_of(pages: int, *contents: tuple[int, bytes]) -> Memory:
    """A memory with some contents at some addresses."""
    memory = Memory(Limits(pages, None))
    for address, data in contents:
        memory.view[address : address + len(data)] = data
    return memory


def example_view(*pages: int) -> View:
    """A view with something of everything; its memories have these numbers of pages."""
    return View(
        SHA256,
        [
            Frame(7, 0x1234, AT, {0: ("i", 0xFFFFFFFF), 3: ("F", 0x7FF4000000000001)}, [("I", 1 << 63), ("x", 0)]),
            Frame(5, 0x99, IN_CALL, {2: ("v", (1 << 127) + 1)}, [("r", 8), ("f", 0xFFC00000)]),
        ],
        list(pages),
        [TableState("r", [0, 3, 0xFFFFFFFF]), TableState("x", [0, 0])],
        [("i", 5), ("f", 0x3FC00000), ("r", 0)],
        [0, 300],
        [2],
        WasiState(
            [b"program", b"--flag", b"\xff\n"],
            [b"HOME=/home"],
            [
                StdioState(0, None),
                StdioState(1, 17),
                None,
                DirectoryState(b"/", b"", "/srv/d\udcffata", None),
                DirectoryState(b"/", b"sub", None, [(b"..", 1 << 63, 3), (b"a", 2, 4)]),
                FileState(b"/", b"a/b", 5, 1 << 40, readable=True, writable=False, size=(1 << 40) + 1),
                FileState(b"/", b"", 0, None, b"", readable=False, writable=True),
            ],
            {1: 123456789, 2: 5, 3: 1 << 62},
            77,
            {b"/old": "/srv/old"},
        ),
    )


def filled(snapshot: Snapshot) -> list[bytes]:
    """The contents of all memories."""
    contents = []
    for index, size in enumerate(snapshot.view.memories):
        memory = Memory(Limits(size, None))
        snapshot.fill_memory(index, memory)
        contents.append(memory.view[: memory.size].tobytes())
    return contents


def written(path: Path, *memories: Memory, level: int | None = None) -> bytes:
    view = example_view(*(memory.pages for memory in memories))
    write_snapshot(path, view, memories, zstd_level=level, names={7: "inner"}, module_name="example")
    return path.read_bytes()


def _values(types: str = "iIfFvrxe") -> st.SearchStrategy[tuple[str, int]]:
    def value(type_: str) -> st.SearchStrategy[tuple[str, int]]:
        return st.tuples(st.just(type_), st.integers(0, (1 << _BITS[type_]) - 1 if type_ in _BITS else _OBJECTS))

    return st.sampled_from(types).flatmap(value)


_u32 = st.integers(0, (1 << 32) - 1)
_u64 = st.integers(0, (1 << 64) - 1)
_position = st.none() | st.integers(0, (1 << 63) - 1)
_indices = st.sets(_u32, max_size=5).map(sorted)
_frames = st.builds(
    Frame,
    _u32,
    _u32,
    st.sampled_from((AT, IN_CALL)),
    st.dictionaries(st.integers(0, 50000), _values(), max_size=5),
    st.lists(_values(), max_size=5),
)
_tables = st.builds(TableState, st.sampled_from("re"), st.lists(_u32)) | st.builds(
    TableState, st.just("x"), st.lists(st.integers(0, _OBJECTS), max_size=5)
)
_exceptions = st.builds(ExceptionState, _u32, st.lists(_values(), max_size=3))
_names = st.lists(st.text(max_size=5), min_size=_OBJECTS, max_size=_OBJECTS, unique=True)
_entries = st.lists(st.tuples(st.binary(), _u64, st.integers(0, 7)), max_size=3)
_host_paths = st.binary().map(lambda path: path.decode("utf-8", "surrogateescape"))
_descriptors = st.one_of(
    st.none(),
    st.builds(StdioState, st.integers(0, 2), _position),
    st.builds(
        FileState,
        st.binary(),
        st.binary(),
        st.integers(0, 31),
        _position,
        st.none() | st.binary(),
        readable=st.booleans(),
        writable=st.booleans(),
        size=_position,
    ),
    st.builds(
        DirectoryState,
        st.binary(),
        st.binary(),
        st.none() | _host_paths,
        st.none() | _entries,
    ),
)
_wasi = st.builds(
    WasiState,
    st.lists(st.binary(), max_size=3),
    st.lists(st.binary(), max_size=3),
    st.lists(_descriptors, max_size=5),
    st.dictionaries(st.integers(0, 3), _u64),
    _u64,
    st.dictionaries(st.binary(), _host_paths, max_size=2),
)
views = st.builds(
    View,
    st.binary(min_size=32, max_size=32),
    st.lists(_frames, max_size=4),
    st.just([]),
    st.lists(_tables, max_size=3),
    st.lists(_values(), max_size=5),
    _indices,
    _indices,
    st.none() | _wasi,
    exceptions=st.lists(_exceptions, max_size=2),
    references=_names,
)

"""The index of a snapshot: what is written is read, by us and by the library; what makes no sense is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvvm.abi.view import AT, Frame, View
from mvvm.errors import BadAotFile, BadSnapshot
from mvvm.proto import snapshot_pb2 as pb
from mvvm.proto import wire
from mvvm.proto.codec import BLOCK_SIZE, RAW, ZSTD, StoredMemory, decode, encode
from mvvm.version import __version__
from mvvm.wasm.types import PAGE_SIZE
from tests.migrate.views import SHA256, example_view, plain, views


@given(views)
def test_what_is_written_is_read(view: View) -> None:
    assert plain(decode(encode(view, [], {}, "")).view) == plain(view)


@given(views)
def test_equal_views_are_written_alike(view: View) -> None:
    data = encode(view, [], {}, "")
    assert encode(decode(data).view, [], {}, "") == data


def test_memories_and_names_are_read() -> None:
    memories = [
        StoredMemory(4, PAGE_SIZE, RAW, 4096, [(0, 1), (5, 2)], [(3 * 4096, 0xFFFFFFFF)]),
        StoredMemory(0, PAGE_SIZE, RAW, 0, [], []),
        StoredMemory(4097, 1, RAW, 4 * 4096, [(1, 1)], [(4096, 0)]),
        StoredMemory(65536, PAGE_SIZE, ZSTD, 1 << 40, [(1 << 19, 512)], [(100, 0), (BLOCK_SIZE, 7)]),
    ]
    index = decode(encode(example_view(4, 0, 4097, 65536), memories, {7: "inner \u2713", 8: "other"}, "module"))
    assert plain(index.memories) == plain(memories)
    assert index.view.memories == [4, 0, 4097, 65536]
    assert index.names == {7: "inner \u2713"}  # 8 has no frame
    assert (index.module_name, index.writer) == ("module", __version__)
    assert (memories[3].contents_size, memories[3].stored_size) == (2 * BLOCK_SIZE, BLOCK_SIZE + 100)


def test_the_library_reads_the_same() -> None:
    view = example_view()
    message = pb.Index.FromString(encode(view, [], {}, ""))
    assert message.module_sha256 == SHA256
    frame = message.frames[0]
    assert (frame.function, frame.pc, frame.kind, list(frame.locals), frame.types) == (7, 0x1234, AT, [0, 3], "iFIx")
    assert frame.values == bytes.fromhex("ffffffff 010000000000f47f 0000000000000080 00000000")
    assert list(message.tables[0].elements) == [0, 3, 0xFFFFFFFF]
    assert message.globals == bytes.fromhex("05000000 0000c03f 00000000")
    kinds = [descriptor.WhichOneof("what") for descriptor in message.wasi.descriptors]
    assert kinds == ["stdio", "stdio", None, "directory", "directory", "file", "file"]
    assert not message.wasi.descriptors[0].stdio.HasField("position")
    assert message.wasi.descriptors[1].stdio.position == 17
    assert message.wasi.descriptors[6].file.HasField("contents")


@given(st.lists(st.integers(0, (1 << 32) - 1)), st.lists(st.integers(0, (1 << 32) - 1)))
def test_fixed32_is_read_packed_and_not(first: list[int], second: list[int]) -> None:
    packed = pb.Table(elements=first).SerializeToString()
    unpacked = b"".join(b"\x15" + number.to_bytes(4, "little") for number in second)
    assert list(wire.fixed32s(wire.fields(packed + unpacked), 2)) == first + second
    assert list(pb.Table.FromString(packed + unpacked).elements) == first + second


def test_a_number_that_no_fixed32_holds_is_refused() -> None:
    with pytest.raises(BadAotFile, match="too large"):
        wire.fixed32s(wire.fields(b"\x10\x80\x80\x80\x80\x10"), 2)


def _set(**fields: object) -> Callable[[pb.Index], None]:
    def change(index: pb.Index) -> None:
        for name, value in fields.items():
            setattr(index, name, value)

    return change


def _references(*names: str, **fields: object) -> Callable[[pb.Index], None]:
    def change(index: pb.Index) -> None:
        index.references.extend(names)
        _set(**fields)(index)

    return change


def _frame(**fields: object) -> Callable[[pb.Index], None]:
    return lambda index: index.frames.append(pb.Frame(**fields))  # type: ignore[arg-type]


def _memory(**fields: object) -> Callable[[pb.Index], None]:
    return lambda index: index.memories.append(pb.Memory(**fields))  # type: ignore[arg-type]


def _descriptor(**fields: object) -> Callable[[pb.Index], None]:
    return lambda index: index.wasi.descriptors.append(pb.Descriptor(**fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        _set(module_sha256=b"short"),
        _set(global_types="i"),
        _set(global_types="z", globals=bytes(4)),
        _set(global_types="x", globals=b"\1\0\0\0"),
        _references("a", "b", global_types="x", globals=b"\3\0\0\0"),
        _references("a", "a"),
        lambda index: index.frames.add(types="xx", values=bytes.fromhex("0000000001000000")),
        lambda index: index.exceptions.add(types="x", values=bytes.fromhex("01000000")),
        _frame(kind=2),
        _frame(types="i", values=bytes(3)),
        _frame(types="i", values=bytes(4), locals=[0, 1]),
        _frame(types="ii", values=bytes(8), locals=[1, 1]),
        lambda index: index.dropped_data.extend([3, 2]),
        lambda index: index.tables.add(element="i"),
        lambda index: index.tables.add(element="rx"),
        lambda index: index.tables.add(element="x", elements=[1]),
        _memory(pages=(1 << 20) + 1),
        _memory(pages=(1 << 36) + 1, byte_pages=True),
        _memory(pages=4096, byte_pages=True, extents=[0, 2], blocks=[2 * 4096, 0]),
        _memory(pages=1, encoding=2),
        _memory(pages=1, extents=[0]),
        _memory(pages=1, extents=[0, 1]),
        _memory(pages=1, extents=[0, 17], blocks=[17 * 4096, 0]),
        _memory(pages=1, extents=[0, 1, 1, 1], blocks=[2 * 4096, 0]),
        _memory(pages=1, extents=[3, 1, 1, 1], blocks=[2 * 4096, 0]),
        _memory(pages=1, extents=[0, 0]),
        _memory(pages=1, extents=[0, 1], blocks=[4095, 0]),
        _memory(pages=1, extents=[0, 1], blocks=[4096, 0], offset=1),
        _memory(pages=1, extents=[0, 1], blocks=[0, 0], encoding=1),
        _descriptor(stdio=pb.Stdio(number=3)),
        _descriptor(stdio=pb.Stdio(position=1 << 63)),
        _descriptor(file=pb.File(flags=32)),
        _descriptor(directory=pb.Directory(listing=pb.Listing(entries=[pb.Entry(filetype=8)]))),
        lambda index: index.wasi.clocks.add(id=4),
    ],
)
def test_what_makes_no_sense_is_refused(change: Callable[[pb.Index], None]) -> None:
    index = pb.Index(module_sha256=SHA256)
    decode(index.SerializeToString())
    change(index)
    with pytest.raises(BadSnapshot, match="its index does not fit together"):
        decode(index.SerializeToString())


def test_names_that_are_no_text_are_refused() -> None:
    with pytest.raises(BadSnapshot, match="its index cannot be read"):
        decode(pb.Index(module_sha256=SHA256).SerializeToString() + b"\x7a\1\xff")


def test_what_older_versions_wrote_has_no_names() -> None:
    index = pb.Index(module_sha256=SHA256, global_types="xi", globals=bytes(8))
    view = decode(index.SerializeToString()).view
    assert (view.references, view.globals) == ([], [("x", 0), ("i", 0)])


def test_indices_beyond_32_bits_are_refused() -> None:
    big = b"\x08\xff\xff\xff\xff\xff\x01"  # field 1
    for data in (b"\x22" + bytes([len(big)]) + big, b"\x4a\x06" + big[1:]):
        with pytest.raises(BadSnapshot):
            decode(pb.Index(module_sha256=SHA256).SerializeToString() + data)


@given(st.binary())
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        decode(data)
    except BadSnapshot as error:
        assert str(error).startswith("damaged snapshot: ")  # noqa: PT017 (most are refused, not all)


@given(st.integers(0), st.binary(min_size=1, max_size=3))
def test_a_changed_index_is_read_or_refused(at: int, patch: bytes) -> None:
    data = bytearray(encode(example_view(), [], {7: "name"}, "module"))
    at %= len(data)
    data[at : at + len(patch)] = patch
    try:
        view = decode(bytes(data)).view
    except BadSnapshot:
        return
    encode(view, [], {}, "")


def test_a_deep_stack_is_read() -> None:
    frames = [Frame(3, 0x77, 1, {0: ("i", n), 2: ("I", n)}, [("i", 1)]) for n in range(20000)]
    view = View(SHA256, frames, [], [], [], [], [])
    assert decode(encode(view, [], {}, "")).view.frames == frames

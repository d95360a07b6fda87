"""Message Index of a snapshot, written and read: the Wasm view, and where the memories' contents are in the file.

The writer uses the generated code, the reader `wire`, so that a restore need not import the protobuf runtime. What is
read is checked: types are known, values are of their types, indices are those that a module can have. Whether they are
those that *its* module has is for the restore to find out.
"""

from __future__ import annotations

import struct

from mvvm.abi.view import AT, IN_CALL, ExceptionState, Frame, TableState, Value, View
from mvvm.errors import BadAotFile, BadSnapshot, CheckpointFailed
from mvvm.proto import wire
from mvvm.wasm.types import (
    EXNREF,
    EXTERNREF,
    F32,
    F64,
    FUNCREF,
    I32,
    I64,
    MAX_PAGES_64,
    NAMES,
    PAGE_SIZE,
    REFERENCES,
    V128,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mvvm.proto import snapshot_pb2

RAW, ZSTD = 0, 1  # Memory.Encoding

STORED_PAGE = 4096  # bytes: what extents are counted in
BLOCK_SIZE = 1 << 20  # bytes of contents; those of the last block of a memory may be fewer

_FORMATS = {I32: "I", I64: "Q", F32: "I", F64: "Q", V128: "16s", FUNCREF: "I", EXTERNREF: "I", EXNREF: "I"}
_SHA256_SIZE = 32
_structs: dict[str, struct.Struct] = {}  # by types: frames of a function look alike


class StoredMemory:
    """Message Memory: where the contents of a memory of `pages`, each of `page_size` bytes, are in the file.

    `extents` are (number of the first page, number of pages), of STORED_PAGE bytes; `blocks` are (stored size in
    bytes, CRC-32), the first of them at `offset`. The extents' contents one after the other are those of the blocks.
    """

    __slots__ = ("blocks", "encoding", "extents", "offset", "page_size", "pages")

    def __init__(
        self,
        pages: int,
        page_size: int,
        encoding: int,
        offset: int,
        extents: list[tuple[int, int]],
        blocks: list[tuple[int, int]],
    ) -> None:
        self.pages = pages
        self.page_size = page_size
        self.encoding = encoding
        self.offset = offset
        self.extents = extents
        self.blocks = blocks

    @property
    def size(self) -> int:
        """Bytes of the memory."""
        return self.pages * self.page_size

    @property
    def contents_size(self) -> int:
        """Bytes of all extents."""
        return sum(count for _, count in self.extents) * STORED_PAGE

    @property
    def stored_size(self) -> int:
        """Bytes of all blocks in the file."""
        return sum(size for size, _ in self.blocks)


class Index:
    """Message Index. `memories` are those of `view`; `names` are of the functions that have frames, if known."""

    __slots__ = ("memories", "module_name", "names", "view", "writer")

    def __init__(
        self, view: View, memories: list[StoredMemory], names: dict[int, str], module_name: str, writer: str
    ) -> None:
        self.view = view
        self.memories = memories
        self.names = names
        self.module_name = module_name
        self.writer = writer


def encode(view: View, memories: Sequence[StoredMemory], names: Mapping[int, str], module_name: str) -> bytes:
    """Message Index of a view. Of `names`, those of the functions that have frames are written.

    Raises CheckpointFailed where it is too large.
    """
    from google.protobuf.message import EncodeError

    try:
        return _encode(view, memories, names, module_name).SerializeToString(deterministic=True)
    except EncodeError:
        raise CheckpointFailed(
            "the program's state, without its memories, is more than the 2 GiB of a message"
        ) from None


def _encode(
    view: View, memories: Sequence[StoredMemory], names: Mapping[int, str], module_name: str
) -> snapshot_pb2.Index:
    from mvvm.proto import snapshot_pb2 as pb
    from mvvm.proto.codec_wasi import encode_wasi
    from mvvm.version import __version__

    index = pb.Index(
        writer=__version__,
        module_sha256=view.module_sha256,
        module_name=module_name,
        frames=[_encode_frame(frame, pb.Frame) for frame in view.frames],
        memories=[
            pb.Memory(
                pages=memory.pages,
                encoding=pb.Memory.ZSTD if memory.encoding == ZSTD else pb.Memory.RAW,
                offset=memory.offset,
                extents=[number for extent in memory.extents for number in extent],
                blocks=[number for block in memory.blocks for number in block],
                byte_pages=memory.page_size == 1,
            )
            for memory in memories
        ],
        tables=[pb.Table(element=table.element, elements=table.elements) for table in view.tables],
        global_types="".join(type_ for type_, _ in view.globals),
        globals=_pack(view.globals),
        dropped_data=view.dropped_data,
        dropped_elements=view.dropped_elements,
        starting=view.starting,
        exceptions=[
            pb.Exception(tag=item.tag, types="".join(type_ for type_, _ in item.values), values=_pack(item.values))
            for item in view.exceptions
        ],
        references=view.references,
        names=[
            pb.FunctionName(function=function, name=names[function])
            for function in sorted({frame.function for frame in view.frames})
            if function in names
        ],
    )
    if view.wasi is not None:
        index.wasi.CopyFrom(encode_wasi(view.wasi))
    return index


def _encode_frame(frame: Frame, message: type[snapshot_pb2.Frame]) -> snapshot_pb2.Frame:
    locals_ = sorted(frame.locals.items())
    values = [value for _, value in locals_] + frame.stack
    return message(
        function=frame.function,
        pc=frame.pc,
        kind=message.IN_CALL if frame.kind == IN_CALL else message.AT,
        locals=[index for index, _ in locals_],
        types="".join(type_ for type_, _ in values),
        values=_pack(values),
    )


def _struct(types: str) -> struct.Struct:
    """How values of these types are stored. Raises KeyError for what is no type."""
    known = _structs.get(types)
    if known is None:
        known = _structs[types] = struct.Struct("<" + "".join([_FORMATS[type_] for type_ in types]))
    return known


def _pack(values: Iterable[Value]) -> bytes:
    values = list(values)
    bits = [bits.to_bytes(16, "little") if type_ == V128 else bits for type_, bits in values]
    return _struct("".join([type_ for type_, _ in values])).pack(*bits)


def decode(data: bytes) -> Index:
    """Read message Index. Raises BadSnapshot."""
    try:
        return _decode(wire.fields(data))
    except BadAotFile:  # the reader is that of .aot files
        raise BadSnapshot("damaged snapshot: its index cannot be read") from None


def require(holds: bool) -> None:
    """Raise BadSnapshot unless what was read `holds`."""
    if not holds:
        raise BadSnapshot("damaged snapshot: its index does not fit together")


def _decode(message: wire.Fields) -> Index:
    sha256 = wire.data(message, 2)
    require(len(sha256) == _SHA256_SIZE)
    memories = [_decode_memory(item) for item in wire.messages(message, 5)]
    references = wire.texts(message, 15)
    require(len(set(references)) == len(references))
    objects = len(references)
    view = View(
        sha256,
        [_decode_frame(item, objects) for item in wire.messages(message, 4)],
        [memory.pages for memory in memories],
        [_decode_table(item, objects) for item in wire.messages(message, 6)],
        _unpack(wire.text(message, 7), wire.data(message, 8), objects),
        _indices(message, 9),
        _indices(message, 10),
        starting=bool(wire.number(message, 13)),
        exceptions=[_decode_exception(item, objects) for item in wire.messages(message, 14)],
        references=references,
    )
    if 11 in message:
        from mvvm.proto.codec_wasi import decode_wasi

        view.wasi = decode_wasi(wire.fields(wire.data(message, 11)))
    names = {_u32(wire.number(item, 1)): wire.text(item, 2) for item in wire.messages(message, 12)}
    return Index(view, memories, names, wire.text(message, 3), wire.text(message, 1))


def _u32(number: int) -> int:
    """A number that Wasm stores in 32 bits. Raises BadSnapshot."""
    require(number < 1 << 32)
    return number


def _indices(message: wire.Fields, field: int) -> list[int]:
    """Indices in ascending order."""
    numbers = wire.numbers(message, field)
    if numbers:
        _u32(numbers[-1])
        require(all(map(int.__lt__, numbers, numbers[1:])))
    return numbers


def _decode_frame(message: wire.Fields, objects: int) -> Frame:
    kind = wire.number(message, 3)
    require(kind in (AT, IN_CALL))
    indices = _indices(message, 4)
    values = _unpack(wire.text(message, 5), wire.data(message, 6), objects)
    require(len(indices) <= len(values))
    locals_ = dict(zip(indices, values, strict=False))
    return Frame(_u32(wire.number(message, 1)), _u32(wire.number(message, 2)), kind, locals_, values[len(indices) :])


def _unpack(types: str, packed: bytes, objects: int) -> list[Value]:
    """Values of given types; `objects` is how many externrefs can refer to."""
    require(NAMES.keys() >= set(types))
    layout = _struct(types)
    require(layout.size == len(packed))
    values: list[Value] = list(zip(types, layout.unpack(packed), strict=True))
    if V128 in types:
        values = [(t, int.from_bytes(bits, "little") if isinstance(bits, bytes) else bits) for t, bits in values]
    require(EXTERNREF not in types or all(bits <= objects for type_, bits in values if type_ == EXTERNREF))
    return values


def _decode_exception(message: wire.Fields, objects: int) -> ExceptionState:
    values = _unpack(wire.text(message, 2), wire.data(message, 3), objects)
    return ExceptionState(_u32(wire.number(message, 1)), values)


def _decode_table(message: wire.Fields, objects: int) -> TableState:
    element = wire.text(message, 1)
    require(len(element) == 1 and element in REFERENCES)
    elements = wire.fixed32s(message, 2)
    require(element != EXTERNREF or max(elements, default=0) <= objects)
    return TableState(element, list(elements))


def _decode_memory(message: wire.Fields) -> StoredMemory:
    pages, encoding, offset = (wire.number(message, field) for field in (1, 2, 3))
    page_size = 1 if wire.number(message, 6) else PAGE_SIZE
    require(pages * page_size <= MAX_PAGES_64 * PAGE_SIZE and encoding in (RAW, ZSTD))
    extents, blocks = _pairs(wire.fixed32s(message, 4)), _pairs(wire.fixed32s(message, 5))
    memory = StoredMemory(pages, page_size, encoding, offset, extents, blocks)
    end = -1
    for first, count in extents:
        require(first > end and count > 0)  # runs are maximal: there is a page between two
        end = first + count
    require(end <= -(-memory.size // STORED_PAGE))
    size = memory.contents_size
    require(len(blocks) == -(-size // BLOCK_SIZE))
    if encoding == RAW and blocks:
        require(memory.stored_size == size and all(stored == BLOCK_SIZE for stored, _ in blocks[:-1]))
        require(offset % STORED_PAGE == 0)
    require(all(stored > 0 for stored, _ in blocks))
    return memory


def _pairs(numbers: tuple[int, ...]) -> list[tuple[int, int]]:
    require(len(numbers) % 2 == 0)
    return list(zip(numbers[::2], numbers[1::2], strict=True))

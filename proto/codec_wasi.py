"""Message Wasi of a snapshot's index, written and read."""

from __future__ import annotations

from mvvm.abi.view import DirectoryState, FileState, StdioState, WasiState
from mvvm.proto import wire
from mvvm.proto.codec import require

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mvvm.abi.view import DescriptorState
    from mvvm.proto import snapshot_pb2

# What typenames.witx of preview 1 has.
_MAX_CLOCK = 3
_ALL_FDFLAGS = 31
_MAX_FILETYPE = 7
_MAX_POSITION = (1 << 63) - 1


def encode_wasi(wasi: WasiState) -> snapshot_pb2.Wasi:
    """Message Wasi."""
    from mvvm.proto import snapshot_pb2 as pb

    return pb.Wasi(
        args=wasi.args,
        environ=wasi.environ,
        descriptors=[_encode_descriptor(descriptor) for descriptor in wasi.descriptors],
        clocks=[pb.Clock(id=clock, nanoseconds=time) for clock, time in sorted(wasi.clocks.items())],
        waited=wasi.waited,
        folders=[pb.Folder(preopen=name, host_path=_encode_path(path)) for name, path in sorted(wasi.folders.items())],
    )


def _encode_path(path: str) -> bytes:
    """A path of the host, as the host has it."""
    return path.encode("utf-8", "surrogateescape")


def _decode_path(path: bytes) -> str:
    return str(path, "utf-8", "surrogateescape")


def _encode_descriptor(state: DescriptorState | None) -> snapshot_pb2.Descriptor:
    from mvvm.proto import snapshot_pb2 as pb

    if state is None:
        return pb.Descriptor()
    if isinstance(state, StdioState):
        return pb.Descriptor(stdio=pb.Stdio(number=state.number, position=state.position))
    if isinstance(state, FileState):
        return pb.Descriptor(
            file=pb.File(
                preopen=state.preopen,
                path=state.path,
                flags=state.flags,
                position=state.position,
                contents=state.contents,
                readable=state.readable,
                writable=state.writable,
                size=state.size,
            )
        )
    host_path = None if state.host_path is None else _encode_path(state.host_path)
    listing = None
    if state.entries is not None:
        entries = [pb.Entry(name=name, inode=inode, filetype=kind) for name, inode, kind in state.entries]
        listing = pb.Listing(entries=entries)
    return pb.Descriptor(
        directory=pb.Directory(preopen=state.preopen, path=state.path, host_path=host_path, listing=listing)
    )


def decode_wasi(message: wire.Fields) -> WasiState:
    """Read message Wasi. Raises BadSnapshot."""
    clocks = {wire.number(item, 1): wire.number(item, 2) for item in wire.messages(message, 4)}
    require(all(clock <= _MAX_CLOCK for clock in clocks))
    return WasiState(
        wire.byte_strings(message, 1),
        wire.byte_strings(message, 2),
        [_decode_descriptor(item) for item in wire.messages(message, 3)],
        clocks,
        wire.number(message, 5),
        {wire.data(item, 1): _decode_path(wire.data(item, 2)) for item in wire.messages(message, 6)},
    )


def _decode_descriptor(message: wire.Fields) -> DescriptorState | None:
    require(len(message) <= 1)
    if 1 in message:
        return _decode_stdio(wire.fields(wire.data(message, 1)))
    if 2 in message:
        return _decode_file(wire.fields(wire.data(message, 2)))
    if 3 in message:
        return _decode_directory(wire.fields(wire.data(message, 3)))
    require(not message)
    return None


def _position(message: wire.Fields, field: int) -> int | None:
    """A position in a file or its size, if there is one."""
    if field not in message:
        return None
    position = wire.number(message, field)
    require(position <= _MAX_POSITION)
    return position


def _flag(message: wire.Fields, field: int) -> bool:
    value = wire.number(message, field)
    require(value <= 1)
    return value == 1


def _decode_stdio(message: wire.Fields) -> StdioState:
    number = wire.number(message, 1)
    require(number <= 2)
    return StdioState(number, _position(message, 2))


def _decode_file(message: wire.Fields) -> FileState:
    flags = wire.number(message, 3)
    require(flags <= _ALL_FDFLAGS)
    return FileState(
        wire.data(message, 1),
        wire.data(message, 2),
        flags,
        _position(message, 4),
        wire.data(message, 5) if 5 in message else None,
        readable=_flag(message, 6),
        writable=_flag(message, 7),
        size=_position(message, 8),
    )


def _decode_directory(message: wire.Fields) -> DirectoryState:
    host_path = _decode_path(wire.data(message, 3)) if 3 in message else None
    entries = None
    if 4 in message:
        entries = [
            (wire.data(item, 1), wire.number(item, 2), wire.number(item, 3))
            for item in wire.messages(wire.fields(wire.data(message, 4)), 1)
        ]
        require(all(filetype <= _MAX_FILETYPE for _, _, filetype in entries))
    return DirectoryState(wire.data(message, 1), wire.data(message, 2), host_path, entries)

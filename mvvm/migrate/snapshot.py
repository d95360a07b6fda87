"""A snapshot file: a stopped program, which any build of its module on any machine can go on from.

    write_snapshot("app.snapshot", view, memories)

    snapshot = Snapshot.open("app.snapshot")
    snapshot.check_module(sha256)
    snapshot.view.frames
    snapshot.fill_memory(0, memory)

The format is described in proto/snapshot.proto. A restore imports this module: it imports little, and what only
writing needs when it is called.
"""

from __future__ import annotations

import os
import zlib

from mvvm.errors import BadSnapshot, CheckpointFailed, EnvironmentFailure, IncompatibleSnapshot, InputError, UsageError
from mvvm.migrate.header import FORMAT_VERSION, HEADER_SIZE, read_header
from mvvm.proto.codec import RAW, STORED_PAGE, ZSTD, StoredMemory, decode
from mvvm.runtime.mapping import memory_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike

    from mvvm.abi.view import View
    from mvvm.runtime.memory import Memory

# Raw memory is mapped, and read when the program gets there. So little of it can be read at once all the same: 50 ms.
_ALWAYS_VERIFIED = 64 << 20

_PREPARED = ".prepared"

# A snapshot holds all that the program knows: nobody else may read it, as with a core dump.
_MODE = 0o600


def write_snapshot(
    path: str | PathLike[str],
    view: View,
    memories: Sequence[Memory],
    *,
    zstd_level: int | None = None,
    names: Mapping[int, str] | None = None,
    module_name: str = "",
) -> None:
    """Write a snapshot file: whole and on its disk when this returns, or not at all.

    `memories` are those of the view, with the contents that they have now; they are stored as they are, or compressed
    with a `zstd_level` (1 fast to 19 small). `names` (of functions, by index) and `module_name` are for people.
    Raises CheckpointFailed; what was at `path` before is still there then.
    """
    from mvvm.files import replace_durably
    from mvvm.migrate.writer import write

    path = os.fspath(path)
    try:
        replace_durably(
            path,
            lambda fd: write(fd, view, memories, zstd_level, names or {}, module_name, durable=True),
            _MODE,
        )
    except (OSError, MemoryError) as error:
        raise CheckpointFailed(f"cannot write the snapshot {path}: {_reason(error)}") from None


def write_to_fd(
    fd: int,
    view: View,
    memories: Sequence[Memory],
    *,
    zstd_level: int | None = None,
    names: Mapping[int, str] | None = None,
    module_name: str = "",
) -> None:
    """Make a snapshot the contents of an open file (a memfd, say), which need not outlast the machine.

    As write_snapshot; the descriptor's position stays where it is. Raises CheckpointFailed, after which the file
    holds no snapshot.
    """
    from mvvm.migrate.writer import write

    try:
        os.ftruncate(fd, 0)
        write(fd, view, memories, zstd_level, names or {}, module_name, durable=False)
    except (OSError, MemoryError) as error:
        raise CheckpointFailed(f"cannot write the snapshot: {_reason(error)}") from None


def _reason(error: OSError | MemoryError) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else "out of memory"


def prepared_folder(path: str | PathLike[str]) -> str:
    """The folder of what was compiled ahead of time for a snapshot file (mvvm.migrate.prepare): beside it."""
    return os.path.splitext(os.fspath(path))[0] + _PREPARED


class Snapshot:
    """A snapshot file that was opened. It is undamaged, but for raw memory that is too large to be read at once.

    The file must stay as it is while memories that were filled from it are used: they are mapped from it. (Replacing
    it by another file, as write_snapshot does, leaves it as it is.)
    """

    def __init__(self, fd: int, *, verify: bool = False) -> None:
        """Take over a descriptor; `open`, `from_fd` and `load` are what to call. Raises InputError."""
        self._fd = fd
        #: Size of the file in bytes.
        self.file_size = os.fstat(fd).st_size
        header = read_header(self._read(0, min(HEADER_SIZE, self.file_size)), self.file_size)
        index = self._read(header.index_offset, header.index_size)
        if zlib.crc32(index) != header.index_crc:
            raise BadSnapshot("damaged snapshot: its index is not what was written")
        self._index = decode(index)
        self._check_layout(header.index_offset)
        raw = [memory for memory in self.memories if memory.encoding == RAW]
        if verify or sum(memory.stored_size for memory in raw) <= _ALWAYS_VERIFIED:
            for number, memory in enumerate(self.memories):
                if verify or memory.encoding == RAW:
                    self._verify(number)

    @classmethod
    def open(cls, path: str | PathLike[str], *, verify: bool = False) -> Snapshot:
        """Open a file. With `verify`, the checksums of all memory are compared at once, however large it is.

        Raises BadSnapshot where it is none or a damaged one, IncompatibleSnapshot where it has another format version,
        InputError where it cannot be read.
        """
        path = os.fspath(path)
        try:
            return cls(os.open(path, os.O_RDONLY | os.O_CLOEXEC), verify=verify)
        except InputError as error:
            raise type(error)(f"{path}: {error}") from None
        except OSError as error:
            raise InputError(f"{path}: {error.strerror}") from None

    @classmethod
    def from_fd(cls, fd: int, *, verify: bool = False) -> Snapshot:
        """Open what is in an open file. The descriptor stays the caller's, who may close it. Raises as `open` does."""
        return cls(os.dup(fd), verify=verify)

    @classmethod
    def load(cls, contents: bytes, *, verify: bool = False) -> Snapshot:
        """Open a snapshot that is in memory. Raises as `open` does."""
        fd = memory_file("mvvm.snapshot", contents)
        try:
            return cls.from_fd(fd, verify=verify)
        finally:
            os.close(fd)

    def __del__(self) -> None:
        fd, self._fd = getattr(self, "_fd", -1), -1
        if fd >= 0:
            os.close(fd)

    def __repr__(self) -> str:
        view = self.view
        return f"<Snapshot of {view.module_sha256.hex()[:12]}, {len(view.frames)} frames, {self.file_size} bytes>"

    @property
    def view(self) -> View:
        """The program: frames, tables, globals, WASI."""
        return self._index.view

    @property
    def memories(self) -> list[StoredMemory]:
        """Where the contents of each memory are in the file: its extents are what is not zero."""
        return self._index.memories

    @property
    def names(self) -> dict[int, str]:
        """Names of the functions that have frames, by function index, as far as the module has names."""
        return self._index.names

    @property
    def module_name(self) -> str:
        """The name that the module gives itself; empty if none."""
        return self._index.module_name

    @property
    def writer(self) -> str:
        """The version of the mvvm that wrote the file."""
        return self._index.writer

    @property
    def format_version(self) -> int:
        """The version of the file's format."""
        return FORMAT_VERSION

    def check_module(self, sha256: bytes) -> None:
        """Raise IncompatibleSnapshot unless the snapshot is of the module with this SHA-256."""
        theirs = self.view.module_sha256
        if theirs != sha256:
            name = f" ({self.module_name!r})" if self.module_name else ""
            raise IncompatibleSnapshot(
                f"the snapshot is of another module: of the one with SHA-256 {theirs.hex()}{name}, not {sha256.hex()}"
            )

    def fill_memory(self, index: int, memory: Memory) -> None:
        """Give `memory`, all zeros and of the right size, the contents of the view's memory `index`.

        What is stored raw is mapped from the file, and read when it is used. Raises BadSnapshot where the contents are
        damaged, EnvironmentFailure where the machine refuses, UsageError where the sizes differ.
        """
        stored = self.memories[index]
        if memory.limits.page_size != stored.page_size:
            raise BadSnapshot(f"damaged snapshot: memory {index} has pages of another size than in its module")
        if memory.pages != stored.pages:
            raise UsageError(f"memory {index} has {stored.pages} pages in the snapshot, not {memory.pages}")
        from mvvm.migrate import contents

        try:
            if stored.encoding == ZSTD:
                contents.decompress(self._read, stored, memory)
            else:
                contents.map_or_read(self._fd, stored, memory)
        except OSError as error:
            raise EnvironmentFailure(f"cannot map the snapshot: {error.strerror}") from None
        if any(memory.view[memory.size : memory.allocated]):
            raise BadSnapshot(f"damaged snapshot: memory {index} has contents behind its end")

    def _read(self, offset: int, size: int) -> bytes:
        """Read from the file. Raises BadSnapshot where it is not as long any more, InputError."""
        parts = []
        try:
            while size:
                part = os.pread(self._fd, size, offset)
                if not part:
                    raise BadSnapshot("damaged snapshot: it ends too early")
                parts.append(part)
                offset += len(part)
                size -= len(part)
        except OSError as error:
            raise InputError(f"the snapshot cannot be read: {error.strerror}") from None
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _check_layout(self, end: int) -> None:
        """Raise BadSnapshot unless the memories fill the file from the header to `end`, where the index begins."""
        at = HEADER_SIZE
        for memory in self.memories:
            if not memory.blocks:
                continue
            start = at if memory.encoding == ZSTD else -(-at // STORED_PAGE) * STORED_PAGE
            if memory.offset != start or any(self._read(at, min(start, self.file_size) - at)):
                raise BadSnapshot("damaged snapshot: what is between its parts is not what was written")
            at = start + memory.stored_size
        if at != end:
            raise BadSnapshot("damaged snapshot: its parts do not fill it")

    def _verify(self, index: int) -> None:
        """Raise BadSnapshot unless the checksums of a memory are right."""
        at = self.memories[index].offset
        for size, crc in self.memories[index].blocks:
            if zlib.crc32(self._read(at, size)) != crc:
                raise BadSnapshot(f"damaged snapshot: the contents of memory {index} are not what was written")
            at += size

"""The Wasm view: a stopped program in the terms of its module, whatever compiled it and on whatever machine.

    View         frames, innermost first; memories, tables, globals, dropped segments; what WASI holds; what exnrefs
                 and externrefs refer to
    Frame        a function that has not returned: a label, and the values that are live there
    WasiState    arguments, environment, descriptors by number, clocks

A *value* is a pair of its type (a character, see mvvm.wasm.types) and its bits, an unsigned integer. A funcref's bits
are its function index + 1, an exnref's its index in the exceptions + 1, an externref's its index in the references + 1:
null is 0 for all. Nothing here is an address.

A label is a function index and a byte offset in the module (`pc`), of an instruction. A frame stands there in one of
two ways:

    AT        about to execute the instruction: its operands are on the operand stack
    IN_CALL   the call there is in progress, in the next inner frame: its operands are gone, its results not there yet
"""

from __future__ import annotations

AT, IN_CALL = 0, 1

Value = tuple[str, int]


class Frame:
    """A function activation. `locals` holds the live locals by index; the top of `stack` is its last value."""

    __slots__ = ("function", "kind", "locals", "pc", "stack")

    def __init__(self, function: int, pc: int, kind: int, locals: dict[int, Value], stack: list[Value]) -> None:
        self.function = function
        self.pc = pc
        self.kind = kind
        self.locals = locals
        self.stack = stack

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Frame) and all(getattr(self, n) == getattr(other, n) for n in self.__slots__)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        kind = ("AT", "IN_CALL")[self.kind]
        return f"Frame({self.function}, {self.pc:#x}, {kind}, {self.locals}, {self.stack})"


class ExceptionState:
    """A caught exception that exnrefs refer to: the index of its `tag`, and its `values`."""

    __slots__ = ("tag", "values")

    def __init__(self, tag: int, values: list[Value]) -> None:
        self.tag = tag
        self.values = values


class TableState:
    """The elements of a table, as bits of values of the type `element`."""

    __slots__ = ("element", "elements")

    def __init__(self, element: str, elements: list[int]) -> None:
        self.element = element
        self.elements = elements


class StdioState:
    """A standard stream: `number` is 0, 1 or 2; `position` in bytes, where it is a file with a position."""

    __slots__ = ("number", "position")

    def __init__(self, number: int, position: int | None) -> None:
        self.number = number
        self.position = position


class FileState:
    """An open file at `path` below the preopened folder that the guest calls `preopen`.

    `flags` are the fdflags that the guest set. `position` is in bytes, None where it has none (a FIFO, a device).
    `contents` are those of a file that has no path any more: it was unlinked while it was open. Then `path` only says
    which file it is: those that have the same one are open on the same file. `size` in bytes is that of a file which
    has a position and a path, None where it is not known: one that is shorter than it was is not the same.
    """

    __slots__ = ("contents", "flags", "path", "position", "preopen", "readable", "size", "writable")

    def __init__(
        self,
        preopen: bytes,
        path: bytes,
        flags: int,
        position: int | None,
        contents: bytes | None = None,
        *,
        readable: bool,
        writable: bool,
        size: int | None = None,
    ) -> None:
        self.preopen = preopen
        self.path = path
        self.flags = flags
        self.position = position
        self.contents = contents
        self.readable = readable
        self.writable = writable
        self.size = size


class DirectoryState:
    """An open folder at `path` below the preopened folder `preopen`.

    `host_path` is what a preopened folder itself was granted from, None for one that the guest opened; its `path` is
    empty where it was removed while it was open. `entries` is the listing that fd_readdir's cookies count in (name,
    inode, filetype), None before the first call.
    """

    __slots__ = ("entries", "host_path", "path", "preopen")

    def __init__(
        self, preopen: bytes, path: bytes, host_path: str | None, entries: list[tuple[bytes, int, int]] | None
    ) -> None:
        self.preopen = preopen
        self.path = path
        self.host_path = host_path
        self.entries = entries


DescriptorState = StdioState | FileState | DirectoryState


class WasiState:
    """What WASI holds for the guest.

    `descriptors` are by number, None where a number is free. `clocks` are the nanoseconds that the guest's clocks
    read, by clockid: monotonic, CPU time of the process and of the thread. `waited` are the nanoseconds that the
    poll_oneoff which was interrupted had waited: the one that is made anew waits for what is left. `folders` are the
    host paths of the preopened folders, by the guest's name, that the guest closed while it has something open there.
    """

    __slots__ = ("args", "clocks", "descriptors", "environ", "folders", "waited")

    def __init__(
        self,
        args: list[bytes],
        environ: list[bytes],
        descriptors: list[DescriptorState | None],
        clocks: dict[int, int],
        waited: int,
        folders: dict[bytes, str] | None = None,
    ) -> None:
        self.folders = folders or {}
        self.args = args
        self.environ = environ
        self.descriptors = descriptors
        self.clocks = clocks
        self.waited = waited


class View:
    """A stopped program, but for the contents of its memories.

    `module_sha256` is of the module, byte for byte. `frames` are innermost first. `memories` are sizes in pages
    of their types. `dropped_data` and `dropped_elements` are indices of segments, ascending. `starting` tells that the
    outermost frame is of the module's start function, which instantiation called: what was to be called after that
    still is. `exceptions` are what exnrefs refer to; one that another refers to comes before it. `references` are names
    of what externrefs refer to: objects of the host, in the order of their first use. `wasi` is None for a program that
    was not run under WASI.
    """

    __slots__ = (
        "dropped_data",
        "dropped_elements",
        "exceptions",
        "frames",
        "globals",
        "memories",
        "module_sha256",
        "references",
        "starting",
        "tables",
        "wasi",
    )

    def __init__(
        self,
        module_sha256: bytes,
        frames: list[Frame],
        memories: list[int],
        tables: list[TableState],
        globals: list[Value],
        dropped_data: list[int],
        dropped_elements: list[int],
        wasi: WasiState | None = None,
        *,
        starting: bool = False,
        exceptions: list[ExceptionState] | None = None,
        references: list[str] | None = None,
    ) -> None:
        self.starting = starting
        self.exceptions = exceptions or []
        self.references = references or []
        self.module_sha256 = module_sha256
        self.frames = frames
        self.memories = memories
        self.tables = tables
        self.globals = globals
        self.dropped_data = dropped_data
        self.dropped_elements = dropped_elements
        self.wasi = wasi

"""Loading: an `.aot` file becomes a Program, mapped and ready for instances."""

from __future__ import annotations

import ctypes
import mmap
import os
import struct

from mvvm import cpu
from mvvm.abi import elf, sections
from mvvm.errors import BadAotFile, EnvironmentFailure, IncompatibleAot, InputError
from mvvm.runtime import libc, metadata
from mvvm.runtime import thread as threads
from mvvm.wasm.types import FuncType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

    from mvvm.runtime.call_frames import CallFrames

_ENTER = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
_PROTECTIONS = ((elf.PF_R, libc.PROT_READ), (elf.PF_W, libc.PROT_WRITE), (elf.PF_X, libc.PROT_EXEC))


class Program:
    """A loaded `.aot` file. `info` are the module's declarations, `wasm` the module itself, byte for byte."""

    __slots__ = (
        "__weakref__",
        "_base",
        "_call_frames",
        "_eh_frame",
        "_functions",
        "_indices",
        "_invoke",
        "_names",
        "_names_section",
        "_size",
        "_text",
        "enter",
        "info",
        "target",
        "wasm",
    )

    def __init__(self, file: int, size: int) -> None:
        """Map the file of a descriptor. Raises InputError."""
        self._base = 0
        if size == 0:
            raise BadAotFile("not an .aot file: it is empty")
        view = memoryview(mmap.mmap(file, size, prot=mmap.PROT_READ))
        image = elf.read(view)  # type: ignore[arg-type]
        self.target = metadata.Target(bytes(image.section(sections.TARGET).contents))
        self.wasm = image.section(sections.WASM).contents
        _check_compatible(self.target, image.machine)
        declarations = bytes(image.section(sections.MODULE).contents)
        offsets = bytes(image.section(sections.FUNCTIONS).contents)
        _check_intact(self.target, self.wasm, declarations + offsets)
        self.info = metadata.read_module(declarations, len(self.wasm))
        text = image.section(sections.TEXT)
        functions = metadata.Functions(offsets, self.info, text.size)
        self._functions = functions
        self._names_section = image.section(sections.NAMES).contents
        self._names: dict[int, str] | None = None
        self._indices: dict[int, int] | None = None  # of functions, by offset in text
        self._eh_frame = image.section(sections.EH_FRAME)
        self._call_frames: CallFrames | None = None
        _check_places(image, functions)
        self._map(image, file)
        self._text = self._base + text.address
        self._fill_got(image)
        self._invoke = {
            type_.key: self._text + offset
            for type_, offset in zip(self.info.types, functions.invoke_thunks, strict=True)
        }
        self.enter = _ENTER(self._text + functions.enter)
        words = self._base + image.section(sections.DATA).address + functions.handler_words
        threads.install_handler(self._text + functions.on_signal, words, self)

    def _map(self, image: elf.ElfFile, file: int) -> None:
        """Map all segments at one place, text read and execute from the file."""
        end = max(segment.address + segment.memory_size for segment in image.segments)
        self._size = -(-end // mmap.PAGESIZE) * mmap.PAGESIZE
        flags = libc.MAP_PRIVATE | libc.MAP_ANONYMOUS | libc.MAP_NORESERVE
        try:
            self._base = libc.mmap(0, self._size, libc.PROT_NONE, flags)
            for segment in image.segments:
                protection = sum(ours for theirs, ours in _PROTECTIONS if segment.flags & theirs)
                start = segment.address & -mmap.PAGESIZE
                before = segment.address - start
                fixed = libc.MAP_PRIVATE | libc.MAP_FIXED
                if segment.file_size:
                    offset = segment.offset - before
                    libc.mmap(self._base + start, segment.file_size + before, protection, fixed, file, offset)
                else:
                    size = segment.memory_size + before
                    libc.mmap(self._base + start, size, protection, fixed | libc.MAP_ANONYMOUS)
        except OSError as error:
            raise EnvironmentFailure(f"cannot map the .aot file: {error.strerror}") from None

    def _fill_got(self, image: elf.ElfFile) -> None:
        """Resolve the libc functions that the code calls."""
        got = image.section(sections.GOT)
        slots = []
        for name in self._functions.imports:
            try:
                symbol = libc.libc[name]
            except (AttributeError, ValueError):  # not there, or no name of C at all
                raise IncompatibleAot(f"the .aot file needs {name}(), which this machine's libc lacks") from None
            slots.append(ctypes.cast(symbol, ctypes.c_void_p).value or 0)
        ctypes.memmove(self._base + got.address, struct.pack(f"={len(slots)}Q", *slots), 8 * len(slots))

    def invoke_thunk(self, type_: FuncType) -> int:
        """The address of the thunk that calls functions of a type."""
        return self._invoke[type_.key]

    def host_thunk(self, type_index: int) -> int:
        """The address of the code of host functions of a type."""
        return self._text + self._functions.host_thunks[type_index]

    def code_addresses(self) -> list[int]:
        """The address of each defined function's code; 0 where it has none."""
        text = self._text
        return [0 if offset == metadata.NO_CODE else text + offset for offset in self._functions.functions]

    @property
    def names(self) -> dict[int, str]:
        """Names of functions, from the module's name section, by function index."""
        if self._names is None:
            try:
                self._names = metadata.read_names(bytes(self._names_section))
            except BadAotFile:  # they are for people, who would rather see a trap without
                self._names = {}
        return self._names

    @property
    def call_frames(self) -> CallFrames:
        """The call frame information of the code."""
        if self._call_frames is None:
            from mvvm.runtime.call_frames import CallFrames

            self._call_frames = CallFrames(bytes(self._eh_frame.contents), self._base + self._eh_frame.address)
        return self._call_frames

    def function_at(self, address: int) -> int | None:
        """The function (its index) whose code an address is in, if it is of the module."""
        start = self.call_frames.function_start(address)
        if start is None:
            return None
        if self._indices is None:
            first = self.info.num_imported_functions
            self._indices = {offset: index for index, offset in enumerate(self._functions.functions, first)}
        return self._indices.get(start - self._text)

    def __del__(self, munmap: Callable[[int, int], int] = libc.munmap) -> None:
        if self._base:
            munmap(self._base, self._size)


def _check_compatible(target: metadata.Target, machine: str) -> None:
    """Raise IncompatibleAot unless this process can run code made for a target."""
    metadata.check_format(target)
    here = cpu.host_architecture()
    if machine != here or target.triple.split("-")[0] != here:
        raise IncompatibleAot(
            f"the .aot file is for {target.triple.split('-')[0]}, this machine is {here}: "
            f"compile the module with --target {here}"
        )
    missing = cpu.missing_features(here, target.cpu_features)
    if missing:
        raise IncompatibleAot(
            f"the .aot file is for CPU {target.cpu}, this one lacks {', '.join(missing)}: "
            "compile the module for an older --cpu"
        )


def _check_intact(target: metadata.Target, wasm: memoryview, declarations: bytes) -> None:
    """Raise BadAotFile unless the module is the one that the code was made from, as it was declared to the code."""
    if _sha256(wasm) != target.module_sha256:
        raise BadAotFile("damaged .aot file: the Wasm module in it is not the one that its code was made from")
    if _sha256(declarations) != target.declarations_sha256:
        raise BadAotFile("damaged .aot file: its metadata are not what was written")


def _sha256(data: memoryview | bytes) -> bytes:
    # hashlib loads OpenSSL's, which is faster, but for less than a mebibyte not by what loading it takes.
    if len(data) < 1 << 20:
        import sys

        try:
            digest: bytes = __import__("_sha2" if sys.version_info >= (3, 12) else "_sha256").sha256(data).digest()
            return digest
        except ImportError:
            pass
    from hashlib import sha256

    return sha256(data).digest()


def _check_places(image: elf.ElfFile, functions: metadata.Functions) -> None:
    """Raise BadAotFile unless sections are where the loader writes and jumps."""
    needed = (
        (sections.TEXT, elf.SHF_EXECINSTR, 1),
        (sections.GOT, elf.SHF_WRITE, 8 * len(functions.imports)),
        (sections.DATA, elf.SHF_WRITE, functions.handler_words + sections.HANDLER_WORDS_SIZE),
    )
    for name, right, size in needed:
        section = image.section(name)
        flags = right | elf.SHF_ALLOC
        if section.flags & flags != flags or section.size < size:
            raise BadAotFile(f"damaged .aot file: its section {name} is not what its metadata say")


def load(source: str | PathLike[str] | bytes) -> Program:
    """Load an `.aot` file, by path or as bytes. Raises BadAotFile, IncompatibleAot, or InputError."""
    if isinstance(source, bytes):
        file = os.memfd_create("mvvm.aot", os.MFD_CLOEXEC)
        try:
            view = memoryview(source)
            while view:
                view = view[os.write(file, view) :]
            return Program(file, len(source))
        finally:
            os.close(file)
    path = os.fspath(source)
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    try:
        return Program(file, os.fstat(file).st_size)
    except InputError as error:
        raise type(error)(f"{path}: {error}") from None
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    finally:
        os.close(file)

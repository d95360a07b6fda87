"""Loading: an `.aot` file becomes a Program, mapped and ready for instances."""

from __future__ import annotations

import ctypes
import mmap
import os

from mvvm import cpu
from mvvm.abi import elf, sections
from mvvm.errors import BadAotFile, IncompatibleAot, InputError
from mvvm.runtime import metadata
from mvvm.runtime import thread as threads
from mvvm.runtime.image import image_for
from mvvm.runtime.mapping import MappedCode, check_places, memory_file
from mvvm.wasm.types import FuncType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike

    from mvvm.runtime.points import PointTable

_ENTER = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)


class Program:
    """A loaded `.aot` file. `info` are the module's declarations, `wasm` the module itself, byte for byte."""

    __slots__ = (
        "__weakref__",
        "_functions",
        "_invoke",
        "_names",
        "_names_section",
        "_points",
        "_points_section",
        "_rodata",
        "_text",
        "codes",
        "enter",
        "info",
        "target",
        "wasm",
    )

    def __init__(self, file: int, size: int) -> None:
        """Map the file of a descriptor. Raises InputError."""
        if size == 0:
            raise BadAotFile("not an .aot file: it is empty")
        view = memoryview(mmap.mmap(file, size, prot=mmap.PROT_READ))
        whole = elf.read(view)
        image = image_for(whole, cpu.host_architecture()) or whole
        self.target = metadata.Target(bytes(image.section(sections.TARGET).contents))
        _check_compatible(self.target, image.machine)
        self.wasm = whole.section(sections.WASM).contents
        declarations = bytes(image.section(sections.MODULE).contents)
        offsets = bytes(image.section(sections.FUNCTIONS).contents)
        _check_intact(self.target, self.wasm, declarations + offsets)
        self.info = metadata.read_module(declarations, len(self.wasm))
        text = image.section(sections.TEXT)
        functions = metadata.Functions(offsets, self.info, text.size)
        self._functions = functions
        self._names_section = image.section(sections.NAMES).contents
        self._names: dict[int, str] | None = None
        check_places(image, len(functions.imports), functions.handler_words + sections.HANDLER_WORDS_SIZE)
        first = self.info.num_imported_functions
        code = MappedCode(image, file, lambda: _starts(functions, first))
        code.fill_got(image.section(sections.GOT), functions.imports, {})
        # Also of continuations, which add themselves.
        self.codes = [code]
        self._text = code.text
        self._rodata = code.base + image.section(sections.RODATA).address
        self._points_section = image.section(sections.POINTS).contents
        self._points: PointTable | None = None
        self._invoke = {
            type_.key: self._text + offset
            for type_, offset in zip(self.info.types, functions.invoke_thunks, strict=True)
        }
        self.enter = _ENTER(self._text + functions.enter)
        words = code.base + image.section(sections.DATA).address + functions.handler_words
        threads.install_handler(self._text + functions.on_signal, words, self)

    def invoke_thunk(self, type_: FuncType) -> int:
        """The address of the thunk that calls functions of a type."""
        return self._invoke[type_.key]

    def host_thunk(self, type_index: int) -> int:
        """The address of the code of host functions of a type."""
        return self._text + self._functions.host_thunks[type_index]

    def tail_addresses(self) -> list[int]:
        """The address of each defined function's body that tail calls jump to, or 0; empty if none has such a body."""
        text = self._text
        return [0 if offset == metadata.NO_CODE else text + offset for offset in self._functions.tails]

    def code_addresses(self) -> list[int]:
        """The address of each defined function's code; 0 where it has none."""
        text = self._text
        return [0 if offset == metadata.NO_CODE else text + offset for offset in self._functions.functions]

    def address_of(self, name: str) -> int:
        """The address of a symbol that continuations refer to: support code, a function, a table that never changes.

        0 where there is none that others may refer to.
        """
        functions = self._functions
        if name in functions.support:
            return self._text + functions.support[name]
        if name.startswith(sections.STATIC_TABLE):
            offset = functions.static_tables.get(_index(name, sections.STATIC_TABLE))
            return 0 if offset is None else self._rodata + offset
        if name.startswith(sections.FUNCTION):
            index = _index(name, sections.FUNCTION)
            position = index - self.info.num_imported_functions
            if 0 <= position < len(functions.functions) and index not in functions.local:
                return self._text + functions.functions[position]
        return 0

    @property
    def local_functions(self) -> set[int]:
        """The functions that only code of the file may call, or that were inlined everywhere, by index."""
        return self._functions.local

    @property
    def points(self) -> PointTable:
        """The stable points of the code. Raises BadAotFile."""
        if self._points is None:
            from mvvm.runtime.points import PointTable

            if _sha256(self._points_section) != self.target.points_sha256:
                raise BadAotFile("damaged .aot file: its table of stable points is not what was written")
            self._points = PointTable(bytes(self._points_section))
        return self._points

    @property
    def names(self) -> dict[int, str]:
        """Names of functions, from the module's name section, by function index."""
        if self._names is None:
            try:
                self._names = metadata.read_names(bytes(self._names_section))
            except BadAotFile:  # they are for people, who would rather see a trap without
                self._names = {}
        return self._names


def _starts(functions: metadata.Functions, first: int) -> dict[int, int]:
    """Function indices by where their code starts.

    Where a function has a body that tail calls jump to, its entry is nobody's code: a tail call may have replaced it.
    """
    starts = {at: index for index, at in enumerate(functions.functions, first)}
    for index, (entry, body) in enumerate(zip(functions.functions, functions.tails, strict=False), first):
        if body != metadata.NO_CODE:
            del starts[entry]
            starts[body] = index
    return starts


def _index(name: str, prefix: str) -> int:
    digits = name.removeprefix(prefix)
    return int(digits) if digits.isascii() and digits.isdigit() else -1


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


def load(source: str | PathLike[str] | bytes) -> Program:
    """Load an `.aot` file, by path or as bytes. Raises BadAotFile, IncompatibleAot, or InputError."""
    if isinstance(source, bytes):
        file = memory_file("mvvm.aot", source)
        try:
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

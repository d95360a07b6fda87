"""What was compiled, modules and continuations, kept from one run to the next.

An entry is an ELF file followed by its CRC-32 (ELF ignores what follows), under a name made of all that it
depends on. Whatever is wrong with an entry or with the folder costs time, never a result.
"""

from __future__ import annotations

import os
import zlib
from _blake2 import blake2b  # without OpenSSL, which hashlib loads: a restore imports this module

from mvvm.abi.sections import FORMAT_VERSION
from mvvm.errors import InputError
from mvvm.runtime.program import load
from mvvm.version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from mvvm.options import CompileOptions
    from mvvm.runtime.program import Program

# Bytes of all entries; those that were not used for longest are removed beyond that.
_LIMIT = 2 << 30
_CRC_SIZE = 4
_KEY_SIZE = 32  # bytes
AOT = ".aot"


def load_cached(
    source: bytes,
    options: CompileOptions,
    compile: Callable[[], bytes],
    warn: Callable[[str], None],
    prepared: str | None = None,
) -> Program:
    """Load what `compile` makes of a module, from the cache if it is there, or from the folder `prepared`.

    `warn` is told where the cache cannot be written. Raises what `compile` and `load` raise.
    """
    name = program_key(source, options)
    for where in (None, prepared) if prepared is not None else (None,):
        if read(name, AOT, where) is not None:
            try:
                return load(_path(name, AOT, where))
            except InputError:
                pass
    aot = compile()
    try:
        write(name, AOT, aot)
    except OSError as error:
        warn(f"what was compiled is not kept: {folder()}: {error.strerror}")
    return load(aot)


def program_key(source: bytes | memoryview, options: CompileOptions) -> str:
    """The name of the entry of a module that is compiled with options."""
    return key(source, repr((__version__, FORMAT_VERSION, options)).encode())


def key(*parts: bytes | memoryview) -> str:
    """The name of an entry that depends on nothing but `parts`."""
    return _hash(b"".join(_hash(part).digest() for part in parts)).hexdigest()


def _hash(data: bytes | memoryview) -> blake2b:
    return blake2b(data, digest_size=_KEY_SIZE)


def read(name: str, suffix: str, where: str | None = None) -> memoryview | None:
    """The contents of an entry, None where there is none that is whole.

    It is in the user's cache, or in a folder `where`, which is kept as it is.
    """
    path = _path(name, suffix, where)
    try:
        with open(path, "rb") as file:
            entry = memoryview(file.read())
        if _crc(entry[:-_CRC_SIZE]) != entry[-_CRC_SIZE:]:
            return None
        if where is None:
            os.utime(path)  # used now
    except OSError:
        return None
    return entry[:-_CRC_SIZE]


def write(name: str, suffix: str, contents: bytes | memoryview, where: str | None = None) -> None:
    """Keep an entry, in the user's cache or in a folder `where`. Raises OSError."""
    from mvvm.files import write_atomically

    path = _path(name, suffix, where)
    os.makedirs(os.path.dirname(path), 0o777 if where else 0o700, exist_ok=True)
    write_atomically(path, (contents, _crc(contents)))
    if where is None:
        _prune(keep=path)


def _path(name: str, suffix: str, where: str | None = None) -> str:
    return os.path.join(where or folder(), name + suffix)


def folder() -> str:
    """Where the entries are (XDG Base Directory Specification)."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):
        base = os.path.expanduser("~/.cache")
    return os.path.join(base, "mvvm")


def _crc(data: bytes | memoryview) -> bytes:
    return zlib.crc32(data).to_bytes(_CRC_SIZE, "little")


def _prune(keep: str) -> None:
    """Remove the entries that were not used for longest, until the rest fits the limit."""
    entries = []
    for name in os.listdir(folder()):
        path = os.path.join(folder(), name)
        try:
            status = os.stat(path)
        except FileNotFoundError:  # another process removed it
            continue
        entries.append((path != keep, -status.st_mtime_ns, path, status.st_size))
    total = 0
    for expendable, _, path, size in sorted(entries):
        total += size
        if expendable and total > _LIMIT:
            os.unlink(path)

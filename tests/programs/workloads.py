"""What the programs are given to do, as data; any engine, or a native build, can run it.

A workload runs in a folder of its own, which the guest sees as its only one (preopened as `/`), so that relative
paths mean the same to a native build that is started there. Nothing in it depends on time or chance.
"""

from __future__ import annotations

import bz2
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import zstandard

_SCRIPTS = Path(__file__).parent / "scripts"


@dataclass(frozen=True)
class Workload:
    """One run of a program; `status` is the exit status it ends with."""

    program: str  # a key of recipes.RECIPES
    name: str
    args: tuple[str, ...] = ()  # without the program's name
    files: Callable[[], Mapping[str, bytes]] = dict  # what is in the folder before
    stdin: str | None = None  # the file that is fed to it
    outputs: tuple[str, ...] = ()  # files that come out
    env: Mapping[str, str] = field(default_factory=dict)
    status: int = 0
    varying: str | None = None  # a pattern of what differs from run to run in stdout

    @property
    def id(self) -> str:
        """Name for people, unique among all workloads."""
        return f"{self.program}-{self.name}"

    def prepare(self, folder: Path) -> None:
        """Put the input files into an empty folder."""
        for name, contents in self.files().items():
            (folder / name).write_bytes(contents)

    def outcome(self, stdout: bytes, stderr: bytes, status: int, folder: Path) -> Outcome:
        """What a run in `folder` came to, in a form that two engines can be compared by."""
        if self.varying is not None:
            stdout = re.sub(self.varying.encode(), b"~", stdout)
        files = {name: path.read_bytes() for name in self.outputs if (path := folder / name).exists()}
        return Outcome(stdout, stderr, status, files)


@dataclass(frozen=True)
class Outcome:
    """All that a run leaves behind. A trap gives the status 134 and what it wrote until then."""

    stdout: bytes
    stderr: bytes
    status: int
    files: Mapping[str, bytes]


def _script(program: str, script: str, *args: str, **more: object) -> Workload:
    return Workload(program, Path(script).stem, (script, *args), _scripts(script), **more)  # type: ignore[arg-type]


def _scripts(*names: str) -> Callable[[], Mapping[str, bytes]]:
    return lambda: {name: (_SCRIPTS / name).read_bytes() for name in names}


def _text(size: int) -> bytes:
    """Words by Zipf's law: `size` bytes that compress about as English does."""
    chance = random.Random(1)
    words = ["".join(chance.choices("etaoinshrdlu", k=chance.randint(2, 9))) for _ in range(2000)]
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    text = " ".join(chance.choices(words, weights, k=size // 4))
    return text.encode()[:size]


def _noise(size: int) -> bytes:
    return random.Random(2).randbytes(size)


_SHELL = {"HOME": "."}  # the SQLite shell warns if it has no home
_PYTHON = {"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}

WORKLOADS: tuple[Workload, ...] = (
    _script("lua", "strings.lua"),
    _script("lua", "tables.lua"),
    _script("lua", "closures.lua"),
    _script("lua", "gc.lua"),
    Workload("lua", "stdin", ("-",), _scripts("closures.lua"), stdin="closures.lua"),
    _script("lua-eh", "errors.lua", status=1),
    _script("lua-eh", "coroutines.lua"),
    _script("lua-eh", "tables.lua"),
    Workload("sqlite", "joins", (), _scripts("joins.sql"), "joins.sql", env=_SHELL),
    Workload(
        "sqlite",
        "transactions",
        ("bank.db",),
        _scripts("transactions.sql"),
        "transactions.sql",
        outputs=("bank.db",),
        env=_SHELL,
        status=1,
    ),
    Workload("speedtest1", "memory", ("--size", "2", "--verify"), varying=r"\d+\.\d+s"),
    Workload("speedtest1", "disk", ("--size", "2", "--verify", "test.db"), varying=r"\d+\.\d+s"),
    _script("qjs", "language.js"),
    _script("qjs", "data.js", "argument", outputs=("rows.json",), status=1),
    Workload("qjs", "stdin", (), _scripts("language.js"), "language.js"),
    Workload("zstd", "fast", ("-q", "-1", "text"), lambda: {"text": _text(400_000)}, outputs=("text", "text.zst")),
    Workload("zstd", "best", ("-q", "-19", "text"), lambda: {"text": _text(150_000)}, outputs=("text.zst",)),
    Workload("zstd", "noise", ("-q", "-c"), lambda: {"noise": _noise(100_000)}, stdin="noise"),
    Workload(
        "zstd",
        "unpack",
        ("-q", "-d", "--rm", "text.zst"),
        lambda: {"text.zst": zstandard.compress(_text(1_000_000))},
        outputs=("text", "text.zst"),
    ),
    Workload(
        "zstd",
        "damaged",
        ("-q", "-t", "text.zst"),
        lambda: {"text.zst": zstandard.compress(_text(10_000))[:-100]},
        status=1,
    ),
    Workload("bzip2", "pack", ("text",), lambda: {"text": _text(400_000)}, outputs=("text", "text.bz2")),
    Workload("bzip2", "unpack", ("-dc",), lambda: {"text.bz2": bz2.compress(_text(400_000))}, stdin="text.bz2"),
    Workload("python", "sum", ("-c", "print(sum(range(10**6)))"), env=_PYTHON),
    _script("python", "objects.py", outputs=("out.txt",), env=_PYTHON, status=3),
)

# For the bench: seconds, not milliseconds.
HEAVY: tuple[Workload, ...] = (
    _script("lua", "heavy.lua", "5"),
    Workload("sqlite", "heavy", (), _scripts("heavy.sql"), "heavy.sql", env=_SHELL),
    Workload("speedtest1", "heavy", ("--size", "25", "--verify"), varying=r"\d+\.\d+s"),
    _script("qjs", "heavy.js", "8"),
    Workload("zstd", "heavy", ("-q", "-9", "text"), lambda: {"text": _text(6_000_000)}, outputs=("text.zst",)),
    Workload("bzip2", "heavy", ("text",), lambda: {"text": _text(5_000_000)}, outputs=("text.bz2",)),
    _script("python", "heavy.py", "2", env=_PYTHON),
)
HEAVY_ERRORS = _script("lua-eh", "heavy_errors.lua", "4")  # which are Wasm exceptions in this program

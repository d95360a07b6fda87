"""The registry of guests. What each covers stands at the top of its source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.programs.workloads import Workload
from tests.torture.build import build

_TRAPPED = 134
_STDIN = "stdin"


@dataclass(frozen=True)
class Guest:
    """A guest, built one way, with what it is given; `status` is the exit status, 134 for a trap."""

    source: str
    flags: tuple[str, ...] = ()  # of the C compiler
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    stdin: bytes | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)  # in the folder that it is given, before
    outputs: tuple[str, ...] = ()  # files that come out
    status: int = 0
    sampled: bool = False  # too long to be stopped everywhere
    like: str = ""  # a guest that does the same, for an oracle that cannot run this one
    same_memory: bool = True  # whether two runs leave the same memory: times and inode numbers differ

    @property
    def id(self) -> str:
        """Name for people, unique in the registry."""
        return Path(self.source).stem + "".join(self.flags)

    @property
    def is_main_build(self) -> bool:
        """Whether this is the build that all policies are tried with."""
        return self.flags[:1] in ((), ("-O3",))

    def wasm(self) -> Path:
        """The module, built if need be. Raises BuildFailure."""
        return build(self.source, self.flags)

    def workload(self) -> Workload:
        """One run of the guest, which any engine can do."""
        files = dict(self.files) | ({_STDIN: self.stdin} if self.stdin is not None else {})
        return Workload(
            Path(self.source).stem,
            "".join(self.flags),
            self.args,
            lambda: files,
            _STDIN if self.stdin is not None else None,
            self.outputs,
            self.env,
            self.status,
        )


def _c(stem: str, *others: str, **more: object) -> Iterator[Guest]:
    """A guest in C, optimized, and built again with `others`: -O0 keeps all in memory, -O1 makes other loops."""
    for level in ("-O3", *others):
        yield Guest(f"{stem}.c", (level,), **more)  # type: ignore[arg-type]


def _vectors(stem: str) -> Iterator[Guest]:
    """A guest in C that may use vectors, which then the compiler does too."""
    for level in ("-O3", "-O0"):
        yield Guest(f"{stem}.c", (level, "-msimd128"))


def _wat(stem: str, **more: object) -> Iterator[Guest]:
    yield Guest(f"{stem}.wat", **more)  # type: ignore[arg-type]


_NUMBERS = "".join(f"{i * 7919 % 1000}\n" for i in range(600)).encode()
_TEXT = {"input": b"What there is to read, in two pieces and from the end."}

_ROWS = (
    _c("deep_recursion", "-O1"),
    _c("mutual_recursion", "-O1"),
    _c("nested_loops", "-O0", "-O1"),
    _c("reductions", "-O1"),
    _c("loop_shapes", "-O0", "-O1"),
    _c("recursive_loops", "-O1"),
    _c("call_results", "-O0"),
    _c("many_values", "-O1"),
    _c("function_pointers", "-O0"),
    _c("interpreter", "-O1"),
    _c("memory_grow", "-O0"),
    _c("floats", "-O0", "-O1"),
    _c("exit_inside", status=47),
    _c("trap_inside", status=_TRAPPED),
    _c("arguments", args=("one", "", "drei ä"), env={"COLOUR": "blue", "OTHER": ""}, status=4),
    _c("files", files=_TEXT, outputs=("log", "moved", "doomed", "both"), same_memory=False),
    _c("directory", files={"a": b"", "b": b"b"}, outputs=("many/file-03", "many/file-04"), same_memory=False),
    _c("stdin_blocks", stdin=_NUMBERS),
    _c("clock", same_memory=False),
    _c("sleep", same_memory=False),
    _c("streams", stdin=_NUMBERS, outputs=("output",), sampled=True),
    _c("long_sort", "-O1", sampled=True),
    _c("long_heap", sampled=True),
    _wat("operand_stack"),
    _wat("wide_stack"),
    _wat("same_values"),
    _wat("operand_types"),
    _wat("signatures"),
    _wat("tables", status=_TRAPPED),
    _wat("table_recursion"),
    _wat("memories"),
    _wat("wide_memory", status=_TRAPPED),
    _wat("byte_pages", status=_TRAPPED),
    _wat("atomics", status=_TRAPPED),
    _wat("wide_arithmetic"),
    _wat("segments", status=_TRAPPED),
    _wat("globals"),
    _wat("branch_tables"),
    _wat("nan_payloads"),
    _wat("arms"),
    _wat("loop_ends"),
    _wat("start_function"),
    _wat("recursion_end", status=_TRAPPED),
    _wat("vectors"),
    _vectors("vector_loops"),
    _wat("references", status=_TRAPPED),
    _wat("tail_calls"),
    _wat("exceptions"),
    _wat("exnrefs"),
    _wat("uncaught", status=_TRAPPED),
    _wat("legacy_exceptions", like="likewise"),
    _wat("likewise"),
    _wat("thrown_tail_calls"),
)

GUESTS: dict[str, Guest] = {guest.id: guest for rows in _ROWS for guest in rows}

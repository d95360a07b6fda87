"""Running a WASI command: instantiate, call `_start`, give its exit status."""

from __future__ import annotations

from mvvm.abi.wasi import WASI_MODULE
from mvvm.errors import GuestExit, LinkError, UsageError
from mvvm.runtime.func import Func
from mvvm.runtime.instance import Instance
from mvvm.runtime.memory import Memory
from mvvm.runtime.wasi import Wasi
from mvvm.wasm.module import FUNC
from mvvm.wasm.types import MAX_PAGES_64, FuncType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mvvm.runtime.instance import Extern, State
    from mvvm.runtime.program import Program


def wasi_imports(program: Program, wasi: Wasi) -> dict[str, dict[str, Extern]]:
    """Those of WASI's functions that a program imports. Raises LinkError for one that WASI does not have."""
    functions: dict[str, Extern] = {}
    for item in program.info.imports:
        if item.module != WASI_MODULE or item.kind != FUNC:
            continue
        found = wasi.function(item.name)
        if found is None:
            raise LinkError(f"unknown import: WASI preview 1 has no function {item.name}")
        key, function = found
        params, _, results = key.partition("_")
        functions[item.name] = Func(FuncType(params, results), function, raw=True)
    return {WASI_MODULE: functions}


def instantiate(
    program: Program,
    wasi: Wasi,
    max_pages: int = MAX_PAGES_64,
    state: State | None = None,
    prepare: Callable[[Instance], None] | None = None,
    references: Mapping[str, object] | None = None,
) -> Instance:
    """Instantiate a program that imports nothing but WASI.

    `state`, `prepare` and `references` are as in Instance.
    """

    def connect(instance: Instance) -> None:
        instance.wasi = wasi
        memory = instance.exports.get("memory")
        if isinstance(memory, Memory):
            wasi.memory = memory
        if prepare is not None:
            prepare(instance)

    return Instance(program, wasi_imports(program, wasi), max_pages, state, connect, references)


def run(program: Program, wasi: Wasi, max_pages: int = MAX_PAGES_64) -> int:
    """Run a command to its end. Returns its exit status. Raises Trap, LinkError, UsageError."""
    try:
        start_command(instantiate(program, wasi, max_pages))
    except GuestExit as exit:
        return exit.status
    return 0


def start_command(instance: Instance) -> None:
    """Call a command's `_start`. Raises Trap, GuestExit, UsageError."""
    start = instance.exports.get("_start")
    if not isinstance(start, Func):
        raise UsageError("the module exports no function _start: name one with --invoke")
    start()

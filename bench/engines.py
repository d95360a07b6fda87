"""The two engines behind one interface: compile a module, run a compiled one."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Command:
    """What a guest gets: its arguments and its world. The streams are files of the host."""

    argv: tuple[str, ...]
    env: Mapping[str, str]
    folder: Path  # preopened as `/`
    stdin: Path
    stdout: Path
    stderr: Path


class Engine(Protocol):
    """Each engine uses the instructions of this machine, and is imported when it is used."""

    def compile(self, wasm: bytes) -> tuple[bytes, dict[str, float]]:
        """A module's compiled form, and the seconds of each stage if the engine tells."""

    def prepare(self, compiled: Path, command: Command) -> Callable[[], int]:
        """Load and instantiate; calling what is returned runs `_start` and returns the exit status."""


class Mvvm:
    """mvvm, with its default options, but for where a program can be stopped, and for NaNs."""

    def __init__(self, policy: str = "none", *, canonicalize_nans: bool = False) -> None:
        self._policy = policy  # a value of mvvm.options.Policy
        self._canonicalize_nans = canonicalize_nans

    def compile(self, wasm: bytes) -> tuple[bytes, dict[str, float]]:
        """See Engine."""
        import mvvm
        from mvvm.options import Policy

        report: dict[str, float] = {}
        target = mvvm.Target.parse(cpu_name="native")
        options = mvvm.CompileOptions(
            target=target, checkpoint=Policy(self._policy), canonicalize_nans=self._canonicalize_nans
        )
        aot = mvvm.compile(wasm, options, report=report)
        return aot, {stage: seconds for stage, seconds in report.items() if stage != "wasm instructions"}

    def prepare(self, compiled: Path, command: Command) -> Callable[[], int]:
        """See Engine."""
        import mvvm
        from mvvm.errors import GuestExit
        from mvvm.runtime.command import instantiate

        create = os.O_WRONLY | os.O_CREAT
        wasi = mvvm.Wasi(
            list(command.argv),
            dict(command.env),
            [(str(command.folder), "/")],
            os.open(command.stdin, os.O_RDONLY),
            os.open(command.stdout, create),
            os.open(command.stderr, create),
        )
        start = instantiate(mvvm.load(str(compiled)), wasi).exports["_start"]
        assert isinstance(start, mvvm.Func)

        def run() -> int:
            try:
                start()
            except GuestExit as exit_:
                return exit_.status
            return 0

        return run


class Wasmtime:
    """wasmtime, with its default configuration."""

    def compile(self, wasm: bytes) -> tuple[bytes, dict[str, float]]:
        """See Engine."""
        import wasmtime

        return bytes(wasmtime.Module(wasmtime.Engine(), wasm).serialize()), {}

    def prepare(self, compiled: Path, command: Command) -> Callable[[], int]:
        """See Engine."""
        import wasmtime

        wasi = wasmtime.WasiConfig()
        wasi.argv = command.argv
        wasi.env = list(command.env.items())
        wasi.preopen_dir(str(command.folder), "/")
        wasi.stdin_file = str(command.stdin)
        wasi.stdout_file, wasi.stderr_file = str(command.stdout), str(command.stderr)
        engine = wasmtime.Engine()
        store = wasmtime.Store(engine)
        store.set_wasi(wasi)
        linker = wasmtime.Linker(engine)
        linker.define_wasi()
        module = wasmtime.Module.deserialize_file(engine, str(compiled))
        start = linker.instantiate(store, module).exports(store)["_start"]
        assert isinstance(start, wasmtime.Func)

        def run() -> int:
            try:
                start(store)
            except wasmtime.ExitTrap as exit_:
                return exit_.code
            return 0

        return run


ENGINES: dict[str, Engine] = {"mvvm": Mvvm(), "wasmtime": Wasmtime()}
_POLICY, _NANS = "mvvm-", "+nans"


def policy_engine(policy: str, *, canonicalize_nans: bool = False) -> str:
    """The name of mvvm as an engine that compiles with a policy."""
    return f"{_POLICY}{policy}{_NANS if canonicalize_nans else ''}"


def _engine(name: str) -> Engine:
    options = name.removeprefix(_POLICY)
    return ENGINES.get(name) or Mvvm(options.removesuffix(_NANS), canonicalize_nans=options.endswith(_NANS))


def timed_compile(name: str, wasm: Path, output: Path) -> tuple[float, dict[str, float]]:
    """Compile with an engine. Returns seconds of wall-clock, since both use several processors, and by stage."""
    source = wasm.read_bytes()
    begin = time.perf_counter()
    compiled, stages = _engine(name).compile(source)
    seconds = time.perf_counter() - begin
    output.write_bytes(compiled)
    return seconds, stages


def timed_run(name: str, compiled: Path, command: Command) -> tuple[float, int]:
    """Run with an engine. Returns the processor time of `_start` in seconds, and the exit status."""
    start = _engine(name).prepare(compiled, command)
    begin = time.process_time()
    status = start()
    return time.process_time() - begin, status

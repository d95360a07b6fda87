"""What wasmtime, an engine that is trusted, makes of a workload."""

from __future__ import annotations

import functools
import hashlib
import os
import tempfile
from importlib.metadata import version
from pathlib import Path

import wasmtime

from tests.programs.cache import CACHE, locked
from tests.programs.workloads import Outcome, Workload

_TRAPPED = 134
# Beside wasmtime's own defaults, what guests need.
_FEATURES = ("wasm_threads", "shared_memory", "wasm_wide_arithmetic", "wasm_custom_page_sizes")


@functools.cache
def engine() -> wasmtime.Engine:
    """The one engine of this process."""
    config = wasmtime.Config()
    for feature in _FEATURES:
        setattr(config, feature, True)
    return wasmtime.Engine(config)


def compiled(wasm: Path) -> Path:
    """wasmtime's compiled form of a module, from the cache or made now."""
    digest = hashlib.sha256(wasm.read_bytes()).hexdigest()
    # What was compiled by an engine with other features may be refused.
    made = CACHE / "wasmtime" / "-".join([version("wasmtime"), *_FEATURES]) / f"{digest}.cwasm"
    with locked(made):
        if not made.exists():
            unfinished = made.with_suffix(".unfinished")
            unfinished.write_bytes(wasmtime.Module.from_file(engine(), str(wasm)).serialize())
            unfinished.rename(made)
    return made


def run(workload: Workload, wasm: Path) -> Outcome:
    """Run a workload of the program `wasm` and tell what came of it."""
    module = wasmtime.Module.deserialize_file(engine(), str(compiled(wasm)))
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary, "root")
        folder.mkdir()
        workload.prepare(folder)
        stdout, stderr = Path(temporary, "stdout"), Path(temporary, "stderr")

        wasi = wasmtime.WasiConfig()
        wasi.argv = [workload.program, *workload.args]
        wasi.env = list(workload.env.items())
        wasi.preopen_dir(str(folder), "/")
        wasi.stdin_file = str(folder / workload.stdin) if workload.stdin else os.devnull
        wasi.stdout_file, wasi.stderr_file = str(stdout), str(stderr)
        status = _start(module, wasi)
        return workload.outcome(stdout.read_bytes(), stderr.read_bytes(), status, folder)


def _start(module: wasmtime.Module, wasi: wasmtime.WasiConfig) -> int:
    store = wasmtime.Store(engine())
    store.set_wasi(wasi)
    linker = wasmtime.Linker(engine())
    linker.define_wasi()
    start = linker.instantiate(store, module).exports(store)["_start"]
    assert isinstance(start, wasmtime.Func)
    try:
        start(store)
    except wasmtime.ExitTrap as exit_:
        return exit_.code
    except wasmtime.Trap:  # or an exception that was not caught
        return _TRAPPED
    return 0

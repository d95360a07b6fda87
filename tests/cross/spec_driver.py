"""Run scripts of the reference test suite with modules that were compiled elsewhere.

`python spec_driver.py ROOT JOB [stopped]`. ROOT is the checkout. JOB is a pickle: for each file of the suite what its
modules are compiled to, by the text or the bytes of the module; or the error that the compiler gives, by the name of
its class, and its message. With `stopped`, each call is stopped twice (tests.spec.checkpoint_engine), which takes a
compiler.

Prints a line of JSON for each file: its name, how many commands and stops there were, and a text for each outcome that
is not as expected.
"""

from __future__ import annotations

import gc
import json
import pickle
import sys
from collections import defaultdict
from pathlib import Path
from types import ModuleType

Compiled = bytes | tuple[str, str]

_OPT_LEVEL = 1  # of nothing: the options are those of the compiled modules


def main(root: str, job: str, stopped: str = "") -> None:
    """Run the job."""
    sys.path.insert(0, root)
    # The runner has wasmtime translate text. Here that has been done, and what is compiled is found by the text.
    wasmtime = sys.modules["wasmtime"] = ModuleType("wasmtime")
    wasmtime.WasmtimeError = Exception  # type: ignore[attr-defined]
    wasmtime.wat2wasm = lambda text: text  # type: ignore[attr-defined]
    _use_addresses_again()

    import mvvm
    from tests.spec import engine, runner, suite
    from tests.spec.checkpoint_engine import CheckpointEngine
    from tests.spec.mvvm_engine import MvvmEngine
    from tests.spec.script import read_script

    known = suite.expected_failures()
    modules: dict[bytes, Compiled] = {}

    def load(wasm: bytes) -> mvvm.Program:
        """What was compiled, in place of an engine's compiler."""
        gc.collect()  # the last instance is part of a reference cycle, and has reserved gigabytes of addresses
        compiled = modules[wasm]
        if isinstance(compiled, bytes):
            return mvvm.load(compiled)
        kind, message = compiled
        raise getattr(runner if kind == "Malformed" else engine, kind)(message)

    for file, compiled in pickle.loads(Path(job).read_bytes()).items():
        modules.clear()
        modules.update(compiled)
        there = CheckpointEngine(_OPT_LEVEL) if stopped else MvvmEngine(_OPT_LEVEL)
        there.compile = load  # type: ignore[method-assign]
        commands = read_script(suite.path(file).read_text(encoding="utf-8"))
        gc.collect()
        gc.freeze()
        script = runner.Runner(there)
        outcomes = [script.run(command) for command in commands]
        gc.unfreeze()
        ran = {
            "file": file,
            "commands": len(outcomes),
            "stops": there.stops if isinstance(there, CheckpointEngine) else 0,
            "surprises": suite.surprises("mvvm", file, outcomes, known),
        }
        print(json.dumps(ran), flush=True)


def _use_addresses_again() -> None:
    """Have memories where earlier ones were.

    QEMU chooses other addresses each time, and keeps its tables of all that there ever were: 400 MB for a 64-bit
    memory.
    """
    from mvvm.runtime import libc

    mmap, munmap = libc.mmap, libc.munmap
    free: dict[int, list[int]] = defaultdict(list)

    def mmap_again(address: int, size: int, *how: int) -> int:
        return mmap(address or (free[size].pop() if free[size] else 0), size, *how)

    def munmap_and_note(address: int, size: int) -> int:
        free[size].append(address)
        result: int = munmap(address, size)
        return result

    libc.mmap, libc.munmap = mmap_again, munmap_and_note  # type: ignore[assignment]


if __name__ == "__main__":
    main(*sys.argv[1:])

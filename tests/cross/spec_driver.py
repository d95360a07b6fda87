"""Run scripts of the reference test suite with modules that were compiled elsewhere: `python spec_driver.py ROOT JOB`.

ROOT is the checkout. JOB is a pickle: for each file of the suite what its modules are compiled to, by the text or the
bytes of the module; or the error that the compiler gives, by the name of its class, and its message.

Prints a line for each outcome that is not as expected, and in the end how many commands there were.
"""

from __future__ import annotations

import gc
import pickle
import sys
from pathlib import Path
from types import ModuleType

Compiled = bytes | tuple[str, str]


def main(root: str, job: str) -> None:
    """Run the job."""
    sys.path.insert(0, root)
    # The runner has wasmtime translate text. Here that has been done, and what is compiled is found by the text.
    wasmtime = sys.modules["wasmtime"] = ModuleType("wasmtime")
    wasmtime.WasmtimeError = Exception  # type: ignore[attr-defined]
    wasmtime.wat2wasm = lambda text: text  # type: ignore[attr-defined]

    import mvvm
    from tests.spec import engine, runner, suite
    from tests.spec.mvvm_engine import MvvmEngine

    known = suite.expected_failures()
    modules: dict[bytes, Compiled] = {}

    class Engine(MvvmEngine):
        """Loads what was compiled."""

        def __init__(self) -> None:
            """Nothing to say: the options are those of the compiled modules."""

        def compile(self, wasm: bytes) -> mvvm.Program:
            compiled = modules[wasm]
            if isinstance(compiled, bytes):
                return mvvm.load(compiled)
            kind, message = compiled
            raise getattr(runner if kind == "Malformed" else engine, kind)(message)

    count = 0
    for file, compiled in pickle.loads(Path(job).read_bytes()).items():
        modules.clear()
        modules.update(compiled)
        outcomes = list(runner.run_file(suite.path(file), Engine()))
        for surprise in suite.surprises("mvvm", file, outcomes, known):
            print(surprise)
        count += len(outcomes)
        gc.collect()  # instances are part of reference cycles, and an emulator pays for their memories
    print(count, "commands")


if __name__ == "__main__":
    main(*sys.argv[1:])

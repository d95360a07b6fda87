"""The reference test suite on another machine: modules are compiled here, scripts run there (spec_driver.py).

`python -m tests.cross.suite_there [ARCHITECTURE...]` runs all of it, on each machine that there is if none is named.
"""

from __future__ import annotations

import json
import os
import pickle
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import wasmtime

import mvvm
from mvvm.errors import InvalidModule, UnsupportedFeature
from mvvm.options import CompileOptions, Policy, Target
from tests.cross import spec_driver
from tests.spec import engines, suite
from tests.spec.script import Action, AssertFailure, Definition, Module, Source, read_script
from tests.worlds import AVAILABLE, world

_ROOT = str(Path(mvvm.__file__).parents[1])
_TIMEOUT = 1800.0  # seconds
# Files that one process over there runs.
_AT_ONCE = 12


@dataclass(frozen=True)
class Ran:
    """What came of a file: the number of its `commands`, that of the `stops`, and what was not as expected."""

    file: str
    commands: int
    stops: int
    surprises: list[str]


def run(architecture: str, files: Sequence[str], folder: Path, *, stopped: bool = False) -> list[Ran]:
    """Run files of the suite. If they are `stopped`, each call is: twice, and continuations are compiled over there.

    `folder` is for what is compiled. A process over there that ends too early is a surprise of the file that it ran.
    """
    job = folder / "job"
    options = CompileOptions(target=Target.parse(architecture))
    if stopped:
        options = CompileOptions(engines.OPT_LEVEL, Target.parse(architecture), checkpoint=Policy.LOOP)
    job.write_bytes(pickle.dumps({file: _compiled_modules(file, options) for file in files}))
    arguments = [spec_driver.__file__, _ROOT, str(job), *(["stopped"] if stopped else [])]
    environment = os.environ | {"XDG_CACHE_HOME": os.devnull}
    done = world(architecture, compiler=stopped).run("python3", *arguments, env=environment, timeout=_TIMEOUT)
    ran = [Ran(**json.loads(line)) for line in done.stdout.splitlines()]
    left = files[len(ran) :]
    if done.returncode or left:
        file = left[0] if left else files[-1]
        end = f"the process ended with {done.returncode}, {len(left)} files were not run: {done.stderr.decode()}"
        ran.append(Ran(file, 0, 0, [f"{file}: {end}"]))
    return ran


def _compiled_modules(file: str, options: CompileOptions) -> dict[bytes, spec_driver.Compiled]:
    """What the modules of a file of the suite are compiled to."""
    compiled: dict[bytes, spec_driver.Compiled] = {}
    for command in read_script(suite.path(file).read_text(encoding="utf-8")):
        source = None
        if isinstance(command.body, Module | Definition):
            source = command.body.source
        elif isinstance(command.body, AssertFailure) and not isinstance(command.body.subject, Action):
            source = command.body.subject
        if source is not None and source.data not in compiled:
            compiled[source.data] = _compiled_module(source, options)
    return compiled


def _compiled_module(source: Source, options: CompileOptions) -> spec_driver.Compiled:
    try:
        wasm = bytes(wasmtime.wat2wasm(source.data)) if source.is_text else source.data
        return mvvm.compile(wasm, options, jobs=1)
    except wasmtime.WasmtimeError as error:
        return "Malformed", str(error)
    except InvalidModule as error:
        return "Invalid", str(error)
    except UnsupportedFeature as error:
        return "Unsupported", str(error)


def _run_all(architecture: str) -> Iterator[Ran]:
    files = list(suite.files_for("mvvm"))
    with TemporaryDirectory() as folder:
        for first in range(0, len(files), _AT_ONCE):
            yield from run(architecture, files[first : first + _AT_ONCE], Path(folder))


def main(architectures: Sequence[str]) -> int:
    """Run everything. Returns 1 if something was not as expected."""
    failed = False
    for architecture in architectures:
        started, commands = time.monotonic(), 0
        for ran in _run_all(architecture):
            commands += ran.commands
            print(*ran.surprises, sep="\n", end="\n" if ran.surprises else "", flush=True)
            failed |= bool(ran.surprises)
        print(f"{architecture}: {commands} commands in {time.monotonic() - started:.0f} s", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or AVAILABLE))

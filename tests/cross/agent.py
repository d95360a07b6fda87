"""Runs guests on its machine, stops them, and goes on with those that were stopped on another.

Started as a program by tests.cross.machine: it reads requests from standard input, a line of JSON each, and answers
each with a line of JSON. It needs mvvm and the standard library, nothing else of the tests: its machine may have no
compiler. Guests have streams of their own, which are files.

A request has `do`, the name of a function in REQUESTS, and that function's arguments. An answer is what it returns, or
`error`: a traceback. With the argument `--without-compiler` it is as if there were none.
"""

from __future__ import annotations

import ctypes
import faulthandler
import gc
import importlib.util
import json
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

import mvvm
from mvvm import cache
from mvvm.abi.context import CONTEXT_COUNTDOWN
from mvvm.errors import GuestExit, Trap, WasmException
from mvvm.migrate.continuations import Continuations
from mvvm.migrate.snapshot import Snapshot, prepared_folder
from mvvm.runtime.command import instantiate
from mvvm.runtime.func import Func
from mvvm.runtime.instance import Instance
from mvvm.runtime.program import Program
from mvvm.runtime.wasi import Wasi
from mvvm.wasm.types import FUNCREF, REFERENCES

Answer = dict[str, Any]
Place = dict[str, Any]  # `args`, `env`, `folder` and `streams` (stdin, stdout, stderr) of a guest that is a command

_ROOT = "/"  # what guests call their folder
_KEPT = 6  # programs

_programs: dict[str, tuple[Program, Continuations]] = {}
_notes: list[str] = []  # of what is compiled, for the next answer


def about() -> Answer:
    """What machine this is."""
    return {
        "architecture": os.uname().machine,
        "byte_order": sys.byteorder,
        "has_compiler": importlib.util.find_spec("llvmlite") is not None,
    }


def start(
    aot: str,
    place: Place | None,
    stop: int | None,
    snapshot: str | None,
    function: str,
    arguments: Sequence[int | float],
) -> Answer:
    """Call an export: to the end, or to its stable point number `stop`, which is written to the file `snapshot`."""
    program, _ = _load(aot)
    with _opened(place) as opened:
        if place is None:
            instance = mvvm.Instance(program)
        else:
            wasi = mvvm.Wasi([*place["args"]], place["env"], [(place["folder"], _ROOT)], *opened)
            instance = instantiate(program, wasi)
        begin = instance.exports[function]
        assert isinstance(begin, Func)
        return _run(instance, begin, arguments, stop, snapshot)


def go_on(aot: str, place: Place | None, stop: int | None, snapshot: str | None, source: str, shared: bool) -> Answer:
    """Take up the snapshot in the file `source`, and run on as `start` does.

    Continuations of earlier requests are used if they are `shared`, else only those that were prepared for `source` and
    new ones.
    """
    program, continuations = _load(aot, prepared_folder(source))
    if not shared:
        continuations = Continuations(program)
    with _opened(place) as opened:
        if place is None:
            restored = mvvm.restore(source, program, continuations=continuations)
        else:
            stdin, stdout, stderr = opened
            folders: dict[bytes | str, str] = {_ROOT: place["folder"]}
            restored = mvvm.restore(
                source,
                program,
                folders=folders,
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
                continuations=continuations,
            )
        return _run(restored.instance, restored, (), stop, snapshot)


def prepare(aot: str, source: str, architecture: str) -> Answer:
    """Prepare the snapshot in the file `source`. If there is a cache, what is compiled is kept in it."""
    with open(aot, "rb") as file:
        contents = file.read()
    folder = prepared_folder(source)
    files = mvvm.prepare(Snapshot.open(source), contents, architecture, folder)
    if os.environ["XDG_CACHE_HOME"] == os.devnull:
        return {"files": files}
    os.makedirs(cache.folder(), exist_ok=True)
    where = os.path.join(folder, architecture)
    for name in os.listdir(where):
        kept = os.path.join(cache.folder(), name)
        if not os.path.exists(kept):
            shutil.copyfile(os.path.join(where, name), kept)
    return {"files": files}


REQUESTS: dict[str, Callable[..., Answer]] = {"about": about, "start": start, "go_on": go_on, "prepare": prepare}


def _load(path: str, prepared: str | None = None) -> tuple[Program, Continuations]:
    if path not in _programs:
        while len(_programs) >= _KEPT:
            del _programs[next(iter(_programs))]
        where = None if prepared is None else os.path.join(prepared, os.uname().machine)
        program = mvvm.load_or_compile(path, prepared=where, note=_notes.append)
        _programs[path] = program, Continuations(program)
    return _programs[path]


@contextmanager
def _opened(place: Place | None) -> Iterator[list[int]]:
    """Host descriptors of a guest's streams. What it writes goes behind what is there."""
    stdin, *outputs = place["streams"] if place is not None else (os.devnull,)
    opened = [os.open(stdin, os.O_RDONLY)]
    try:
        for path in outputs:
            # Not for appending: a guest can see that of its streams.
            opened.append(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            os.lseek(opened[-1], 0, os.SEEK_END)
        yield opened
    finally:
        for stream in opened:
            os.close(stream)


def _run(
    instance: Instance,
    going: Func | mvvm.Restored,
    arguments: Sequence[int | float],
    stop: int | None,
    snapshot: str | None,
) -> Answer:
    """Run to a stop or to the end, and tell what came of it."""
    end: tuple[str, list[object]] | None = None
    try:
        if stop is None:
            end = ("returned", _values(going(*arguments)))
        else:
            mvvm.checkpoint(going, *arguments, count=stop, path=snapshot)
    except mvvm.Finished as finished:
        end = ("returned", _values(finished.result))
    except GuestExit as exit_:
        end = ("exit", [exit_.status])
    except Trap as trap:
        end = ("trap", [trap.code])
    except WasmException as error:
        end = ("exception", [error.tag.name, *_values(error.values)])
    finally:
        if isinstance(instance.wasi, Wasi):
            instance.wasi.close()
    left = ctypes.c_uint64.from_address(instance.context + CONTEXT_COUNTDOWN).value
    return {
        "end": end,
        "points": None if stop is None else stop - left,
        "memories": [sha256(memory.span(0, memory.size)).hexdigest() for memory in instance.memories],
        "pages": [memory.pages for memory in instance.memories],
        "globals": [_bits(item.raw, item.type.value) for item in instance.globals],
        "tables": [
            [_bits(bits, table.type.element) for bits in table.elements[: table.size]] for table in instance.tables
        ],
    }


def _values(results: object) -> list[object]:
    """Results as JSON can say them: of a float all bits but those of a NaN."""
    if results is None:
        return []
    return [
        value.hex() if isinstance(value, float) else value
        for value in (results if isinstance(results, tuple) else (results,))
    ]


def _bits(bits: int, type_: str) -> int:
    """A value as a number that does not depend on where the instance lies."""
    if not bits or type_ not in REFERENCES:
        return bits
    return Func.from_record(bits).index + 1 if type_ == FUNCREF else 1


def _answer(line: str) -> Answer:
    request = json.loads(line)
    try:
        answer = REQUESTS[request.pop("do")](**request)
    except BaseException:
        answer = {"error": traceback.format_exc()}
    answer["compiler"] = sys.modules.get("llvmlite") is not None
    answer["notes"] = [*_notes]
    _notes.clear()
    return answer


def main() -> None:
    """Answer requests until there are no more."""
    if "--without-compiler" in sys.argv:
        sys.modules["llvmlite"] = None  # type: ignore[assignment]
    faulthandler.register(signal.SIGUSR2)  # says where it hangs
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever writes to standard output by mistake is no answer
    for line in sys.stdin:
        answers.write(json.dumps(_answer(line)) + "\n")
        answers.flush()
        # Instances are part of reference cycles, and each reserves gigabytes of addresses: an emulator pays for that.
        gc.collect()


if __name__ == "__main__":
    main()

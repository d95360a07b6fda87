"""What reads files that anyone may have made, under Atheris: `python -m tests.fuzz.bytes WHAT MINUTES`.

WHAT is `decoder` (a module), `aot` (an `.aot` file) or `snapshot`. Whatever the bytes: an InputError, or a result.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["mvvm"]):
    import mvvm
    from mvvm.errors import InputError
    from mvvm.migrate.header import HEADER_SIZE, MAGIC, read_header
    from mvvm.options import CompileOptions, Policy
    from mvvm.proto.codec import decode
    from mvvm.runtime.aot_contents import AotContents
    from mvvm.wasm.code import decode_function
    from mvvm.wasm.decode import decode_module
    from mvvm.wasm.validate import validate

from tests.compiler.random_module import Size, write_module

_MODULES = 20


def _decoder(data: bytes) -> None:
    """As the compiler does: what wasmtime does not take is never decoded."""
    validate(data)
    module = decode_module(data)
    first = module.info.num_imported_functions
    for index, (start, end) in enumerate(module.bodies, first):
        decode_function(data, start, end, index, module.info)


def _aot(data: bytes) -> None:
    contents = AotContents(data)
    for pc in contents.points.pcs:
        contents.points.find(pc)
    # Not mapped: code whose bytes nobody vouches for is not run either.
    contents.functions.functions  # noqa: B018


def _snapshot(data: bytes) -> None:
    if data[: len(MAGIC)] == MAGIC:
        mvvm.Snapshot.load(data, verify=True).view.frames  # noqa: B018
    else:  # what the checksums let through
        decode(data)


def _seeds(what: str) -> list[bytes]:
    """What to begin with: files as they should be."""
    import wasmtime

    texts = [write_module(random.Random(seed).choice, Size(3, 4, 3)).text for seed in range(_MODULES)]
    modules = [bytes(wasmtime.wat2wasm(text)) for text in texts]
    if what == "decoder":
        return modules
    options = CompileOptions(opt_level=0, checkpoint=Policy.LOOP)
    if what == "aot":
        return [mvvm.compile(module, options) for module in modules[:3]]
    program = mvvm.load(mvvm.compile(_STOPPED, options))
    run = mvvm.Instance(program).exports["run"]
    assert isinstance(run, mvvm.Func)
    seeds = []
    with tempfile.TemporaryDirectory() as folder:
        for level in (None, 1):
            path = Path(folder, "a.snap")
            mvvm.checkpoint(run, 10, count=4, path=path, zstd_level=level)
            whole = path.read_bytes()
            header = read_header(whole[:HEADER_SIZE], len(whole))
            seeds += [whole, whole[header.index_offset :]]
    return seeds


_STOPPED = b"""(module (memory 2) (memory $wide i64 1 2) (table 3 funcref) (table $exns i64 2 exnref)
  (global (mut f32) (f32.const 1.5)) (elem (i32.const 1) $run) (tag $e (param i32 v128 funcref exnref))
  (func $run (export "run") (param i32) (result i64) (local $x exnref)
    (i32.store (i32.const 70000) (local.get 0))
    (i32.store $wide (i64.const 9) (local.get 0))
    block $caught (result i32 v128 funcref exnref exnref)
      try_table (catch_ref $e $caught)
        (throw $e (local.get 0) (v128.const i32x4 1 2 3 4) (ref.func $run) (table.get $exns (i64.const 0)))
      end
      unreachable
    end
    local.set $x drop drop drop drop
    (table.set $exns (i64.const 0) (local.get $x))
    (if (result i64) (local.get 0)
      (then (i64.add (i64.const 3) (call $run (i32.sub (local.get 0) (i32.const 1)))))
      (else (i64.const 1)))
    (drop (ref.is_null (local.get $x)))))"""
_TARGETS: dict[str, Callable[[bytes], None]] = {"decoder": _decoder, "aot": _aot, "snapshot": _snapshot}


def _main(what: str, minutes: str) -> None:
    read = _TARGETS[what]

    def one(data: bytes) -> None:
        with suppress(InputError):
            read(data)

    corpus = Path(tempfile.mkdtemp(prefix=f"mvvm-fuzz-{what}-"))
    for number, seed in enumerate(_seeds(what)):
        (corpus / str(number)).write_bytes(seed)
    seconds = int(60 * float(minutes))
    atheris.Setup([sys.argv[0], str(corpus), f"-max_total_time={seconds}", "-rss_limit_mb=8192", "-timeout=60"], one)
    atheris.Fuzz()


if __name__ == "__main__":
    _main(sys.argv[1], sys.argv[2])

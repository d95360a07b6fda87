"""Stopping and going on, as ratios of one run: `python -m bench.migration [--quick]`.

throughput   processor time of an unbroken run / that of a run that was stopped half way and restored
latency      from the request to "all frames are committed", at random moments of every program, in milliseconds
size         time of a restore process whose program touched 1 GiB / one that touched 1 MiB
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import mvvm
from bench.suite import SUITE, Case
from mvvm.abi.view import Frame
from mvvm.errors import GuestExit
from mvvm.migrate.continuations import Continuations
from mvvm.migrate.take import controller_of
from mvvm.options import Policy
from mvvm.runtime.command import instantiate
from mvvm.runtime.control import Controller, Stopped
from tests.programs.cache import CACHE

_LONG_LOOPS = (
    "matmul-O3",
    "jacobi2d-O3",
    "sieve-O3",
    "fannkuch-O3",
    "hash_table-O3",
    "fib-O3",
    "indirect_vm-O3",
    "lua",
)
_REQUESTS = 12
_LATENCY_LIMIT = 10.0  # milliseconds

_TOUCH = """(module
  (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
  (memory (export "memory") {pages})
  (func (export "_start") (local $at i32)
    (loop $next
      (i32.store (local.get $at) (i32.or (local.get $at) (i32.const 1)))
      (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 4096))) (i32.const {size}))))
    (drop (call $yield))))
"""


def _program(case: Case) -> mvvm.Program:
    options = mvvm.CompileOptions(target=mvvm.Target.parse(cpu_name="native"), checkpoint=Policy.COUNTER_LOOP)
    path = CACHE / "bench" / f"{case.id}.migration.aot"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(mvvm.compile(case.wasm().read_bytes(), options))
    return mvvm.load(str(path))


def start_of(case: Case, program: mvvm.Program, folder: str) -> mvvm.Func:
    """The `_start` of a case's program, with its workload in a folder."""
    workload = case.workload
    workload.prepare(Path(folder))
    null = os.open(os.devnull, os.O_RDWR)
    stdin = os.open(Path(folder, workload.stdin), os.O_RDONLY) if workload.stdin else null
    wasi = mvvm.Wasi([workload.program, *workload.args], dict(workload.env), [(folder, "/")], stdin, null, null)
    start = instantiate(program, wasi).exports["_start"]
    assert isinstance(start, mvvm.Func)
    return start


def _run(call: mvvm.Func | mvvm.Restored) -> float:
    """Processor seconds of a call to its end."""
    begin = time.process_time()
    with suppress(GuestExit):
        call()
    return time.process_time() - begin


def _note_stop(start: mvvm.Func) -> list[float]:
    """A list that will hold the processor time when the program stops: writing the snapshot comes after."""
    assert start.instance is not None
    when: list[float] = []

    def decide(_: int, __: bool) -> bool:
        when.append(time.process_time())
        return True

    controller_of(start.instance).decide = decide
    return when


def _throughput(case: Case, rounds: int) -> float:
    """The unbroken run's time as a fraction of that of the two halves."""
    program = _program(case)
    unbroken, broken = [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            unbroken.append(_run(start_of(case, program, folder)))
        with tempfile.TemporaryDirectory() as folder:
            start = start_of(case, program, folder)
            stopped = _note_stop(start)
            begin = time.process_time()
            snapshot = mvvm.checkpoint(start, after=min(unbroken) / 2)
            before = stopped[0] - begin
            out = os.open(os.devnull, os.O_RDWR)
            continuations = Continuations(program)
            restored = mvvm.restore(snapshot, program, stdout=out, stderr=out, continuations=continuations)
            continuations.find_all(restored.frames)  # compiled before the clock runs
            broken.append(before + _run(restored))
    return min(unbroken) / min(broken)


def _latencies(case: Case) -> list[float]:
    """Milliseconds from requests to the last commit. Each is a process of its own, forked at the stable point."""
    program = _program(case)
    chance = random.Random(case.id)
    found: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        start = start_of(case, program, folder)
        instance = start.instance
        assert instance is not None
        controller = controller_of(instance)
        committed = [0.0]
        decode = Controller.take

        def take(self: Controller) -> list[Frame]:
            committed[0] = time.perf_counter()  # the stack is unwound
            return decode(self)

        Controller.take = take  # type: ignore[method-assign]
        read, write = os.pipe()
        asked = [0.0]
        child = [False]

        def decide(_: int, __: bool) -> bool:
            reached = time.perf_counter() - asked[0]
            pid = os.fork()
            if pid:
                os.waitpid(pid, 0)
                found.append(1000 * (reached + float(os.read(read, 100))))
                return False
            child[0] = True
            asked[0] = time.perf_counter()
            return True

        controller.decide = decide
        ended = threading.Event()

        def ask() -> None:
            while not ended.wait(chance.uniform(0.005, 0.05)) and len(found) < _REQUESTS:
                asked[0] = time.perf_counter()
                controller.request()
                while controller.requested and not ended.is_set():
                    time.sleep(0.001)

        asking = threading.Thread(target=ask)
        asking.start()
        try:
            _run(start)
        except Stopped:
            os.write(write, b"%.9f" % (committed[0] - asked[0]))
            os._exit(0)
        finally:
            Controller.take = decode  # type: ignore[method-assign]
            if not child[0]:
                ended.set()
                asking.join()
    return found


def _restore_ratio(rounds: int) -> float:
    """The time of a restore process with 1 GiB of touched memory, as a multiple of that with 1 MiB."""
    times: dict[int, list[float]] = {}
    tools = Path(sys.executable).parent
    restore, checkpoint = str(tools / "mvvm-restore"), str(tools / "mvvm-checkpoint")
    with tempfile.TemporaryDirectory() as folder:
        for size in (1 << 20, 1 << 30):
            aot = Path(folder, f"touch{size}.aot")
            source = _TOUCH.format(pages=size // 65536, size=size).encode()
            aot.write_bytes(mvvm.compile(source, mvvm.CompileOptions(checkpoint=Policy.COUNTER_LOOP)))
            subprocess.run([checkpoint, "-t", str(aot), "-x", "1"], check=True, capture_output=True)
        for _ in range(rounds + 1):
            for size in (1 << 20, 1 << 30):
                begin = time.perf_counter()
                subprocess.run([restore, "-t", str(Path(folder, f"touch{size}.aot"))], check=True)
                times.setdefault(size, []).append(time.perf_counter() - begin)
    return statistics.median(times[1 << 30][1:]) / statistics.median(times[1 << 20][1:])


def _main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.migration", description="Stopping and going on, as ratios of one run"
    )
    parser.add_argument("--quick", action="store_true", help="fewer rounds, and only some programs")
    quick = parser.parse_args().quick
    missed = 0

    print("throughput after a restore (target: at least 0.97)")
    for name in _LONG_LOOPS[:: 2 if quick else 1]:
        ratio = _throughput(SUITE[name], 2 if quick else 5)
        missed += ratio < 0.97
        print(f"  {name:<18} {ratio:.2f}", flush=True)

    print(f"from the request to all frames committed, in ms (target: at most {_LATENCY_LIMIT:.0f})")
    print(f"  {'':<18} {'requests':>8} {'median':>8} {'longest':>8}")
    cases = [case for case in SUITE.values() if case.flags != "no-unroll"]
    for case in cases[:: 6 if quick else 1]:
        found = _latencies(case)
        if not found:
            print(f"  {case.id:<18} ended before the first request")
            continue
        missed += max(found) > _LATENCY_LIMIT
        print(f"  {case.id:<18} {len(found):>8} {statistics.median(found):>8.2f} {max(found):>8.2f}", flush=True)

    ratio = _restore_ratio(3 if quick else 15)
    missed += ratio > 1.5
    print(f"restore with 1 GiB of memory / with 1 MiB: {ratio:.2f} (target: at most 1.5)")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(_main())

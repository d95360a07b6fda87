"""Run compiled modules of float_module: `python float_driver.py JOB`, which is JSON. Needs nothing but mvvm.

    {"operands": path of memory's first bytes, "count": operands, "functions": [name], "borders": [[name, bits]],
     "programs": [[path of an .aot file, path of where memory is to go], ...]}

Prints the outcomes of the calls in `borders`, a list for each program: a result, or "trap".
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import mvvm
from mvvm.errors import Trap


def run(job: dict[str, Any]) -> list[list[int | str]]:
    """Do what the job says and return what is printed."""
    return [_run(job, aot, memory) for aot, memory in job["programs"]]


def _run(job: dict[str, Any], aot: str, result: str) -> list[int | str]:
    exports: Any = mvvm.Instance(mvvm.load(aot)).exports
    memory = exports["memory"]
    operands = Path(job["operands"]).read_bytes()
    memory.span(0, len(operands))[:] = operands
    for name in job["functions"]:
        exports[name](job["count"])
    Path(result).write_bytes(memory.span(0, memory.size))
    return [_outcome(exports[name], bits) for name, bits in job["borders"]]


def _outcome(function: Any, bits: int) -> int | str:
    try:
        result: int = function(bits - (bits >> 63 << 64))
    except Trap as trap:
        return f"trap {trap.code}"
    return result


if __name__ == "__main__":
    print(json.dumps(run(json.loads(Path(sys.argv[1]).read_text()))))

"""Float instructions give the same bits on every ISA: all of them with `canonicalize_nans`, else all but those of NaNs.

wasmtime says what is right. Of a NaN that Wasm leaves open it is checked that it is one of those that Wasm allows.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import wasmtime

import mvvm
from mvvm import cpu
from mvvm.abi import traps
from mvvm.options import CompileOptions, Policy, Target
from tests.cross import float_driver
from tests.cross.float_module import COUNT, FloatModule, Region
from tests.cross.float_text import WIDTHS
from tests.worlds import AVAILABLE, world

_HOST = cpu.host_architecture()
_FORMATS = {"i": "I", "I": "Q", "f": "I", "F": "Q"}
_SHOWN = 5  # results of a region, if they are wrong
# Options with which the module is compiled, besides the target.
_BUILDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "canonical": {"canonicalize_nans": True, "checkpoint": Policy.COUNTER_LOOP, "threshold_bits": 6},
    "plain, any CPU": {"opt_level": 1},
    "canonical, any CPU": {"opt_level": 1, "canonicalize_nans": True},
}


@cache
def _module() -> FloatModule:
    return FloatModule()


@cache
def _wasm() -> bytes:
    return bytes(wasmtime.wat2wasm(_module().text))


@cache
def _expected(canonical: bool) -> tuple[bytes, list[int | str]]:
    """The memory that wasmtime leaves, and the outcomes of the calls that may trap."""
    config = wasmtime.Config()
    config.cranelift_nan_canonicalization = canonical
    engine = wasmtime.Engine(config)
    store = wasmtime.Store(engine)
    exports: Any = wasmtime.Instance(store, wasmtime.Module(engine, _wasm()), []).exports(store)
    module, memory = _module(), exports["memory"]
    memory.write(store, module.image, 0)
    for name in module.functions:
        exports[name](store, COUNT)
    outcomes: list[int | str] = []
    for name, bits in module.borders():
        try:
            outcomes.append(exports[name](store, bits - (bits >> 63 << 64)))
        except wasmtime.Trap as trap:
            outcomes += [f"trap {code}" for code, text in traps.MESSAGES.items() if text in trap.message]
    return bytes(memory.read(store)), outcomes


@pytest.mark.parametrize("architecture", [_HOST, *(name for name in AVAILABLE if name != _HOST and name in cpu.CPUS)])
def test_results_are_those_of_wasmtime(architecture: str, tmp_path: Path) -> None:
    names = _names(architecture)
    programs = []
    for number, name in enumerate(names):
        options = CompileOptions(target=_target(architecture, name), **_BUILDS[name])
        (tmp_path / f"{number}.aot").write_bytes(mvvm.compile(_wasm(), options))
        programs.append((f"{tmp_path}/{number}.aot", f"{tmp_path}/{number}.memory"))
    outcomes = _run(architecture, tmp_path, programs)
    for (_, memory), name, borders in zip(programs, names, outcomes, strict=True):
        canonical = "canonicalize_nans" in _BUILDS[name]
        expected, expected_borders = _expected(canonical)
        wrong = list(_differences(Path(memory).read_bytes(), expected, canonical))
        assert not wrong, "\n".join([f"{architecture}, {name}:", *wrong])
        assert borders == expected_borders


def _names(architecture: str) -> list[str]:
    return list(_BUILDS) if architecture == _HOST else list(_BUILDS)[:2]


def _target(architecture: str, build: str) -> Target:
    """Any CPU has fewer instructions: others take their place."""
    return Target.parse(architecture, next(iter(cpu.CPUS[architecture])) if "any CPU" in build else None)


def _run(architecture: str, folder: Path, programs: list[tuple[str, str]]) -> list[list[int | str]]:
    module = _module()
    (folder / "operands").write_bytes(module.image)
    job: dict[str, Any] = {
        "operands": f"{folder}/operands",
        "count": COUNT,
        "functions": module.functions,
        "borders": list(module.borders()),
        "programs": programs,
    }
    if architecture == _HOST:
        return float_driver.run(job)
    (folder / "job").write_text(json.dumps(job))
    done = world(architecture, compiler=False).run("python3", float_driver.__file__, folder / "job")
    assert done.returncode == 0, done.stderr.decode()
    outcomes: list[list[int | str]] = json.loads(done.stdout)
    return outcomes


def _differences(memory: bytes, expected: bytes, canonical: bool) -> Iterator[str]:
    """A line for each result that is not right."""
    for region in _module().regions:
        if canonical or region.pops:  # what comes of several instructions depends on NaNs that are open
            where = slice(region.address, region.address + region.size)
            if memory[where] != expected[where]:
                yield from _wrong(region, memory[where], expected[where], canonical)


def _wrong(region: Region, memory: bytes, expected: bytes, canonical: bool) -> Iterator[str]:
    format_ = f"<{len(region.operands)}{_FORMATS[region.type]}"
    rows = zip(region.operands, struct.unpack(format_, memory), struct.unpack(format_, expected), strict=True)
    shown = 0
    for operands, got, wanted in rows:
        if got == wanted or (region.is_open and not canonical and _is_allowed(region, operands, got, wanted)):
            continue
        yield f"{region.name} {' '.join(map(hex, operands))}: {got:#x}, not {wanted:#x}"
        shown += 1
        if shown == _SHOWN:
            return


def _is_allowed(region: Region, operands: tuple[int, ...], got: int, wanted: int) -> bool:
    """Whether Wasm allows one NaN as well as the other: canonical if those among the operands are, else quiet."""
    if not (_is_nan(got, region.type) and _is_nan(wanted, region.type)):
        return False
    nans = [(bits, type_) for bits, type_ in zip(operands, region.pops, strict=True) if _is_nan(bits, type_)]
    if all(_is_canonical(bits, type_) for bits, type_ in nans):
        return _is_canonical(got, region.type)
    return bool(got & _quiet(region.type))


def _magnitude(bits: int, type_: str) -> int:
    return bits & (1 << 8 * WIDTHS[type_] - 1) - 1


def _quiet(type_: str) -> int:
    return 1 << 22 if type_ == "f" else 1 << 51


def _is_nan(bits: int, type_: str) -> bool:
    return type_ in "fF" and _magnitude(bits, type_) > (0x7F800000 if type_ == "f" else 0x7FF << 52)


def _is_canonical(bits: int, type_: str) -> bool:
    return _magnitude(bits, type_) == (0x7FC00000 if type_ == "f" else 0x7FF8 << 48)

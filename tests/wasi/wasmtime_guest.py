"""The same guest on wasmtime: what mvvm's WASI is compared with."""

from __future__ import annotations

from pathlib import Path

import wasmtime

from mvvm.runtime.wasi import FUNCTIONS
from mvvm.wasm.types import NAMES
from tests.wasi.guest import UNTOUCHED, AbstractGuest


def _module() -> str:
    """A module that exports each WASI function as a function of its own, so that the memory is its own too."""
    imports, exports = [], []
    for name, (key, _) in FUNCTIONS.items():
        params, results = key.split("_")
        signature = "".join(f"(param {NAMES[param]})" for param in params)
        signature += "".join(f"(result {NAMES[result]})" for result in results)
        gets = " ".join(f"(local.get {i})" for i in range(len(params)))
        imports.append(f'(import "wasi_snapshot_preview1" "{name}" (func $wasi_{name} {signature}))')
        exports.append(f'(func (export "{name}") {signature} (call $wasi_{name} {gets}))')
    return "\n".join(["(module", *imports, '(memory (export "memory") 4)', *exports, ")"])


_ENGINE = wasmtime.Engine()
_MODULE = wasmtime.Module(_ENGINE, _module())


class WasmtimeGuest(AbstractGuest):
    """A guest of wasmtime's WASI, with `folder` as `/data`."""

    memory_size = 4 * 65536

    def __init__(self, folder: Path) -> None:
        super().__init__()
        config = wasmtime.WasiConfig()
        config.argv = ["program", "-v", ""]
        config.env = [["A", "1"], ["EMPTY", ""]]
        config.preopen_dir(str(folder), "/data")
        self._store = wasmtime.Store(_ENGINE)
        self._store.set_wasi(config)
        linker = wasmtime.Linker(_ENGINE)
        linker.define_wasi()
        self._exports = linker.instantiate(self._store, _MODULE).exports(self._store)
        memory = self._exports["memory"]
        assert isinstance(memory, wasmtime.Memory)
        self._memory = memory
        self.write_memory(0, UNTOUCHED * self.memory_size)

    def call(self, name: str, *arguments: int) -> int:
        function = self._exports[name]
        assert isinstance(function, wasmtime.Func)
        params = FUNCTIONS[name][0].split("_")[0]
        signed = [_signed(value, 32 if param == "i" else 64) for value, param in zip(arguments, params, strict=True)]
        result = function(self._store, *signed)
        assert isinstance(result, int)
        return result

    def write_memory(self, address: int, data: bytes) -> None:
        self._memory.write(self._store, data, address)

    def read_memory(self, address: int, size: int) -> bytes:
        return bytes(self._memory.read(self._store, address, address + size))


def _signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value >> (bits - 1) else value

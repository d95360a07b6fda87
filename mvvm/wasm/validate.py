"""Reading what a user gives, and validation: wasmtime's work."""

from __future__ import annotations

from functools import cache

import wasmtime

from mvvm.errors import InvalidModule


def read_module(source: bytes) -> bytes:
    """A module in binary form, from either form. Raises InvalidModule."""
    if source[:4] == b"\0asm":
        return source
    try:
        text = source.decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidModule("neither a Wasm module (the magic number is missing) nor its text form") from None
    if not text.lstrip().startswith(("(", ";;")):
        raise InvalidModule("neither a Wasm module (the magic number is missing) nor its text form")
    try:
        return bytes(wasmtime.wat2wasm(text))
    except wasmtime.WasmtimeError as error:
        raise InvalidModule(_first_lines(error)) from None


def validate(wasm: bytes) -> None:
    """Raise InvalidModule unless wasmtime finds the binary module valid.

    For one with exceptions of the older form, which wasmtime does not know, what it looks at is another module
    (mvvm.wasm.legacy_exceptions).
    """
    try:
        wasmtime.Module.validate(_engine(), wasm)
    except wasmtime.WasmtimeError as error:
        if "legacy_exceptions" not in str(error):
            raise InvalidModule(_first_lines(error)) from None
        from mvvm.wasm.legacy_exceptions import rewrite

        try:
            wasmtime.Module.validate(_engine(), rewrite(wasm))
        except wasmtime.WasmtimeError as other:
            raise InvalidModule(_first_lines(other)) from None


def may_tail_call(wasm: bytes) -> bool:
    """Whether a valid module may have an instruction that makes a tail call: most have none, which this tells fast."""
    try:
        wasmtime.Module.validate(_engine(tail_calls=False), wasm)
    except wasmtime.WasmtimeError:
        return True
    return False


@cache
def _engine(*, tail_calls: bool = True) -> wasmtime.Engine:
    config = wasmtime.Config()
    config.wasm_threads = True
    config.shared_memory = True
    config.wasm_multi_memory = True
    config.wasm_memory64 = True
    config.wasm_wide_arithmetic = True
    config.wasm_custom_page_sizes = True
    config.wasm_exceptions = True
    if not tail_calls:
        config.wasm_tail_call = False
        # return_call_ref belongs to function references, on which these build.
        config.wasm_gc = config.wasm_exceptions = config.wasm_function_references = False
    return wasmtime.Engine(config)


def _first_lines(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return "invalid module: " + ": ".join(lines[:3])

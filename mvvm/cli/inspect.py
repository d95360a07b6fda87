"""The command `inspect`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mvvm.abi.elf import MAGIC
from mvvm.cli.aot_contents import AotContents
from mvvm.cli.describe import describe_aot, describe_module
from mvvm.cli.listing import listing
from mvvm.cli.output import about, read_input
from mvvm.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mvvm.wasm.decode import Module
    from mvvm.wasm.module import ModuleInfo


def inspect_file(path: str, as_json: bool, function: str | None) -> int:
    """Print what is in an `.aot` file or a module. Returns the exit status. Raises MvvmError."""
    contents = read_input(path)
    with about(path):
        if contents[: len(MAGIC)] == MAGIC or path.endswith(".aot"):
            _inspect_aot(AotContents(contents), as_json, function)
        else:
            from mvvm.compiler import read_valid_module

            _inspect_module(read_valid_module(contents), as_json, function)
    return 0


def _inspect_aot(aot: AotContents, as_json: bool, function: str | None) -> None:
    if function is None:
        _print(describe_aot(aot), as_json)
        return
    index = _find_function(function, aot.info, aot.names)
    offset = aot.functions.functions[index - aot.info.num_imported_functions]
    from mvvm.runtime.metadata import NO_CODE

    if offset == NO_CODE:
        raise UsageError(f"function {index} has no code of its own: it is inlined wherever it is called")
    _disassemble(aot, index, offset, as_json)


def _disassemble(aot: AotContents, index: int, offset: int, as_json: bool) -> None:
    """Print the instructions of a function, with their addresses in the file, as objdump does."""
    from mvvm.aot.disassemble import disassemble
    from mvvm.aot.machines import MACHINES

    machine = MACHINES.get(aot.image.machine)
    if machine is None:
        raise UsageError(f"code for {aot.image.machine} cannot be disassembled")
    instructions = disassemble(machine, aot.code(offset), aot.text.address + offset)
    if as_json:
        rows = [{"address": address, "bytes": code.hex(), "text": text} for address, code, text in instructions]
        print(json.dumps({"function": index, "instructions": rows}, indent=2))
        return
    print(f"function {index} {aot.names.get(index, '')}".rstrip() + f": {aot.info.func_type(index)}")
    for address, code, text in instructions:
        print(f"  {address:8x}:  {code.hex(' '):<30}  {text}")


def _inspect_module(module: Module, as_json: bool, function: str | None) -> None:
    if function is None:
        _print(describe_module(module), as_json)
        return
    if as_json:
        raise UsageError("--json goes with --function for .aot files only")
    from mvvm.wasm_view import function_view

    _print_lines(function_view(module, _find_function(function, module.info, module.names.functions)))


def _find_function(wanted: str, info: ModuleInfo, names: dict[int, str]) -> int:
    """The index of a defined function, from its index, its name or the name of its export."""
    from mvvm.wasm.module import FUNC

    found = {export.name: export.index for export in info.exports if export.kind == FUNC}
    found |= {name: index for index, name in reversed(names.items())}
    index = found.get(wanted, int(wanted) if wanted.isascii() and wanted.isdigit() else -1)
    if not 0 <= index < len(info.functions):
        raise UsageError(f"--function {wanted}: there is no such function")
    if index < info.num_imported_functions:
        raise UsageError(f"--function {wanted}: it is imported, so there is no code of it")
    return index


def _print(description: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(description, indent=2))
    else:
        _print_lines(listing(description))


def _print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)

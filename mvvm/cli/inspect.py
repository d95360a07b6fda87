"""The command `inspect`."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from mvvm.abi.elf import MAGIC
from mvvm.cli.describe import describe_aot, describe_module
from mvvm.cli.describe_snapshot import describe_snapshot
from mvvm.cli.list_snapshot import list_snapshot
from mvvm.cli.listing import listing
from mvvm.cli.output import about, read_input
from mvvm.errors import BadSnapshot, EnvironmentFailure, InputError, UsageError
from mvvm.migrate.header import MAGIC as SNAPSHOT_MAGIC
from mvvm.migrate.snapshot import Snapshot
from mvvm.runtime.aot_contents import AotContents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mvvm.cli.describe import Description
    from mvvm.wasm.decode import Module
    from mvvm.wasm.module import ModuleInfo


def inspect_file(path: str, as_json: bool, function: str | None, architecture: str | None) -> int:
    """Print what is in an `.aot` file, a snapshot or a module. Returns the exit status. Raises MvvmError.

    `architecture` is the one that code is shown for, where an `.aot` file has some for several.
    """
    contents = _open_snapshot(path)
    if isinstance(contents, Snapshot):
        if function is not None:
            raise UsageError("--function: there is no code in a snapshot")
        _print(describe_snapshot(contents), as_json, list_snapshot)
        return 0
    with about(path):
        if contents[: len(MAGIC)] == MAGIC or path.endswith(".aot"):
            _inspect_aot(AotContents(contents, architecture), as_json, function)
        else:
            from mvvm.compiler import read_valid_module

            _inspect_module(read_valid_module(contents), as_json, function)
    return 0


def diff_files(old_path: str, new_path: str, as_json: bool) -> int:
    """Print how two snapshots differ. Returns 0 where they do not, 1 where they do. Raises MvvmError."""
    snapshots = []
    for path in (old_path, new_path):
        snapshot = _open_snapshot(path)
        if not isinstance(snapshot, Snapshot):
            raise BadSnapshot(f"{path}: not a snapshot")
        snapshots.append(snapshot)
    from mvvm.cli.diff_snapshots import diff_snapshots, list_diff

    description = diff_snapshots(*snapshots)
    _print(description, as_json, list_diff)
    return 0 if description["equal"] else 1


def _open_snapshot(path: str) -> Snapshot | bytes:
    """The snapshot at a path, undamaged, or the contents of what is none."""
    if path != "-" and os.path.isfile(path):
        try:
            with open(path, "rb") as file:
                is_snapshot = file.read(len(SNAPSHOT_MAGIC)) == SNAPSHOT_MAGIC
        except OSError as error:
            raise InputError(f"{path}: {error.strerror}") from None
        return Snapshot.open(path, verify=True) if is_snapshot else read_input(path)
    contents = read_input(path)
    if contents[: len(SNAPSHOT_MAGIC)] != SNAPSHOT_MAGIC:
        return contents
    with about(path):
        return Snapshot.load(contents, verify=True)


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
    try:
        from mvvm.aot.disassemble import disassemble
        from mvvm.aot.machines import MACHINES
    except ModuleNotFoundError as error:
        raise EnvironmentFailure(f"--function: {error.name} is not installed on this machine") from None
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


def _print(description: Description, as_json: bool, lines: Callable[[Description], Iterable[str]] = listing) -> None:
    if as_json:
        print(json.dumps(description, indent=2))
    else:
        _print_lines(lines(description))


def _print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)

"""What there is to say about an `.aot` file or a module, as dictionaries and lists: the JSON of `inspect`."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from mvvm.abi import sections, stable_points
from mvvm.errors import BadAotFile
from mvvm.runtime.metadata import NO_CODE
from mvvm.wasm.module import KIND_NAMES
from mvvm.wasm.types import NAMES, PAGE_SIZE, FuncType, GlobalType, Limits, TableType

if TYPE_CHECKING:
    from mvvm.runtime.aot_contents import AotContents
    from mvvm.runtime.points import StablePoint
    from mvvm.wasm.decode import Module
    from mvvm.wasm.module import ModuleInfo

Description = dict[str, Any]


def describe_aot(aot: AotContents) -> Description:
    """An `.aot` file: what it was made for, what is in it.

    Functions have their place in .text, in bytes, and their stable points.
    """
    target = aot.target
    description = {
        "kind": "aot",
        "format_version": target.format_version,
        "compiler_version": target.compiler_version,
        "target": target.triple,
        "architectures": aot.architectures,
        "cpu": target.cpu,
        "cpu_features": target.cpu_features,
        "options": {
            "opt_level": target.opt_level,
            "aux_stack_check": target.aux_stack_check,
            "checkpoint": target.checkpoint,
            "threshold_bits": target.threshold_bits or None,
            "canonicalize_nans": target.canonicalize_nans,
        },
        "module_sha256": target.module_sha256.hex(),
        "module_intact": sha256(aot.wasm).digest() == target.module_sha256,
        "file_size": aot.file_size,
        "section_sizes": {name: section.size for name, section in aot.image.sections.items() if name},
        **_declarations(aot.info, aot.module_name, aot.names),
    }
    for function, offset in zip(_defined(description), aot.functions.functions, strict=True):
        has_code = offset != NO_CODE
        function["offset"] = offset if has_code else None
        function["size"] = aot.code_size(offset) if has_code else None
    description["stable_points"] = _add_stable_points(aot, description["functions"])
    return description


def _add_stable_points(aot: AotContents, functions: list[Description]) -> Description:
    """Add to each function whether it may suspend, and its stable points. Returns how many there are.

    A point is not in the code where LLVM found that it is never reached, and None where that cannot be told.
    """
    for function in functions:
        function["suspends"] = function["index"] in aot.points.suspending
        function["stable_points"] = []
    numbers = _point_numbers(aot)
    counts = {"loops": 0, "calls": 0}
    num_in_code = 0
    for pc in aot.points.pcs:
        point = aot.points.find(pc)
        if point.function >= len(functions):
            raise BadAotFile("damaged .aot file: its table of stable points does not fit together")
        in_code = None if numbers is None else _number(pc, point) in numbers
        counts["calls" if point.is_call else "loops"] += 1
        num_in_code += bool(in_code)
        num_locals = len(point.locals)
        types = [NAMES[t] for t in point.types]
        functions[point.function]["stable_points"].append(
            {
                "pc": pc,
                "kind": "call" if point.is_call else "loop",
                "locals": dict(zip(map(str, point.locals), types, strict=False)),
                "operands": types[num_locals : len(types) - point.num_results],
                "results": types[len(types) - point.num_results :],
                "in_code": in_code,
            }
        )
    return {**counts, "in_code": None if numbers is None else num_in_code}


def _point_numbers(aot: AotContents) -> set[int] | None:
    """The numbers of the stable points that stand in the code; None where it cannot be disassembled."""
    if not aot.points.pcs:
        return set()
    try:
        from mvvm.aot.find_points import find_numbers
        from mvvm.aot.machines import MACHINES
    except ModuleNotFoundError:  # no capstone on this machine
        return None
    machine = MACHINES.get(aot.image.machine)
    if machine is None:
        return None

    return find_numbers(machine, bytes(aot.text.contents), aot.functions.support[sections.STABLE_POINT])


def _number(pc: int, point: StablePoint) -> int:
    """The number of a point in native code."""
    pairs = zip(point.places, point.types, strict=True)
    slots = max(((place >> 1) + stable_points.words(type_) for place, type_ in pairs if not place & 1), default=0)
    return stable_points.number(pc, slots, call=point.is_call, canonical=False)


def describe_module(module: Module) -> Description:
    """A Wasm module. Functions have the place of their bodies in the binary, in bytes."""
    description = {
        "kind": "module",
        "module_sha256": sha256(module.data).hexdigest(),
        "file_size": len(module.data),
        **_declarations(module.info, module.names.module, module.names.functions),
    }
    for function, (start, end) in zip(_defined(description), module.bodies, strict=True):
        function["offset"], function["size"] = start, end - start
    return description


def _defined(description: Description) -> list[Description]:
    """The functions that are not imported, with the entries to fill in."""
    return [function for function in description["functions"] if not function["imported"]]


def _declarations(info: ModuleInfo, name: str, function_names: dict[int, str]) -> Description:
    global_types = [info.global_type(index) for index in range(len(info.globals))]
    function_types = [info.types[index] for index in info.functions]
    spaces = (function_types, info.tables, info.memories, global_types)  # by kind
    functions = _index_space(function_types, info.num_imported_functions)
    for function in functions:
        function["name"] = function_names.get(function["index"])
    return {
        "name": name or None,
        "imports": [
            {
                "module": item.module,
                "name": item.name,
                "kind": KIND_NAMES[item.kind],
                "type": _type(info.types[item.type] if isinstance(item.type, int) else item.type),
            }
            for item in info.imports
        ],
        "exports": [
            {
                "name": item.name,
                "kind": KIND_NAMES[item.kind],
                "index": item.index,
                "type": _type(spaces[item.kind][item.index]),
            }
            for item in info.exports
        ],
        "memories": _index_space(info.memories, info.num_imported_memories),
        "tables": _index_space(info.tables, info.num_imported_tables),
        "globals": _index_space(global_types, info.num_imported_globals),
        "start": info.start,
        "functions": functions,
    }


_ExternType = FuncType | TableType | Limits | GlobalType


def _index_space(types: list[Any], num_imported: int) -> list[Description]:
    return [
        {"index": index, "type": _type(type_), "imported": index < num_imported} for index, type_ in enumerate(types)
    ]


def _type(type_: _ExternType) -> str:
    """A type much as the text format spells it; limits of memories are in pages of 64 KiB, or of what follows."""
    if isinstance(type_, FuncType):
        return str(type_)
    if isinstance(type_, GlobalType):
        value = _declared(type_.declared)
        return f"(mut {value})" if type_.mutable else value
    limits = type_ if isinstance(type_, Limits) else type_.limits
    text = str(limits.minimum) if limits.maximum is None else f"{limits.minimum} {limits.maximum}"
    text = "i64 " * limits.index64 + text + " shared" * limits.shared
    if limits.page_size != PAGE_SIZE:
        text += f" (pagesize {limits.page_size})"
    return f"{text} {_declared(type_.declared)}" if isinstance(type_, TableType) else text


def _declared(declared: str) -> str:
    return NAMES.get(declared, f"({declared})")

"""The metadata sections of an `.aot` file, written. Their reader is mvvm.runtime.metadata."""

from __future__ import annotations

import hashlib
import struct
from itertools import accumulate
from typing import TYPE_CHECKING

from mvvm.abi import sections
from mvvm.errors import InternalError
from mvvm.options import Policy
from mvvm.proto import aot_pb2
from mvvm.wasm.module import FUNC, GLOBAL, MEMORY, TABLE, TAG, Global
from mvvm.wasm.types import FuncType, GlobalType, Limits, TableType

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from google.protobuf.message import Message

    from mvvm.aot.image import Image
    from mvvm.lower.continuation import Continuation
    from mvvm.lower.function import ModuleFacts
    from mvvm.lower.stable_points import Point
    from mvvm.options import CompileOptions
    from mvvm.wasm.decode import Module, Names
    from mvvm.wasm.module import Element, Import, ModuleInfo

NO_CODE = 0xFFFFFFFF

EncodedPoint = tuple[int, bytes]  # a stable point's byte offset in the module, message StablePoint


def metadata(
    module: Module,
    image: Image,
    points: Iterable[EncodedPoint],
    facts: ModuleFacts,
    options: CompileOptions,
    version: str,
) -> dict[str, bytes]:
    """The contents of the metadata sections, by section name, but for the module itself."""
    declarations = _serialize(_module(module.info, exceptions=facts.throwing is not None))
    functions = _serialize(_functions(module.info, image))
    digest = hashlib.sha256(declarations + functions).digest()
    table = _stable_points(points, facts)
    target = _target(module.data, digest, options, version)
    target.points_sha256 = hashlib.sha256(table).digest()
    return {
        sections.TARGET: _serialize(target),
        sections.MODULE: declarations,
        sections.FUNCTIONS: functions,
        sections.POINTS: table,
        sections.NAMES: _serialize(_names(module.names)),
    }


def symbol_names(module: Module) -> dict[str, str]:
    """Functions by what the name section calls them, for the symbol table: `f12` -> `main`."""
    return {f"{sections.FUNCTION}{index}": name for index, name in module.names.functions.items()}


def _serialize(message: Message) -> bytes:
    return message.SerializeToString(deterministic=True)


def _target(wasm: bytes, declarations_sha256: bytes, options: CompileOptions, version: str) -> aot_pb2.Target:
    target = options.target
    return aot_pb2.Target(
        format_version=sections.FORMAT_VERSION,
        compiler_version=version,
        module_sha256=hashlib.sha256(wasm).digest(),
        triple=target.triple,
        cpu=target.cpu,
        cpu_features=target.features,
        options=aot_pb2.Options(
            opt_level=options.opt_level,
            aux_stack_check=options.aux_stack_check,
            checkpoint="" if options.checkpoint == Policy.NONE else options.checkpoint.value,
            threshold_bits=options.threshold_bits if options.checkpoint == Policy.COUNTER_LOOP else 0,
            canonicalize_nans=options.canonicalize_nans,
        ),
        declarations_sha256=declarations_sha256,
    )


def _limits(limits: Limits) -> aot_pb2.Limits:
    maximum = 0 if limits.maximum is None else min(limits.maximum + 1, (1 << 64) - 1)
    return aot_pb2.Limits(
        minimum=limits.minimum,
        maximum_plus_one=maximum,
        index64=limits.index64,
        shared=limits.shared,
        byte_pages=limits.page_size == 1,
    )


def _table(table: TableType) -> aot_pb2.TableType:
    declared = "" if table.declared == table.element else table.declared
    return aot_pb2.TableType(element=table.element, limits=_limits(table.limits), declared=declared)


def _global(type_: GlobalType) -> aot_pb2.GlobalType:
    declared = "" if type_.declared == type_.value else type_.declared
    return aot_pb2.GlobalType(value=type_.value, mutable=type_.mutable, declared=declared)


def _func_type(type_: FuncType) -> aot_pb2.FuncType:
    message = aot_pb2.FuncType(params=type_.params, results=type_.results)
    if type_.identity != type_.key:
        message.identity = type_.identity
        message.declared_params.extend(type_.declared_params)
        message.declared_results.extend(type_.declared_results)
    return message


def _import(item: Import) -> aot_pb2.Import:
    message = aot_pb2.Import(module=item.module, name=item.name, kind=item.kind)
    if item.kind == FUNC and isinstance(item.type, int):
        message.function = item.type
    elif item.kind == TABLE and isinstance(item.type, TableType):
        message.table.CopyFrom(_table(item.type))
    elif item.kind == MEMORY and isinstance(item.type, Limits):
        message.memory.CopyFrom(_limits(item.type))
    elif item.kind == GLOBAL and isinstance(item.type, GlobalType):
        getattr(message, "global").CopyFrom(_global(item.type))
    elif item.kind == TAG and isinstance(item.type, int):
        message.tag = item.type
    else:
        raise InternalError(f"an import of kind {item.kind} has a type of another")
    return message


def _element(segment: Element) -> aot_pb2.Element:
    return aot_pb2.Element(
        mode=segment.mode,
        table=segment.table,
        offset=segment.offset,
        type=segment.type,
        by_expression=segment.expressions is not None,
        functions=segment.functions or (),
        expressions=segment.expressions or (),
    )


def _module(info: ModuleInfo, *, exceptions: bool) -> aot_pb2.Module:
    return aot_pb2.Module(
        types=[_func_type(t) for t in info.types],
        imports=[_import(item) for item in info.imports],
        functions=info.functions[info.num_imported_functions :],
        tables=[_table(table) for table in info.tables[info.num_imported_tables :]],
        memories=[_limits(limits) for limits in info.memories[info.num_imported_memories :]],
        globals=[
            aot_pb2.Global(type=_global(item.type), init=item.init) for item in info.globals if isinstance(item, Global)
        ],
        exports=[aot_pb2.Export(name=e.name, kind=e.kind, index=e.index) for e in info.exports],
        tags=info.tags[info.num_imported_tags :],
        exceptions=exceptions,
        start_plus_one=0 if info.start is None else info.start + 1,
        elements=[_element(segment) for segment in info.elements],
        data=[
            aot_pb2.Data(mode=d.mode, memory=d.memory, offset=d.offset, start=d.start, size=d.size) for d in info.data
        ],
        initial_elements=[
            aot_pb2.InitialElement(table=table, init=init) for table, init in sorted(info.initial_elements.items())
        ],
    )


def _offsets(image: Image, names: list[str]) -> bytes:
    """Offsets in .text of the symbols of these names, as little-endian u32."""
    found = [image.symbols.get(name) for name in names]
    return _u32([NO_CODE if symbol is None else symbol.offset for symbol in found])


def _u32(values: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(values)}I", *values)


def _functions(info: ModuleInfo, image: Image) -> aot_pb2.Functions:
    first = info.num_imported_functions
    local = {symbol.name: symbol for symbol in image.local_functions}
    names = [f"{sections.FUNCTION}{index}" for index in range(first, len(info.functions))]
    offsets = [image.symbols.get(name) or local.get(name) for name in names]
    return aot_pb2.Functions(
        imports=image.imports,
        functions=_u32([NO_CODE if s is None else s.offset for s in offsets]),
        invoke_thunks=_offsets(image, [sections.INVOKE + t.key for t in info.types]),
        host_thunks=_offsets(image, [sections.HOST + t.key for t in info.types]),
        enter=image.symbols[sections.ENTER].offset,
        on_signal=image.symbols[sections.ON_SIGNAL].offset,
        handler_words=image.symbols[sections.HANDLER_WORDS].offset,
        trap=image.symbols[sections.TRAP].offset,
        builtin=image.symbols[sections.BUILTIN].offset,
        stable_point=image.symbols[sections.STABLE_POINT].offset,
        local=_bits([first + position for position, name in enumerate(names) if name not in image.symbols]),
        tails=_tails(info, image),
        static_tables=[
            aot_pb2.StaticTable(table=index, offset=image.symbols[f"{sections.STATIC_TABLE}{index}"].offset)
            for index in range(len(info.tables))
            if f"{sections.STATIC_TABLE}{index}" in image.symbols
        ],
    )


def _tails(info: ModuleInfo, image: Image) -> bytes:
    """Where bodies of functions are that take part in tail calls; nothing where none does."""
    names = [f"{sections.TAIL}{index}" for index in range(info.num_imported_functions, len(info.functions))]
    return _offsets(image, names) if any(name in image.symbols for name in names) else b""


def encode_points(points: Iterable[Point]) -> list[EncodedPoint]:
    """Each stable point's byte offset in the module and its message."""
    return [
        (
            point.pc,
            aot_pb2.StablePoint(
                function=point.function,
                locals=point.locals,
                types=point.types,
                num_results=point.num_results,
                places=point.places,
                constants=point.constants,
                next_pc=point.next_pc,
                table_plus_one=0 if point.table is None else point.table + 1,
                by_reference=point.by_reference,
                handled=point.handled,
            ).SerializeToString(),
        )
        for point in points
    ]


def continuation(module: Module, image: Image, lowered: Continuation, options: CompileOptions) -> dict[str, bytes]:
    """The metadata section of a continuation's file."""
    function = lowered.lowering.function
    resume = image.symbols[sections.RESUME].offset
    code = {resume: function.index}
    for symbol in image.local_functions:
        index = symbol.name.removeprefix(sections.FUNCTION)
        if index.isdigit():
            code[symbol.offset] = int(index)
    message = aot_pb2.Continuation(
        format_version=sections.FORMAT_VERSION,
        module_sha256=hashlib.sha256(module.data).digest(),
        triple=options.target.triple,
        cpu_features=options.target.features,
        function=function.index,
        pc=lowered.pc,
        locals=lowered.locals,
        types=lowered.types,
        results=function.type.results,
        imports=image.imports,
        resume=resume,
        code_functions=code.values(),
        code_offsets=code.keys(),
        switches=[aot_pb2.Switch(pc=pc, locals=locals_, types=types) for pc, locals_, types in lowered.switches],
    )
    return {sections.CONTINUATION: _serialize(message)}


def _stable_points(points: Iterable[EncodedPoint], facts: ModuleFacts) -> bytes:
    ordered = sorted(points)
    offsets = list(accumulate((len(message) for _, message in ordered), initial=0))[:-1]
    return _serialize(
        aot_pb2.StablePoints(
            pcs=_u32([pc for pc, _ in ordered]),
            offsets=_u32(offsets),
            points=b"".join(message for _, message in ordered),
            suspending=_bits(facts.suspending.functions),
            throwing=b"" if facts.throwing is None else _bits(facts.throwing.functions),
        )
    )


def _bits(members: Collection[int]) -> bytes:
    number = sum(1 << index for index in members)
    return number.to_bytes(-(-number.bit_length() // 8), "little")


def _names(names: Names) -> aot_pb2.Names:
    ordered = sorted(names.functions.items())
    return aot_pb2.Names(
        module=names.module,
        indices=[index for index, _ in ordered],
        names=[name for _, name in ordered],
    )

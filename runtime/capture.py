"""From the commit buffer and an instance to the Wasm view."""

from __future__ import annotations

import ctypes
from struct import Struct
from sys import byteorder

from mvvm.abi import stable_points
from mvvm.abi.context import HOST_SIZE, RECORD_SIZE
from mvvm.abi.view import AT, IN_CALL, Frame, TableState, View
from mvvm.errors import BadAotFile, CheckpointFailed
from mvvm.wasm.types import EXNREF, EXTERNREF, F32, F64, FUNCREF, I32, I64, V128

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from mvvm.abi.view import Value, WasiState
    from mvvm.runtime.instance import Instance
    from mvvm.runtime.points import StablePoint
    from mvvm.runtime.program import Program

# How compiled code stores a value: in the machine's byte order, at the start of its slot.
_FORMS = {t: Struct("=I" if t in (I32, F32) else "=Q") for t in (I32, I64, F32, F64, FUNCREF, EXTERNREF, EXNREF)}
_SLOT = 8


def _read(slots: memoryview, type_: str, slot: int) -> int:
    """The bits of a value whose first slot is given."""
    start = _SLOT * slot
    if type_ == V128:
        return int.from_bytes(slots[start : start + 2 * _SLOT], byteorder)
    bits: int = _FORMS[type_].unpack_from(slots, start)[0]
    return bits


class _HostCall:
    """A host call that was interrupted: the function index of the import, and its arguments."""

    def __init__(self, function: int, arguments: list[Value]) -> None:
        self.function = function
        self.arguments = arguments


def read_frames(instance: Instance, start: int, end: int) -> list[Frame]:
    """The frames that unwinding left in the commit buffer from `start` to `end`, innermost first."""
    records = memoryview((ctypes.c_ubyte * (end - start)).from_address(start)).cast("B")
    program = instance.program
    frames: list[Frame] = []
    host: _HostCall | None = None
    at = 0
    while at < len(records):
        number = _FORMS[I64].unpack_from(records, at)[0]
        at += _SLOT
        size = _SLOT * stable_points.record_slots(number)
        slots = records[at : at + size]
        at += size
        pc = stable_points.pc_of(number)
        if pc == 0:
            host = _host_call(instance, slots)
            continue
        point = program.points.find(pc)
        if not _fits(point, slots, program):
            raise BadAotFile(f"damaged .aot file: the stable point at byte {pc:#x} is another in its table")
        # A call that has not returned has no results: what it returned to unwind is nothing.
        in_call = host is not None or bool(frames)
        count = len(point.types) - (point.num_results if in_call else 0)
        values = _values(instance, point, slots, count, stable_points.is_canonical(number))
        frames.append(_frame(instance, pc, point, values, host, in_call=in_call))
        host = None
    return frames


def _fits(point: StablePoint, slots: memoryview, program: Program) -> bool:
    """Whether a point is of the program, and its values are in its record."""
    return (
        point.function < len(program.info.functions)
        and (point.table is None or point.table < len(program.info.tables))
        and all(
            place & 1 or _SLOT * ((place >> 1) + stable_points.words(type_)) <= len(slots)
            for place, type_ in zip(point.places, point.types, strict=True)
        )
    )


def _host_call(instance: Instance, slots: memoryview) -> _HostCall:
    address = _FORMS[I64].unpack_from(slots, 0)[0]
    function = (address - instance.hosts_address) // HOST_SIZE
    params = instance.program.info.func_type(function).params
    firsts = stable_points.first_slots(I64 + params)[1:]
    arguments = [value_of(instance, t, _read(slots, t, slot)) for t, slot in zip(params, firsts, strict=False)]
    return _HostCall(function, arguments)


def _values(instance: Instance, point: StablePoint, slots: memoryview, count: int, canonical: bool) -> list[Value]:
    """The first `count` values of a point."""
    values: list[Value] = []
    places = [slot << 1 for slot in stable_points.first_slots(point.types)] if canonical else point.places
    for type_, place in zip(point.types[:count], places, strict=False):
        first = place >> 1
        if place & 1:
            constants = point.constants[first : first + stable_points.words(type_)]
            values.append((type_, sum(bits << 64 * word for word, bits in enumerate(constants))))
        else:
            values.append(value_of(instance, type_, _read(slots, type_, first)))
    return values


def value_of(instance: Instance, type_: str, bits: int) -> Value:
    """A value of the view, from what compiled code has; but exnrefs and externrefs are as the instance numbers them.

    Raises CheckpointFailed for a reference to a function of another instance.
    """
    if type_ == EXNREF:
        return type_, instance.exceptions.bits_of(bits) if bits else 0
    if type_ == EXTERNREF:
        return type_, instance.references.bits_of(bits)
    return type_, function_bits(instance, bits) if type_ == FUNCREF else bits


def function_bits(instance: Instance, funcref: int) -> int:
    """The bits in the view of a funcref, the address of a Record. Raises CheckpointFailed."""
    if funcref == 0:
        return 0
    index, rest = divmod(funcref - instance.func_ref(0), RECORD_SIZE)
    if rest or not 0 <= index < len(instance.program.info.functions):
        raise CheckpointFailed("the program holds a reference to a function of another instance")
    return index + 1


def _frame(
    instance: Instance, pc: int, point: StablePoint, values: list[Value], host: _HostCall | None, *, in_call: bool
) -> Frame:
    num_locals = len(point.locals)
    locals_ = dict(zip(point.locals, values[:num_locals], strict=True))
    stack = values[num_locals:]
    if not point.is_call:
        return Frame(point.function, pc, AT, locals_, stack)
    if host is not None:
        stack += host.arguments
        if point.table is not None:
            index = instance.tables[point.table].type.limits.index
            stack.append((index, _element_of(instance, point.table, host.function)))
        if point.by_reference:
            stack.append((FUNCREF, host.function + 1))
        return Frame(point.function, pc, AT, locals_, stack)
    if in_call:
        return Frame(point.function, pc, IN_CALL, locals_, stack)
    return Frame(point.function, point.next_pc, AT, locals_, stack)


def _element_of(instance: Instance, table: int, function: int) -> int:
    """An element of a table that is a function. Which of several is the same to the call that is made anew."""
    wanted = instance.func_ref(function)
    elements = instance.tables[table].elements
    return next(index for index in range(instance.tables[table].size) if elements[index] == wanted)


def view_of(instance: Instance, frames: list[Frame], wasi: WasiState | None, references: Mapping[str, object]) -> View:
    """The view of an instance that is stopped in `frames`. Raises CheckpointFailed.

    `references` are the objects of the host that it may hold, by the names that they have in the view.
    """
    info = instance.program.info
    tables = []
    for table in instance.tables:
        element = table.type.element
        elements = table.elements[: table.size].tolist()
        tables.append(TableState(element, [value_of(instance, element, bits)[1] for bits in elements]))
    globals_ = [value_of(instance, item.type.value, item.raw) for item in instance.globals]
    held = [*globals_, *((table.element, bits) for table in tables for bits in table.elements)]
    held += [value for frame in frames for value in (*frame.locals.values(), *frame.stack)]
    view = View(
        instance.program.target.module_sha256,
        frames,
        [memory.pages for memory in instance.memories],
        tables,
        globals_,
        [index for index in range(len(info.data)) if instance.data_dropped(index)],
        [index for index in range(len(info.elements)) if instance.element_dropped(index)],
        wasi,
        starting=instance.starting,
    )
    if any(bits and type_ in (EXNREF, EXTERNREF) for type_, bits in held):
        from mvvm.runtime.capture_references import number_references

        number_references(instance, view, references)
    return view

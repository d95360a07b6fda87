"""Continuations, loaded: a function that is entered at a label, with the values of a frame."""

from __future__ import annotations

import ctypes
import mmap
import os

from mvvm import cpu
from mvvm.abi import elf, sections
from mvvm.abi.context import CONTEXT_SWITCH
from mvvm.abi.stable_points import first_slots
from mvvm.abi.view import AT, Frame
from mvvm.errors import BadAotFile, BadSnapshot, IncompatibleAot
from mvvm.proto import wire
from mvvm.runtime.capture import value_of
from mvvm.runtime.entry import enter
from mvvm.runtime.mapping import MappedCode, check_places, memory_file
from mvvm.runtime.values import bits_at, put_bits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mvvm.abi.view import Value
    from mvvm.errors import WasmException
    from mvvm.runtime.instance import Instance
    from mvvm.runtime.program import Program

_MISSING = ("missing", 0)


class Continuation:
    """A continuation's file, mapped: code that goes on from a frame of `function` AT byte `pc` of the module."""

    __slots__ = ("_address", "_code", "_num_slots", "function", "locals", "pc", "results", "switches", "types")

    def __init__(self, program: Program, file: int, size: int) -> None:
        """Map the file of a descriptor. Raises BadAotFile, IncompatibleAot."""
        view = memoryview(mmap.mmap(file, size, prot=mmap.PROT_READ))
        image = elf.read(view)
        fields = wire.fields(bytes(image.section(sections.CONTINUATION).contents))
        target = program.target
        features = wire.texts(fields, 4)
        if (
            wire.number(fields, 1) != sections.FORMAT_VERSION
            or wire.data(fields, 2) != target.module_sha256
            or wire.text(fields, 3) != target.triple
            or cpu.missing_features(target.triple.split("-")[0], features)
        ):
            raise IncompatibleAot("the continuation was made for another version, module, target or CPU")
        self.function, self.pc = wire.number(fields, 5), wire.number(fields, 6)
        self.locals, self.types = wire.numbers(fields, 7), wire.text(fields, 8)
        self.results = wire.text(fields, 9)
        # Live locals and types by the byte offset of the loop.
        self.switches = {
            wire.number(item, 1): (wire.numbers(item, 2), wire.text(item, 3)) for item in wire.messages(fields, 14)
        }
        of_values = [first_slots(t)[-1] for t in (self.types, *(t for _, t in self.switches.values()))]
        self._num_slots = max(1, 2 * len(self.results), *of_values)
        imports = wire.texts(fields, 10)
        check_places(image, len(imports))
        offset = wire.number(fields, 11)
        if offset >= image.section(sections.TEXT).size or len(self.types) < len(self.locals):
            raise BadAotFile("damaged continuation: its metadata does not fit together")
        indices, offsets = wire.numbers(fields, 12), wire.numbers(fields, 13)
        self._code = code = MappedCode(image, file, lambda: dict(zip(offsets, indices, strict=False)))
        addresses = {name: program.address_of(name) for name in imports}
        code.fill_got(image.section(sections.GOT), imports, addresses)
        self._address = code.text + offset
        program.codes.append(code)

    def returned(self, frame: Frame, results: list[Value]) -> Frame:
        """A frame that was IN_CALL, when its call has given `results`; whether they fit `run` finds out."""
        return Frame(self.function, self.pc, AT, frame.locals, frame.stack + results)

    def thrown_into(self, frame: Frame) -> Frame:
        """A frame that was IN_CALL, when an exception has come out of its call: the results are nothing."""
        results = self.types[len(self.locals) + len(frame.stack) :]
        return self.returned(frame, [(type_, 0) for type_ in results])

    def run(self, instance: Instance, frame: Frame, thrown: WasmException | None = None) -> list[Value] | Frame:
        """Go on from a frame to the end of its function: returns its results; a funcref among them as in a view.

        Or to a loop around where it began, which another continuation goes on with: returns the frame there.

        `thrown` is an exception that has come out of the frame's call.

        Raises Trap, WasmException, Stopped, what the host raised, and BadSnapshot where the frame is not one for this
        code.
        """
        values = [*(frame.locals.get(index, _MISSING) for index in self.locals), *frame.stack]
        if frame.function != self.function or "".join([type_ for type_, _ in values]) != self.types:
            raise BadSnapshot(f"damaged snapshot: the frame at byte {frame.pc:#x} has other values than it should")
        slots = (ctypes.c_uint64 * self._num_slots)()
        address = ctypes.addressof(slots)
        for slot, (type_, bits) in zip(first_slots(self.types), values, strict=False):
            put_bits(address + 8 * slot, type_, instance.raw_of(type_, bits))
        enter(instance, self._address, instance.context, address, thrown)
        switch = ctypes.c_uint64.from_address(instance.context + CONTEXT_SWITCH)
        if not switch.value:
            return [_value(instance, t, address, 2 * position) for position, t in enumerate(self.results)]
        pc, switch.value = switch.value, 0
        locals_, types = self.switches[pc]
        pairs = zip(first_slots(types), types, strict=False)
        values = [_value(instance, type_, address, slot) for slot, type_ in pairs]
        live = dict(zip(locals_, values[: len(locals_)], strict=True))
        return Frame(self.function, pc, AT, live, values[len(locals_) :])


def _value(instance: Instance, type_: str, slots: int, slot: int) -> Value:
    return value_of(instance, type_, bits_at(slots + 8 * slot, type_))


def switches_of(contents: bytes | memoryview) -> list[int]:
    """The loops that a continuation's file leaves to other continuations, by byte offset. Raises BadAotFile."""
    fields = wire.fields(bytes(elf.read(contents).section(sections.CONTINUATION).contents))
    return [wire.number(item, 1) for item in wire.messages(fields, 14)]


def load_continuation(program: Program, contents: bytes | memoryview) -> Continuation:
    """Map a continuation's file that is in memory. Raises BadAotFile, IncompatibleAot."""
    file = memory_file("mvvm.continuation", contents)
    try:
        return Continuation(program, file, len(contents))
    finally:
        os.close(file)

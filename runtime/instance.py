"""Instances: a program with its memories, tables, globals and imports, in the order of the spec (4.5.4)."""

from __future__ import annotations

import ctypes
import struct
from sys import byteorder

from mvvm.abi.context import (
    CONTEXT_BUILTINS,
    CONTEXT_TAILS,
    HOST_SIZE,
    RECORD_INDEX,
    RECORD_SIZE,
    TAIL_BIT,
    ContextLayout,
)
from mvvm.abi.traps import MEMORY_OUT_OF_BOUNDS, TABLE_OUT_OF_BOUNDS
from mvvm.errors import BadSnapshot, EnvironmentFailure, LinkError
from mvvm.runtime import builtins_
from mvvm.runtime.func import Func
from mvvm.runtime.global_ import Global
from mvvm.runtime.memory import Memory
from mvvm.runtime.references import Numbering, handles_of
from mvvm.runtime.store import Store, register, type_number
from mvvm.runtime.table import Table
from mvvm.runtime.tag import Tag, cells_address
from mvvm.runtime.traps import trap
from mvvm.wasm import const_expr
from mvvm.wasm import module as wasm
from mvvm.wasm.module import ACTIVE, DECLARATIVE, FUNC, GLOBAL, KIND_NAMES, MEMORY, TABLE, TAG, Import
from mvvm.wasm.references import matches
from mvvm.wasm.types import (
    EXNREF,
    EXTERNREF,
    FUNCREF,
    MAX_PAGES,
    MAX_PAGES_64,
    PAGE_SIZE,
    FuncType,
    GlobalType,
    Limits,
    TableType,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Protocol

    from mvvm.abi.view import ExceptionState, View
    from mvvm.runtime.control import Controller
    from mvvm.runtime.exceptions import Exceptions
    from mvvm.runtime.program import Program
    from mvvm.runtime.wasi import Wasi

    class State(Protocol):
        """What an instance takes up: a view, and how to fill a memory, which has its size already."""

        @property
        def view(self) -> View:
            """All but the memories' contents."""

        def fill_memory(self, index: int, memory: Memory) -> None:
            """Put the contents of a memory, all zeros, in place."""


Extern = Func | Memory | Table | Global | Tag
_ALIGNMENT = 64
# RECORD_TYPE and RECORD_INDEX as one word.
_TYPE_SHIFT, _INDEX_SHIFT = (0, 32) if byteorder == "little" else (32, 0)


class Instance:
    """An instance of a program.

    `exports` maps names to Func, Memory, Table, Global and Tag. `imports` does the same, by module and name.
    """

    __slots__ = (
        "__weakref__",
        "_buffer",
        "_data",
        "_elements",
        "_exceptions",
        "_exports",
        "_hosts",
        "_imported",
        "_layout",
        "context",
        "context_end",
        "controller",
        "globals",
        "memories",
        "program",
        "references",
        "starting",
        "store",
        "tables",
        "tags",
        "wasi",
    )

    def __init__(
        self,
        program: Program,
        imports: Mapping[str, Mapping[str, Extern]] | None = None,
        max_pages: int = MAX_PAGES_64,
        state: State | None = None,
        prepare: Callable[[Instance], None] | None = None,
        references: Mapping[str, object] | None = None,
    ) -> None:
        """Instantiate, and run the start function; or, with a `state`, take up what a snapshot holds.

        `prepare` is called before the guest runs. `max_pages` limits each memory that the instance makes (in pages of
        64 KiB). `references` are the objects that the state names. Raises LinkError where something is missing in
        `imports` or `references`, Trap where a segment does not fit or the start function traps, WasmException where it
        throws, InputError where the state does not fit the program.
        """
        info = program.info
        self.program = program
        self.store = Store()
        self._imported = _resolve(info, imports or {})
        self._layout = layout = ContextLayout(info)
        tails = program.tail_addresses()
        layout.size += 8 * len(info.functions) if tails else 0
        self._buffer = ctypes.create_string_buffer(layout.size + _ALIGNMENT)
        self.context = -(-ctypes.addressof(self._buffer) // _ALIGNMENT) * _ALIGNMENT
        self.context_end = self.context + layout.size
        self._exports: dict[str, Extern] | None = None
        self._exceptions: Exceptions | None = None
        self.references = Numbering()  # of the objects that externrefs refer to
        for item in self._imported:
            if not isinstance(item, (Func, Tag)) or (isinstance(item, Func) and item.record):
                self.store.merge(item.store)
        self.memories = [item for item in self._imported if isinstance(item, Memory)]
        self.memories += [
            Memory(limits, max_pages, self.store) for limits in info.memories[info.num_imported_memories :]
        ]
        self.tables = [item for item in self._imported if isinstance(item, Table)]
        self.tables += [Table(type_, 0, self.store) for type_ in info.tables[info.num_imported_tables :]]
        self.globals = [item for item in self._imported if isinstance(item, Global)]
        self.tags = [item for item in self._imported if isinstance(item, Tag)]
        self.tags += [Tag(info.types[type_]) for type_ in info.tags[info.num_imported_tags :]]
        self._name_tags()
        self._data = [segment.size for segment in info.data]  # 0 once dropped
        self._fill_context()
        if tails:
            self._fill_tails(tails)
        self.store.add(self)
        register(self)
        self.starting = False  # whether the start function is running
        self.controller: Controller | None = None  # sets itself
        self.wasi: Wasi | None = None  # set by who runs it under WASI
        self._initialize_globals()
        for index, init in info.initial_elements.items():
            self.tables[index].fill(0, self._evaluate(init), self.tables[index].size)
        if state is not None:
            self._take_up(state, references or {})
            if prepare is not None:
                prepare(self)
            return
        self._elements = self._evaluate_elements()
        self._initialize_segments()
        if prepare is not None:
            prepare(self)
        if info.start is not None:
            self.starting = True
            self.func(info.start)()
            self.starting = False

    def _take_up(self, state: State, references: Mapping[str, object]) -> None:
        """Be what a snapshot says."""
        from mvvm.runtime.declared import check_declared

        view = state.view
        for handle in handles_of(view.references, references):
            self.references.append(handle)
        self.starting = view.starting
        sizes = [len(view.memories), len(view.tables), len(view.globals)]
        if sizes != [len(self.memories), len(self.tables), len(self.globals)]:
            raise BadSnapshot("damaged snapshot: it has other memories, tables or globals than its module")
        for index, (memory, pages) in enumerate(zip(self.memories, view.memories, strict=True)):
            if pages < memory.pages or memory.grow(pages - memory.pages) < 0:
                size = pages * memory.limits.page_size
                raise EnvironmentFailure(f"cannot allocate the {size} bytes of memory of the snapshot")
            state.fill_memory(index, memory)
        for state_ in view.exceptions:
            self._take_up_exception(state_)
        for table, saved in zip(self.tables, view.tables, strict=True):
            if len(saved.elements) < table.size or table.grow(len(saved.elements) - table.size, 0) < 0:
                raise BadSnapshot("damaged snapshot: a table has another size than its module allows")
            if saved.element != table.type.element:
                raise BadSnapshot("damaged snapshot: a table has another type than in its module")
            words = _words([self.raw_of(saved.element, bits) for bits in saved.elements])
            table.elements[: len(words)] = words
        for item, (type_, value) in zip(self.globals, view.globals, strict=True):
            if type_ != item.type.value:
                raise BadSnapshot("damaged snapshot: a global has another type than in its module")
            item.raw = self.raw_of(type_, value)
        self._elements = self._evaluate_elements()  # after the globals, from which they may come
        if max(view.dropped_data, default=-1) >= len(self._data) or (
            max(view.dropped_elements, default=-1) >= len(self._elements)
        ):
            raise BadSnapshot("damaged snapshot: it has segments that its module does not have")
        for index in view.dropped_data:
            self.drop_data(index)
        for index in view.dropped_elements:
            self.drop_element(index)
        check_declared(self, view)

    def _take_up_exception(self, state: ExceptionState) -> None:
        """Make an exception that a snapshot holds. Those that it refers to are there."""
        types = "".join([type_ for type_, _ in state.values])
        if state.tag >= len(self.tags) or types != self.tags[state.tag].type.params:
            raise BadSnapshot("damaged snapshot: an exception has other values than its tag's")
        self.exceptions.add(self.tags[state.tag], [self.raw_of(type_, bits) for type_, bits in state.values])

    def raw_of(self, type_: str, bits: int) -> int:
        """What compiled code has for a value of a view (mvvm.abi.view). Raises BadSnapshot."""
        if type_ == FUNCREF:
            return self.funcref(bits)
        if type_ == EXTERNREF:
            return self.references.handle_of(bits)
        return self.exceptions.handle_of(bits) if type_ == EXNREF and bits else bits

    @property
    def exceptions(self) -> Exceptions:
        """The exceptions that exnrefs refer to."""
        if self._exceptions is None:
            from mvvm.runtime.exceptions import Exceptions

            self._exceptions = Exceptions(self.store)
        return self._exceptions

    def _name_tags(self) -> None:
        info = self.program.info
        exported = {export.index: export.name for export in info.exports if export.kind == TAG}
        for index, tag in enumerate(self.tags):
            tag.name = tag.name or exported.get(index, str(index))

    def funcref(self, bits: int) -> int:
        """The funcref that bits of a view (mvvm.abi.view) stand for."""
        if bits > len(self.program.info.functions):
            raise BadSnapshot("damaged snapshot: it refers to a function that its module does not have")
        return self.func_ref(bits - 1) if bits else 0

    def _address(self, offset: int) -> int:
        return self.context + offset

    def _fill_context(self) -> None:
        info, layout, context = self.program.info, self._layout, self.context
        _put(context + CONTEXT_BUILTINS, builtins_.table_address())
        for index, memory in enumerate(self.memories):
            _put(context + layout.memory(index), memory.base, memory.cell_address)
        for index, table in enumerate(self.tables):
            _put(context + layout.table(index), table.base, table.cell_address)
        _put(context + layout.tag_cells, cells_address, *[tag.address for tag in self.tags])
        numbers = [type_number(type_) for type_ in info.types]
        ctypes.memmove(context + layout.types, struct.pack(f"={len(numbers)}I", *numbers), 4 * len(numbers))
        self._fill_imported_functions(numbers)
        # Records of the module's own functions, all at once: a large module has tens of thousands.
        first = info.num_imported_functions
        addresses = self.program.code_addresses()
        words = RECORD_SIZE // 8
        records = [context] * (words * len(addresses))
        records[0::words] = addresses
        of_type, of_index = _TYPE_SHIFT, _INDEX_SHIFT
        records[2::words] = [
            numbers[type_] << of_type | (first + position) << of_index
            for position, type_ in enumerate(info.functions[first:])
        ]
        _put(context + layout.function(first), *records)

    def _fill_tails(self, tails: list[int]) -> None:
        """Say where the bodies are that tail calls jump to, and mark the Records of their functions."""
        layout, first = self._layout, self.program.info.num_imported_functions
        ctypes.c_uint32.from_address(self.context + CONTEXT_TAILS).value = layout.tails
        _put(self.context + layout.tails + 8 * first, *tails)
        for index, address in enumerate(tails, first):
            if address:
                ctypes.c_uint32.from_address(self.func_ref(index) + RECORD_INDEX).value = index | TAIL_BIT

    def _fill_imported_functions(self, numbers: list[int]) -> None:
        """Copy the Records of imported functions; make those of host functions."""
        program, layout = self.program, self._layout
        functions = [item for item in self._imported if isinstance(item, Func)]
        self._hosts = ctypes.create_string_buffer(HOST_SIZE * len(functions))
        for index, func in enumerate(functions):
            record = self.context + layout.function(index)
            if func.record:
                ctypes.memmove(record, func.record, RECORD_SIZE)
                continue
            host = ctypes.addressof(self._hosts) + HOST_SIZE * index
            _put(host, func.callback(), self.context)
            type_index = program.info.functions[index]
            type_and_index = numbers[type_index] << _TYPE_SHIFT | index << _INDEX_SHIFT
            _put(record, program.host_thunk(type_index), host, type_and_index)

    def _initialize_globals(self) -> None:
        info, layout = self.program.info, self._layout
        for index, item in enumerate(self.globals):
            _put(self.context + layout.global_(index), item.address)
        for index in range(info.num_imported_globals, len(info.globals)):
            declared = info.globals[index]
            assert isinstance(declared, wasm.Global)
            address = self.context + layout.global_(index)
            made = Global(declared.type, store=self.store, address=address, owner=self)
            made.raw = self._evaluate(declared.init)
            self.globals.append(made)

    def _evaluate(self, expression: bytes) -> int:
        return const_expr.evaluate(expression, self._global_bits, self.func_ref)

    def _global_bits(self, index: int) -> int:
        return self.globals[index].raw

    def func_ref(self, index: int) -> int:
        """The funcref of a function index."""
        return self.context + self._layout.function(index)

    def func(self, index: int) -> Func:
        """The function of a function index."""
        if index < self.program.info.num_imported_functions:
            return [item for item in self._imported if isinstance(item, Func)][index]
        func = Func(self.program.info.func_type(index), None)
        func.store, func.instance, func.record = self.store, self, self.func_ref(index)
        return func

    def _evaluate_elements(self) -> list[memoryview[int]]:
        return [self._element_values(segment) for segment in self.program.info.elements]

    def _element_values(self, segment: wasm.Element) -> memoryview[int]:
        if segment.functions is None:
            return _words([self._evaluate(item) for item in segment.expressions or ()])
        base, step = self.func_ref(0), RECORD_SIZE
        return _words([base + step * index for index in segment.functions])

    def _initialize_segments(self) -> None:
        info = self.program.info
        for index, segment in enumerate(info.elements):
            if segment.mode == ACTIVE:
                self.table_init(index, segment.table, self._evaluate(segment.offset), 0, len(segment))
            if segment.mode in (ACTIVE, DECLARATIVE):
                self.drop_element(index)
        for index, data in enumerate(info.data):
            if data.mode == ACTIVE:
                self.memory_init(index, data.memory, self._evaluate(data.offset), 0, data.size)
                self.drop_data(index)

    def memory_init(self, index: int, memory: int, to: int, source: int, size: int) -> None:
        """memory.init (Wasm 4.4.7). Raises Trap."""
        target = self.memories[memory]
        if source + size > self._data[index] or to + size > target.size:
            raise trap(MEMORY_OUT_OF_BOUNDS)
        start = self.program.info.data[index].start + source
        target.view[to : to + size] = self.program.wasm[start : start + size]

    def table_init(self, index: int, table: int, to: int, source: int, size: int) -> None:
        """table.init (Wasm 4.4.6). Raises Trap."""
        target, values = self.tables[table], self._elements[index]
        if source + size > len(values) or to + size > target.size:
            raise trap(TABLE_OUT_OF_BOUNDS)
        target.elements[to : to + size] = values[source : source + size]

    def drop_data(self, index: int) -> None:
        """data.drop."""
        self._data[index] = 0

    def drop_element(self, index: int) -> None:
        """elem.drop."""
        self._elements[index] = _words([])

    def data_dropped(self, index: int) -> bool:
        """Whether a data segment was dropped, or is empty, which is the same."""
        return self._data[index] == 0

    def element_dropped(self, index: int) -> bool:
        """Whether an element segment was dropped, or is empty, which is the same."""
        return len(self._elements[index]) == 0

    @property
    def hosts_address(self) -> int:
        """Where the HostFuncs of imported functions are, in the order of the imports."""
        return ctypes.addressof(self._hosts)

    @property
    def exports(self) -> dict[str, Extern]:
        """What the instance exports, by name."""
        if self._exports is None:
            spaces = {TABLE: self.tables, MEMORY: self.memories, GLOBAL: self.globals, TAG: self.tags}
            self._exports = {
                export.name: self.func(export.index) if export.kind == FUNC else spaces[export.kind][export.index]  # type: ignore[index]
                for export in self.program.info.exports
            }
        return self._exports


def _words(values: list[int]) -> memoryview[int]:
    return memoryview(struct.pack(f"={len(values)}Q", *values)).cast("Q")


def _put(address: int, *values: int) -> None:
    ctypes.memmove(address, struct.pack(f"={len(values)}Q", *values), 8 * len(values))


def _resolve(info: wasm.ModuleInfo, imports: Mapping[str, Mapping[str, Extern]]) -> list[Extern]:
    """What is given for each import, after checking its type (Wasm 4.5.3)."""
    resolved: list[Extern] = []
    for item in info.imports:
        given = imports.get(item.module, {}).get(item.name)
        wanted = f"{KIND_NAMES[item.kind]} {item.module}.{item.name}"
        if given is None:
            raise LinkError(f"unknown import: the program needs the {wanted}, and nothing gives it")
        if not _fits(given, item, info.types):
            raise LinkError(f"incompatible import type: what is given for the {wanted} is of another type")
        resolved.append(given)
    return resolved


def _fits(given: Extern, item: Import, types: list[FuncType]) -> bool:
    wanted = item.type
    if item.kind == FUNC:
        return isinstance(given, Func) and isinstance(wanted, int) and given.type == types[wanted]
    if item.kind == TABLE:
        return (
            isinstance(given, Table)
            and isinstance(wanted, TableType)
            and given.type.declared == wanted.declared
            and given.type.limits.same_kind(wanted.limits)
            and wanted.limits.accept(given.size, given.type.limits.maximum)
        )
    if item.kind == MEMORY:
        return (
            isinstance(given, Memory)
            and isinstance(wanted, Limits)
            and wanted.same_kind(given.limits)
            and wanted.accept(given.pages, given.limits.maximum)
            # Code for a memory that may be smaller relies on its not being the largest (mvvm.lower.memory).
            and (given.size < MAX_PAGES * PAGE_SIZE or wanted.minimum == MAX_PAGES or wanted.index64)
        )
    if item.kind == TAG:
        return isinstance(given, Tag) and isinstance(wanted, int) and given.type == types[wanted]
    if not isinstance(given, Global) or not isinstance(wanted, GlobalType):
        return False
    if given.type == wanted:
        return True
    return not given.type.mutable and not wanted.mutable and matches(given.type.declared, wanted.declared)

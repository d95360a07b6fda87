"""What a Wasm module declares: everything but the code of its functions.

The decoder makes a `ModuleInfo` from a binary; the `.aot` file carries one in its metadata, so that the
loader needs no decoder. Index spaces are as in the spec: imports first, then what the module defines.

The loader imports this module: nothing here may import `typing`, `dataclasses` or `enum` (start-up time).
"""

from __future__ import annotations

from mvvm.wasm.types import FuncType, GlobalType, Limits, TableType

# The kinds of an import or export, as in the binary format.
FUNC, TABLE, MEMORY, GLOBAL, TAG = range(5)
KIND_NAMES = ("function", "table", "memory", "global", "tag")

# The modes of an element or data segment.
ACTIVE, PASSIVE, DECLARATIVE = range(3)

ImportType = int | TableType | Limits | GlobalType


class Import:
    """An import. `type` is a type index (function, tag), a TableType, Limits (memory) or a GlobalType."""

    __slots__ = ("kind", "module", "name", "type")

    def __init__(self, module: str, name: str, kind: int, type: ImportType) -> None:
        self.module = module
        self.name = name
        self.kind = kind
        self.type = type


class Export:
    """An export: `index` is in the index space of its `kind`."""

    __slots__ = ("index", "kind", "name")

    def __init__(self, name: str, kind: int, index: int) -> None:
        self.name = name
        self.kind = kind
        self.index = index


class Global:
    """A global that the module defines; `init` is a constant expression in the binary format, with its `end`."""

    __slots__ = ("init", "type")

    def __init__(self, type: GlobalType, init: bytes) -> None:
        self.type = type
        self.init = init


class Element:
    """An element segment of `type` (FUNCREF or EXTERNREF).

    Its items are function indices (`functions`) or, where the binary spells them so, constant expressions
    (`expressions`); the other of the two is None. `offset` is a constant expression, empty unless active.
    """

    __slots__ = ("expressions", "functions", "mode", "offset", "table", "type")

    def __init__(
        self,
        mode: int,
        table: int,
        offset: bytes,
        type: str,
        functions: list[int] | None,
        expressions: list[bytes] | None,
    ) -> None:
        self.mode = mode
        self.table = table
        self.offset = offset
        self.type = type
        self.functions = functions
        self.expressions = expressions

    def __len__(self) -> int:
        items = self.functions if self.functions is not None else self.expressions
        return len(items or ())


class Data:
    """A data segment: bytes `start` to `start + size` of the module. `offset` as in Element."""

    __slots__ = ("memory", "mode", "offset", "size", "start")

    def __init__(self, mode: int, memory: int, offset: bytes, start: int, size: int) -> None:
        self.mode = mode
        self.memory = memory
        self.offset = offset
        self.start = start
        self.size = size


class ModuleInfo:
    """The declarations of a module. Lists are index spaces of the spec, imports included."""

    __slots__ = (
        "data",
        "elements",
        "exceptions",
        "exports",
        "functions",
        "globals",
        "imports",
        "initial_elements",
        "memories",
        "num_imported_functions",
        "num_imported_globals",
        "num_imported_memories",
        "num_imported_tables",
        "num_imported_tags",
        "start",
        "tables",
        "tags",
        "types",
    )

    def __init__(self) -> None:
        self.types: list[FuncType] = []
        self.imports: list[Import] = []
        self.functions: list[int] = []  # type index of each function
        self.tables: list[TableType] = []
        # Constant expressions, by table, of the elements that a table begins with; they are null for all others.
        self.initial_elements: dict[int, bytes] = {}
        self.memories: list[Limits] = []
        self.globals: list[GlobalType | Global] = []  # a GlobalType where it is imported
        self.tags: list[int] = []  # type index of each tag
        self.exports: list[Export] = []
        self.start: int | None = None
        self.elements: list[Element] = []
        self.data: list[Data] = []
        self.num_imported_functions = 0
        self.num_imported_tables = 0
        self.num_imported_memories = 0
        self.num_imported_globals = 0
        self.num_imported_tags = 0
        self.exceptions = False  # set by the loader: whether the code's calls look for exceptions

    def add_import(self, item: Import) -> None:
        """Append an import, and what it declares to its index space."""
        self.imports.append(item)
        if item.kind == FUNC:
            assert isinstance(item.type, int)
            self.functions.append(item.type)
            self.num_imported_functions += 1
        elif item.kind == TABLE:
            assert isinstance(item.type, TableType)
            self.tables.append(item.type)
            self.num_imported_tables += 1
        elif item.kind == MEMORY:
            assert isinstance(item.type, Limits)
            self.memories.append(item.type)
            self.num_imported_memories += 1
        elif item.kind == TAG:
            assert isinstance(item.type, int)
            self.tags.append(item.type)
            self.num_imported_tags += 1
        else:
            assert isinstance(item.type, GlobalType)
            self.globals.append(item.type)
            self.num_imported_globals += 1

    def func_type(self, function: int) -> FuncType:
        """The type of a function of the function index space."""
        return self.types[self.functions[function]]

    def tag_params(self, tag: int) -> str:
        """The types of the values that an exception with a tag of the tag index space carries."""
        return self.types[self.tags[tag]].params

    def global_type(self, index: int) -> GlobalType:
        """The type of a global of the global index space."""
        item = self.globals[index]
        return item.type if isinstance(item, Global) else item

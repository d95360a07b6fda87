from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Target(_message.Message):
    __slots__ = ("format_version", "compiler_version", "module_sha256", "triple", "cpu", "cpu_features", "options", "declarations_sha256", "points_sha256")
    FORMAT_VERSION_FIELD_NUMBER: _ClassVar[int]
    COMPILER_VERSION_FIELD_NUMBER: _ClassVar[int]
    MODULE_SHA256_FIELD_NUMBER: _ClassVar[int]
    TRIPLE_FIELD_NUMBER: _ClassVar[int]
    CPU_FIELD_NUMBER: _ClassVar[int]
    CPU_FEATURES_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    DECLARATIONS_SHA256_FIELD_NUMBER: _ClassVar[int]
    POINTS_SHA256_FIELD_NUMBER: _ClassVar[int]
    format_version: int
    compiler_version: str
    module_sha256: bytes
    triple: str
    cpu: str
    cpu_features: _containers.RepeatedScalarFieldContainer[str]
    options: Options
    declarations_sha256: bytes
    points_sha256: bytes
    def __init__(self, format_version: _Optional[int] = ..., compiler_version: _Optional[str] = ..., module_sha256: _Optional[bytes] = ..., triple: _Optional[str] = ..., cpu: _Optional[str] = ..., cpu_features: _Optional[_Iterable[str]] = ..., options: _Optional[_Union[Options, _Mapping]] = ..., declarations_sha256: _Optional[bytes] = ..., points_sha256: _Optional[bytes] = ...) -> None: ...

class Options(_message.Message):
    __slots__ = ("opt_level", "aux_stack_check", "checkpoint", "threshold_bits", "canonicalize_nans")
    OPT_LEVEL_FIELD_NUMBER: _ClassVar[int]
    AUX_STACK_CHECK_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_BITS_FIELD_NUMBER: _ClassVar[int]
    CANONICALIZE_NANS_FIELD_NUMBER: _ClassVar[int]
    opt_level: int
    aux_stack_check: bool
    checkpoint: str
    threshold_bits: int
    canonicalize_nans: bool
    def __init__(self, opt_level: _Optional[int] = ..., aux_stack_check: _Optional[bool] = ..., checkpoint: _Optional[str] = ..., threshold_bits: _Optional[int] = ..., canonicalize_nans: _Optional[bool] = ...) -> None: ...

class Module(_message.Message):
    __slots__ = ("types", "imports", "functions", "tables", "memories", "globals", "exports", "start_plus_one", "elements", "data", "tags", "exceptions", "initial_elements")
    TYPES_FIELD_NUMBER: _ClassVar[int]
    IMPORTS_FIELD_NUMBER: _ClassVar[int]
    FUNCTIONS_FIELD_NUMBER: _ClassVar[int]
    TABLES_FIELD_NUMBER: _ClassVar[int]
    MEMORIES_FIELD_NUMBER: _ClassVar[int]
    GLOBALS_FIELD_NUMBER: _ClassVar[int]
    EXPORTS_FIELD_NUMBER: _ClassVar[int]
    START_PLUS_ONE_FIELD_NUMBER: _ClassVar[int]
    ELEMENTS_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    EXCEPTIONS_FIELD_NUMBER: _ClassVar[int]
    INITIAL_ELEMENTS_FIELD_NUMBER: _ClassVar[int]
    types: _containers.RepeatedCompositeFieldContainer[FuncType]
    imports: _containers.RepeatedCompositeFieldContainer[Import]
    functions: _containers.RepeatedScalarFieldContainer[int]
    tables: _containers.RepeatedCompositeFieldContainer[TableType]
    memories: _containers.RepeatedCompositeFieldContainer[Limits]
    globals: _containers.RepeatedCompositeFieldContainer[Global]
    exports: _containers.RepeatedCompositeFieldContainer[Export]
    start_plus_one: int
    elements: _containers.RepeatedCompositeFieldContainer[Element]
    data: _containers.RepeatedCompositeFieldContainer[Data]
    tags: _containers.RepeatedScalarFieldContainer[int]
    exceptions: bool
    initial_elements: _containers.RepeatedCompositeFieldContainer[InitialElement]
    def __init__(self, types: _Optional[_Iterable[_Union[FuncType, _Mapping]]] = ..., imports: _Optional[_Iterable[_Union[Import, _Mapping]]] = ..., functions: _Optional[_Iterable[int]] = ..., tables: _Optional[_Iterable[_Union[TableType, _Mapping]]] = ..., memories: _Optional[_Iterable[_Union[Limits, _Mapping]]] = ..., globals: _Optional[_Iterable[_Union[Global, _Mapping]]] = ..., exports: _Optional[_Iterable[_Union[Export, _Mapping]]] = ..., start_plus_one: _Optional[int] = ..., elements: _Optional[_Iterable[_Union[Element, _Mapping]]] = ..., data: _Optional[_Iterable[_Union[Data, _Mapping]]] = ..., tags: _Optional[_Iterable[int]] = ..., exceptions: _Optional[bool] = ..., initial_elements: _Optional[_Iterable[_Union[InitialElement, _Mapping]]] = ...) -> None: ...

class InitialElement(_message.Message):
    __slots__ = ("table", "init")
    TABLE_FIELD_NUMBER: _ClassVar[int]
    INIT_FIELD_NUMBER: _ClassVar[int]
    table: int
    init: bytes
    def __init__(self, table: _Optional[int] = ..., init: _Optional[bytes] = ...) -> None: ...

class FuncType(_message.Message):
    __slots__ = ("params", "results", "declared_params", "declared_results", "identity")
    PARAMS_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    DECLARED_PARAMS_FIELD_NUMBER: _ClassVar[int]
    DECLARED_RESULTS_FIELD_NUMBER: _ClassVar[int]
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    params: str
    results: str
    declared_params: _containers.RepeatedScalarFieldContainer[str]
    declared_results: _containers.RepeatedScalarFieldContainer[str]
    identity: str
    def __init__(self, params: _Optional[str] = ..., results: _Optional[str] = ..., declared_params: _Optional[_Iterable[str]] = ..., declared_results: _Optional[_Iterable[str]] = ..., identity: _Optional[str] = ...) -> None: ...

class Limits(_message.Message):
    __slots__ = ("minimum", "maximum_plus_one", "index64", "shared", "byte_pages")
    MINIMUM_FIELD_NUMBER: _ClassVar[int]
    MAXIMUM_PLUS_ONE_FIELD_NUMBER: _ClassVar[int]
    INDEX64_FIELD_NUMBER: _ClassVar[int]
    SHARED_FIELD_NUMBER: _ClassVar[int]
    BYTE_PAGES_FIELD_NUMBER: _ClassVar[int]
    minimum: int
    maximum_plus_one: int
    index64: bool
    shared: bool
    byte_pages: bool
    def __init__(self, minimum: _Optional[int] = ..., maximum_plus_one: _Optional[int] = ..., index64: _Optional[bool] = ..., shared: _Optional[bool] = ..., byte_pages: _Optional[bool] = ...) -> None: ...

class TableType(_message.Message):
    __slots__ = ("element", "limits", "declared")
    ELEMENT_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    DECLARED_FIELD_NUMBER: _ClassVar[int]
    element: str
    limits: Limits
    declared: str
    def __init__(self, element: _Optional[str] = ..., limits: _Optional[_Union[Limits, _Mapping]] = ..., declared: _Optional[str] = ...) -> None: ...

class GlobalType(_message.Message):
    __slots__ = ("value", "mutable", "declared")
    VALUE_FIELD_NUMBER: _ClassVar[int]
    MUTABLE_FIELD_NUMBER: _ClassVar[int]
    DECLARED_FIELD_NUMBER: _ClassVar[int]
    value: str
    mutable: bool
    declared: str
    def __init__(self, value: _Optional[str] = ..., mutable: _Optional[bool] = ..., declared: _Optional[str] = ...) -> None: ...

class Import(_message.Message):
    __slots__ = ("module", "name", "kind", "function", "table", "memory", "tag")
    MODULE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    FUNCTION_FIELD_NUMBER: _ClassVar[int]
    TABLE_FIELD_NUMBER: _ClassVar[int]
    MEMORY_FIELD_NUMBER: _ClassVar[int]
    GLOBAL_FIELD_NUMBER: _ClassVar[int]
    TAG_FIELD_NUMBER: _ClassVar[int]
    module: str
    name: str
    kind: int
    function: int
    table: TableType
    memory: Limits
    tag: int
    def __init__(self, module: _Optional[str] = ..., name: _Optional[str] = ..., kind: _Optional[int] = ..., function: _Optional[int] = ..., table: _Optional[_Union[TableType, _Mapping]] = ..., memory: _Optional[_Union[Limits, _Mapping]] = ..., tag: _Optional[int] = ..., **kwargs) -> None: ...

class Export(_message.Message):
    __slots__ = ("name", "kind", "index")
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    name: str
    kind: int
    index: int
    def __init__(self, name: _Optional[str] = ..., kind: _Optional[int] = ..., index: _Optional[int] = ...) -> None: ...

class Global(_message.Message):
    __slots__ = ("type", "init")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    INIT_FIELD_NUMBER: _ClassVar[int]
    type: GlobalType
    init: bytes
    def __init__(self, type: _Optional[_Union[GlobalType, _Mapping]] = ..., init: _Optional[bytes] = ...) -> None: ...

class Element(_message.Message):
    __slots__ = ("mode", "table", "offset", "type", "by_expression", "functions", "expressions")
    MODE_FIELD_NUMBER: _ClassVar[int]
    TABLE_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    BY_EXPRESSION_FIELD_NUMBER: _ClassVar[int]
    FUNCTIONS_FIELD_NUMBER: _ClassVar[int]
    EXPRESSIONS_FIELD_NUMBER: _ClassVar[int]
    mode: int
    table: int
    offset: bytes
    type: str
    by_expression: bool
    functions: _containers.RepeatedScalarFieldContainer[int]
    expressions: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, mode: _Optional[int] = ..., table: _Optional[int] = ..., offset: _Optional[bytes] = ..., type: _Optional[str] = ..., by_expression: _Optional[bool] = ..., functions: _Optional[_Iterable[int]] = ..., expressions: _Optional[_Iterable[bytes]] = ...) -> None: ...

class Data(_message.Message):
    __slots__ = ("mode", "memory", "offset", "start", "size")
    MODE_FIELD_NUMBER: _ClassVar[int]
    MEMORY_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    mode: int
    memory: int
    offset: bytes
    start: int
    size: int
    def __init__(self, mode: _Optional[int] = ..., memory: _Optional[int] = ..., offset: _Optional[bytes] = ..., start: _Optional[int] = ..., size: _Optional[int] = ...) -> None: ...

class Functions(_message.Message):
    __slots__ = ("imports", "functions", "invoke_thunks", "host_thunks", "enter", "on_signal", "handler_words", "trap", "builtin", "stable_point", "static_tables", "tails", "local")
    IMPORTS_FIELD_NUMBER: _ClassVar[int]
    FUNCTIONS_FIELD_NUMBER: _ClassVar[int]
    INVOKE_THUNKS_FIELD_NUMBER: _ClassVar[int]
    HOST_THUNKS_FIELD_NUMBER: _ClassVar[int]
    ENTER_FIELD_NUMBER: _ClassVar[int]
    ON_SIGNAL_FIELD_NUMBER: _ClassVar[int]
    HANDLER_WORDS_FIELD_NUMBER: _ClassVar[int]
    TRAP_FIELD_NUMBER: _ClassVar[int]
    BUILTIN_FIELD_NUMBER: _ClassVar[int]
    STABLE_POINT_FIELD_NUMBER: _ClassVar[int]
    STATIC_TABLES_FIELD_NUMBER: _ClassVar[int]
    TAILS_FIELD_NUMBER: _ClassVar[int]
    LOCAL_FIELD_NUMBER: _ClassVar[int]
    imports: _containers.RepeatedScalarFieldContainer[str]
    functions: bytes
    invoke_thunks: bytes
    host_thunks: bytes
    enter: int
    on_signal: int
    handler_words: int
    trap: int
    builtin: int
    stable_point: int
    static_tables: _containers.RepeatedCompositeFieldContainer[StaticTable]
    tails: bytes
    local: bytes
    def __init__(self, imports: _Optional[_Iterable[str]] = ..., functions: _Optional[bytes] = ..., invoke_thunks: _Optional[bytes] = ..., host_thunks: _Optional[bytes] = ..., enter: _Optional[int] = ..., on_signal: _Optional[int] = ..., handler_words: _Optional[int] = ..., trap: _Optional[int] = ..., builtin: _Optional[int] = ..., stable_point: _Optional[int] = ..., static_tables: _Optional[_Iterable[_Union[StaticTable, _Mapping]]] = ..., tails: _Optional[bytes] = ..., local: _Optional[bytes] = ...) -> None: ...

class StaticTable(_message.Message):
    __slots__ = ("table", "offset")
    TABLE_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    table: int
    offset: int
    def __init__(self, table: _Optional[int] = ..., offset: _Optional[int] = ...) -> None: ...

class StablePoints(_message.Message):
    __slots__ = ("pcs", "offsets", "points", "suspending", "throwing")
    PCS_FIELD_NUMBER: _ClassVar[int]
    OFFSETS_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    SUSPENDING_FIELD_NUMBER: _ClassVar[int]
    THROWING_FIELD_NUMBER: _ClassVar[int]
    pcs: bytes
    offsets: bytes
    points: bytes
    suspending: bytes
    throwing: bytes
    def __init__(self, pcs: _Optional[bytes] = ..., offsets: _Optional[bytes] = ..., points: _Optional[bytes] = ..., suspending: _Optional[bytes] = ..., throwing: _Optional[bytes] = ...) -> None: ...

class StablePoint(_message.Message):
    __slots__ = ("function", "locals", "types", "num_results", "places", "constants", "next_pc", "table_plus_one", "handled", "by_reference")
    FUNCTION_FIELD_NUMBER: _ClassVar[int]
    LOCALS_FIELD_NUMBER: _ClassVar[int]
    TYPES_FIELD_NUMBER: _ClassVar[int]
    NUM_RESULTS_FIELD_NUMBER: _ClassVar[int]
    PLACES_FIELD_NUMBER: _ClassVar[int]
    CONSTANTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PC_FIELD_NUMBER: _ClassVar[int]
    TABLE_PLUS_ONE_FIELD_NUMBER: _ClassVar[int]
    HANDLED_FIELD_NUMBER: _ClassVar[int]
    BY_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    function: int
    locals: _containers.RepeatedScalarFieldContainer[int]
    types: str
    num_results: int
    places: _containers.RepeatedScalarFieldContainer[int]
    constants: _containers.RepeatedScalarFieldContainer[int]
    next_pc: int
    table_plus_one: int
    handled: bool
    by_reference: bool
    def __init__(self, function: _Optional[int] = ..., locals: _Optional[_Iterable[int]] = ..., types: _Optional[str] = ..., num_results: _Optional[int] = ..., places: _Optional[_Iterable[int]] = ..., constants: _Optional[_Iterable[int]] = ..., next_pc: _Optional[int] = ..., table_plus_one: _Optional[int] = ..., handled: _Optional[bool] = ..., by_reference: _Optional[bool] = ...) -> None: ...

class Names(_message.Message):
    __slots__ = ("module", "indices", "names")
    MODULE_FIELD_NUMBER: _ClassVar[int]
    INDICES_FIELD_NUMBER: _ClassVar[int]
    NAMES_FIELD_NUMBER: _ClassVar[int]
    module: str
    indices: _containers.RepeatedScalarFieldContainer[int]
    names: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, module: _Optional[str] = ..., indices: _Optional[_Iterable[int]] = ..., names: _Optional[_Iterable[str]] = ...) -> None: ...

class Continuation(_message.Message):
    __slots__ = ("format_version", "module_sha256", "triple", "cpu_features", "function", "pc", "locals", "types", "results", "imports", "resume", "code_functions", "code_offsets", "switches")
    FORMAT_VERSION_FIELD_NUMBER: _ClassVar[int]
    MODULE_SHA256_FIELD_NUMBER: _ClassVar[int]
    TRIPLE_FIELD_NUMBER: _ClassVar[int]
    CPU_FEATURES_FIELD_NUMBER: _ClassVar[int]
    FUNCTION_FIELD_NUMBER: _ClassVar[int]
    PC_FIELD_NUMBER: _ClassVar[int]
    LOCALS_FIELD_NUMBER: _ClassVar[int]
    TYPES_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    IMPORTS_FIELD_NUMBER: _ClassVar[int]
    RESUME_FIELD_NUMBER: _ClassVar[int]
    CODE_FUNCTIONS_FIELD_NUMBER: _ClassVar[int]
    CODE_OFFSETS_FIELD_NUMBER: _ClassVar[int]
    SWITCHES_FIELD_NUMBER: _ClassVar[int]
    format_version: int
    module_sha256: bytes
    triple: str
    cpu_features: _containers.RepeatedScalarFieldContainer[str]
    function: int
    pc: int
    locals: _containers.RepeatedScalarFieldContainer[int]
    types: str
    results: str
    imports: _containers.RepeatedScalarFieldContainer[str]
    resume: int
    code_functions: _containers.RepeatedScalarFieldContainer[int]
    code_offsets: _containers.RepeatedScalarFieldContainer[int]
    switches: _containers.RepeatedCompositeFieldContainer[Switch]
    def __init__(self, format_version: _Optional[int] = ..., module_sha256: _Optional[bytes] = ..., triple: _Optional[str] = ..., cpu_features: _Optional[_Iterable[str]] = ..., function: _Optional[int] = ..., pc: _Optional[int] = ..., locals: _Optional[_Iterable[int]] = ..., types: _Optional[str] = ..., results: _Optional[str] = ..., imports: _Optional[_Iterable[str]] = ..., resume: _Optional[int] = ..., code_functions: _Optional[_Iterable[int]] = ..., code_offsets: _Optional[_Iterable[int]] = ..., switches: _Optional[_Iterable[_Union[Switch, _Mapping]]] = ...) -> None: ...

class Switch(_message.Message):
    __slots__ = ("pc", "locals", "types")
    PC_FIELD_NUMBER: _ClassVar[int]
    LOCALS_FIELD_NUMBER: _ClassVar[int]
    TYPES_FIELD_NUMBER: _ClassVar[int]
    pc: int
    locals: _containers.RepeatedScalarFieldContainer[int]
    types: str
    def __init__(self, pc: _Optional[int] = ..., locals: _Optional[_Iterable[int]] = ..., types: _Optional[str] = ...) -> None: ...

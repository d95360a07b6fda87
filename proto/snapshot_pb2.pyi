from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Index(_message.Message):
    __slots__ = ("writer", "module_sha256", "module_name", "frames", "memories", "tables", "global_types", "globals", "dropped_data", "dropped_elements", "wasi", "names", "starting", "exceptions", "references")
    WRITER_FIELD_NUMBER: _ClassVar[int]
    MODULE_SHA256_FIELD_NUMBER: _ClassVar[int]
    MODULE_NAME_FIELD_NUMBER: _ClassVar[int]
    FRAMES_FIELD_NUMBER: _ClassVar[int]
    MEMORIES_FIELD_NUMBER: _ClassVar[int]
    TABLES_FIELD_NUMBER: _ClassVar[int]
    GLOBAL_TYPES_FIELD_NUMBER: _ClassVar[int]
    GLOBALS_FIELD_NUMBER: _ClassVar[int]
    DROPPED_DATA_FIELD_NUMBER: _ClassVar[int]
    DROPPED_ELEMENTS_FIELD_NUMBER: _ClassVar[int]
    WASI_FIELD_NUMBER: _ClassVar[int]
    NAMES_FIELD_NUMBER: _ClassVar[int]
    STARTING_FIELD_NUMBER: _ClassVar[int]
    EXCEPTIONS_FIELD_NUMBER: _ClassVar[int]
    REFERENCES_FIELD_NUMBER: _ClassVar[int]
    writer: str
    module_sha256: bytes
    module_name: str
    frames: _containers.RepeatedCompositeFieldContainer[Frame]
    memories: _containers.RepeatedCompositeFieldContainer[Memory]
    tables: _containers.RepeatedCompositeFieldContainer[Table]
    global_types: str
    globals: bytes
    dropped_data: _containers.RepeatedScalarFieldContainer[int]
    dropped_elements: _containers.RepeatedScalarFieldContainer[int]
    wasi: Wasi
    names: _containers.RepeatedCompositeFieldContainer[FunctionName]
    starting: bool
    exceptions: _containers.RepeatedCompositeFieldContainer[Exception]
    references: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, writer: _Optional[str] = ..., module_sha256: _Optional[bytes] = ..., module_name: _Optional[str] = ..., frames: _Optional[_Iterable[_Union[Frame, _Mapping]]] = ..., memories: _Optional[_Iterable[_Union[Memory, _Mapping]]] = ..., tables: _Optional[_Iterable[_Union[Table, _Mapping]]] = ..., global_types: _Optional[str] = ..., globals: _Optional[bytes] = ..., dropped_data: _Optional[_Iterable[int]] = ..., dropped_elements: _Optional[_Iterable[int]] = ..., wasi: _Optional[_Union[Wasi, _Mapping]] = ..., names: _Optional[_Iterable[_Union[FunctionName, _Mapping]]] = ..., starting: _Optional[bool] = ..., exceptions: _Optional[_Iterable[_Union[Exception, _Mapping]]] = ..., references: _Optional[_Iterable[str]] = ...) -> None: ...

class Exception(_message.Message):
    __slots__ = ("tag", "types", "values")
    TAG_FIELD_NUMBER: _ClassVar[int]
    TYPES_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    tag: int
    types: str
    values: bytes
    def __init__(self, tag: _Optional[int] = ..., types: _Optional[str] = ..., values: _Optional[bytes] = ...) -> None: ...

class FunctionName(_message.Message):
    __slots__ = ("function", "name")
    FUNCTION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    function: int
    name: str
    def __init__(self, function: _Optional[int] = ..., name: _Optional[str] = ...) -> None: ...

class Frame(_message.Message):
    __slots__ = ("function", "pc", "kind", "locals", "types", "values")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        AT: _ClassVar[Frame.Kind]
        IN_CALL: _ClassVar[Frame.Kind]
    AT: Frame.Kind
    IN_CALL: Frame.Kind
    FUNCTION_FIELD_NUMBER: _ClassVar[int]
    PC_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    LOCALS_FIELD_NUMBER: _ClassVar[int]
    TYPES_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    function: int
    pc: int
    kind: Frame.Kind
    locals: _containers.RepeatedScalarFieldContainer[int]
    types: str
    values: bytes
    def __init__(self, function: _Optional[int] = ..., pc: _Optional[int] = ..., kind: _Optional[_Union[Frame.Kind, str]] = ..., locals: _Optional[_Iterable[int]] = ..., types: _Optional[str] = ..., values: _Optional[bytes] = ...) -> None: ...

class Memory(_message.Message):
    __slots__ = ("pages", "encoding", "offset", "extents", "blocks", "byte_pages")
    class Encoding(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        RAW: _ClassVar[Memory.Encoding]
        ZSTD: _ClassVar[Memory.Encoding]
    RAW: Memory.Encoding
    ZSTD: Memory.Encoding
    PAGES_FIELD_NUMBER: _ClassVar[int]
    ENCODING_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    EXTENTS_FIELD_NUMBER: _ClassVar[int]
    BLOCKS_FIELD_NUMBER: _ClassVar[int]
    BYTE_PAGES_FIELD_NUMBER: _ClassVar[int]
    pages: int
    encoding: Memory.Encoding
    offset: int
    extents: _containers.RepeatedScalarFieldContainer[int]
    blocks: _containers.RepeatedScalarFieldContainer[int]
    byte_pages: bool
    def __init__(self, pages: _Optional[int] = ..., encoding: _Optional[_Union[Memory.Encoding, str]] = ..., offset: _Optional[int] = ..., extents: _Optional[_Iterable[int]] = ..., blocks: _Optional[_Iterable[int]] = ..., byte_pages: _Optional[bool] = ...) -> None: ...

class Table(_message.Message):
    __slots__ = ("element", "elements")
    ELEMENT_FIELD_NUMBER: _ClassVar[int]
    ELEMENTS_FIELD_NUMBER: _ClassVar[int]
    element: str
    elements: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, element: _Optional[str] = ..., elements: _Optional[_Iterable[int]] = ...) -> None: ...

class Wasi(_message.Message):
    __slots__ = ("args", "environ", "descriptors", "clocks", "waited", "folders")
    ARGS_FIELD_NUMBER: _ClassVar[int]
    ENVIRON_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTORS_FIELD_NUMBER: _ClassVar[int]
    CLOCKS_FIELD_NUMBER: _ClassVar[int]
    WAITED_FIELD_NUMBER: _ClassVar[int]
    FOLDERS_FIELD_NUMBER: _ClassVar[int]
    args: _containers.RepeatedScalarFieldContainer[bytes]
    environ: _containers.RepeatedScalarFieldContainer[bytes]
    descriptors: _containers.RepeatedCompositeFieldContainer[Descriptor]
    clocks: _containers.RepeatedCompositeFieldContainer[Clock]
    waited: int
    folders: _containers.RepeatedCompositeFieldContainer[Folder]
    def __init__(self, args: _Optional[_Iterable[bytes]] = ..., environ: _Optional[_Iterable[bytes]] = ..., descriptors: _Optional[_Iterable[_Union[Descriptor, _Mapping]]] = ..., clocks: _Optional[_Iterable[_Union[Clock, _Mapping]]] = ..., waited: _Optional[int] = ..., folders: _Optional[_Iterable[_Union[Folder, _Mapping]]] = ...) -> None: ...

class Folder(_message.Message):
    __slots__ = ("preopen", "host_path")
    PREOPEN_FIELD_NUMBER: _ClassVar[int]
    HOST_PATH_FIELD_NUMBER: _ClassVar[int]
    preopen: bytes
    host_path: bytes
    def __init__(self, preopen: _Optional[bytes] = ..., host_path: _Optional[bytes] = ...) -> None: ...

class Clock(_message.Message):
    __slots__ = ("id", "nanoseconds")
    ID_FIELD_NUMBER: _ClassVar[int]
    NANOSECONDS_FIELD_NUMBER: _ClassVar[int]
    id: int
    nanoseconds: int
    def __init__(self, id: _Optional[int] = ..., nanoseconds: _Optional[int] = ...) -> None: ...

class Descriptor(_message.Message):
    __slots__ = ("stdio", "file", "directory")
    STDIO_FIELD_NUMBER: _ClassVar[int]
    FILE_FIELD_NUMBER: _ClassVar[int]
    DIRECTORY_FIELD_NUMBER: _ClassVar[int]
    stdio: Stdio
    file: File
    directory: Directory
    def __init__(self, stdio: _Optional[_Union[Stdio, _Mapping]] = ..., file: _Optional[_Union[File, _Mapping]] = ..., directory: _Optional[_Union[Directory, _Mapping]] = ...) -> None: ...

class Stdio(_message.Message):
    __slots__ = ("number", "position")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    number: int
    position: int
    def __init__(self, number: _Optional[int] = ..., position: _Optional[int] = ...) -> None: ...

class File(_message.Message):
    __slots__ = ("preopen", "path", "flags", "position", "contents", "readable", "writable", "size")
    PREOPEN_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    FLAGS_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    CONTENTS_FIELD_NUMBER: _ClassVar[int]
    READABLE_FIELD_NUMBER: _ClassVar[int]
    WRITABLE_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    preopen: bytes
    path: bytes
    flags: int
    position: int
    contents: bytes
    readable: bool
    writable: bool
    size: int
    def __init__(self, preopen: _Optional[bytes] = ..., path: _Optional[bytes] = ..., flags: _Optional[int] = ..., position: _Optional[int] = ..., contents: _Optional[bytes] = ..., readable: _Optional[bool] = ..., writable: _Optional[bool] = ..., size: _Optional[int] = ...) -> None: ...

class Directory(_message.Message):
    __slots__ = ("preopen", "path", "host_path", "listing")
    PREOPEN_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    HOST_PATH_FIELD_NUMBER: _ClassVar[int]
    LISTING_FIELD_NUMBER: _ClassVar[int]
    preopen: bytes
    path: bytes
    host_path: bytes
    listing: Listing
    def __init__(self, preopen: _Optional[bytes] = ..., path: _Optional[bytes] = ..., host_path: _Optional[bytes] = ..., listing: _Optional[_Union[Listing, _Mapping]] = ...) -> None: ...

class Listing(_message.Message):
    __slots__ = ("entries",)
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[Entry]
    def __init__(self, entries: _Optional[_Iterable[_Union[Entry, _Mapping]]] = ...) -> None: ...

class Entry(_message.Message):
    __slots__ = ("name", "inode", "filetype")
    NAME_FIELD_NUMBER: _ClassVar[int]
    INODE_FIELD_NUMBER: _ClassVar[int]
    FILETYPE_FIELD_NUMBER: _ClassVar[int]
    name: bytes
    inode: int
    filetype: int
    def __init__(self, name: _Optional[bytes] = ..., inode: _Optional[int] = ..., filetype: _Optional[int] = ...) -> None: ...

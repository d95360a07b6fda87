"""A checkpoint toolchain for WebAssembly: compile a module to native code, run it.

    aot = mvvm.compile(wasm)                       # bytes of an .aot file
    program = mvvm.load(aot)                       # or a path
    instance = mvvm.Instance(program, {"env": {"f": mvvm.Func(mvvm.FuncType("i", "i"), abs)}})
    instance.exports["main"](1)

Names are imported when they are first used, so that running a program does not import the compiler.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mvvm.compiler import compile_module as compile
    from mvvm.migrate.api import Finished as Finished
    from mvvm.migrate.api import Restored as Restored
    from mvvm.migrate.api import checkpoint as checkpoint
    from mvvm.migrate.api import request as request
    from mvvm.migrate.api import restore as restore
    from mvvm.migrate.prepare import prepare as prepare
    from mvvm.migrate.recompile import load_or_compile as load_or_compile
    from mvvm.migrate.snapshot import Snapshot as Snapshot
    from mvvm.options import CompileOptions as CompileOptions
    from mvvm.options import Policy as Policy
    from mvvm.options import Target as Target
    from mvvm.runtime.func import Func as Func
    from mvvm.runtime.global_ import Global as Global
    from mvvm.runtime.instance import Instance as Instance
    from mvvm.runtime.memory import Memory as Memory
    from mvvm.runtime.program import Program as Program
    from mvvm.runtime.program import load as load
    from mvvm.runtime.table import Table as Table
    from mvvm.runtime.tag import Tag as Tag
    from mvvm.runtime.wasi import Wasi as Wasi
    from mvvm.version import __version__ as __version__
    from mvvm.wasm.types import FuncType as FuncType
    from mvvm.wasm.types import GlobalType as GlobalType
    from mvvm.wasm.types import Limits as Limits
    from mvvm.wasm.types import TableType as TableType

_HOMES = {
    "CompileOptions": "mvvm.options",
    "Finished": "mvvm.migrate.api",
    "Func": "mvvm.runtime.func",
    "FuncType": "mvvm.wasm.types",
    "Global": "mvvm.runtime.global_",
    "GlobalType": "mvvm.wasm.types",
    "Instance": "mvvm.runtime.instance",
    "Limits": "mvvm.wasm.types",
    "Memory": "mvvm.runtime.memory",
    "Policy": "mvvm.options",
    "Program": "mvvm.runtime.program",
    "Restored": "mvvm.migrate.api",
    "Snapshot": "mvvm.migrate.snapshot",
    "Table": "mvvm.runtime.table",
    "TableType": "mvvm.wasm.types",
    "Tag": "mvvm.runtime.tag",
    "Target": "mvvm.options",
    "Wasi": "mvvm.runtime.wasi",
    "__version__": "mvvm.version",
    "checkpoint": "mvvm.migrate.api",
    "compile": "mvvm.compiler",
    "load": "mvvm.runtime.program",
    "load_or_compile": "mvvm.migrate.recompile",
    "prepare": "mvvm.migrate.prepare",
    "request": "mvvm.migrate.api",
    "restore": "mvvm.migrate.api",
}
__all__ = [
    "CompileOptions",
    "Finished",
    "Func",
    "FuncType",
    "Global",
    "GlobalType",
    "Instance",
    "Limits",
    "Memory",
    "Policy",
    "Program",
    "Restored",
    "Snapshot",
    "Table",
    "TableType",
    "Tag",
    "Target",
    "Wasi",
    "__version__",
    "checkpoint",
    "compile",
    "load",
    "load_or_compile",
    "prepare",
    "request",
    "restore",
]


def __getattr__(name: str) -> object:
    """Import a public name from its home (PEP 562)."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'mvvm' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(home), "compile_module" if name == "compile" else name)
    globals()[name] = value
    return value

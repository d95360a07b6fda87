"""What is compiled for a program, from what its `.aot` file says of itself: continuations, the module for another CPU.

A `Compiled` is a Program or an AotContents: the code of a module for one target, loaded or not.
"""

from __future__ import annotations

from mvvm import cache
from mvvm.abi.sections import FORMAT_VERSION
from mvvm.errors import EnvironmentFailure
from mvvm.migrate import importing
from mvvm.version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Protocol

    from mvvm.compiler import ContinuationCompiler
    from mvvm.options import CompileOptions
    from mvvm.runtime import metadata
    from mvvm.runtime.points import PointTable

    Label = tuple[int, int, int]  # function index, byte offset in the module, AT or IN_CALL

    class Compiled(Protocol):
        """Code for one target."""

        target: metadata.Target
        wasm: memoryview

        @property
        def points(self) -> PointTable:
            """Its stable points."""

        @property
        def local_functions(self) -> set[int]:
            """The functions that only its own code may call."""


CONTINUATION = ".continuation"  # the suffix of an entry of the cache


def compiler() -> ModuleType:
    """The module mvvm.compiler. Raises EnvironmentFailure where what it needs is not installed."""
    try:
        with importing.lock:
            import mvvm.compiler
    except ModuleNotFoundError as error:
        raise EnvironmentFailure(
            f"nothing can be compiled here, since {error.name} is not installed: have an .aot file made with "
            "--target for this machine, and the snapshot prepared for it (mvvm prepare), where it is"
        ) from None
    return mvvm.compiler


def continuation_compiler(code: Compiled) -> ContinuationCompiler:
    """A compiler of continuations that call `code`. Raises EnvironmentFailure."""
    made: ContinuationCompiler = compiler().ContinuationCompiler(
        bytes(code.wasm),
        options_of(code.target),
        code.points.suspending,
        code.local_functions,
        code.points.throwing or None,
    )
    return made


def about(code: Compiled) -> bytes:
    """All that a continuation depends on but its label."""
    target = code.target
    return repr(
        (
            __version__,
            FORMAT_VERSION,
            target.module_sha256,
            target.triple,
            sorted(target.cpu_features),
            target.opt_level,
            target.aux_stack_check,
            target.checkpoint,
            target.threshold_bits,
            target.canonicalize_nans,
            sorted(code.local_functions),
        )
    ).encode()


def continuation_key(about: bytes, label: Label) -> str:
    """The name in the cache of a continuation from a label of what `about` is about."""
    return cache.key(about, repr(label).encode())


def options_of(target: metadata.Target) -> CompileOptions:
    """The options that code was compiled with."""
    from mvvm.options import CompileOptions, Policy, Target

    return CompileOptions(
        target.opt_level,
        Target(target.triple.split("-")[0], target.cpu, tuple(target.cpu_features)),
        target.aux_stack_check,
        Policy(target.checkpoint),
        target.threshold_bits or CompileOptions.threshold_bits,
        target.canonicalize_nans,
    )

"""Continuations of a program: in memory, in the user's cache, or compiled now."""

from __future__ import annotations

import _thread
from _weakref import ref

from mvvm import cache
from mvvm.abi.sections import FORMAT_VERSION
from mvvm.abi.view import AT
from mvvm.errors import InputError
from mvvm.migrate import importing
from mvvm.runtime.continuation import Continuation, load_continuation
from mvvm.version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mvvm.abi.view import Frame
    from mvvm.compiler import ContinuationCompiler
    from mvvm.options import CompileOptions
    from mvvm.runtime.program import Program

    Label = tuple[int, int, int]  # function index, byte offset in the module, AT or IN_CALL

_SUFFIX = ".continuation"


class Continuations:
    """Finds the continuations of a program. Those that are compiled are kept in the user's cache.

    `warn` is told where they cannot be. Safe in several threads. The caller keeps the program.
    """

    def __init__(self, program: Program, warn: Callable[[str], None] | None = None) -> None:
        self._program = ref(program)  # which has the code of its continuations: it may keep this
        self._warn = warn or (lambda _: None)
        self._known: dict[Label, Continuation] = {}
        self._lock = _thread.allocate_lock()  # LLVM compiles one at a time
        self._compiler: ContinuationCompiler | None = None
        self._about: bytes | None = None

    @property
    def program(self) -> Program:
        """The program."""
        program = self._program()
        assert program is not None
        return program

    def find(self, frame: Frame) -> Continuation:
        """The continuation from a frame. Raises BadSnapshot where there can be none, and what compiling raises."""
        return self._find((frame.function, frame.pc, frame.kind))

    def find_all(self, frames: Iterable[Frame]) -> None:
        """Find those of frames, and those that they switch to. Raises as `find` does."""
        # Each once: of a deep recursion there are many.
        labels = list(dict.fromkeys((frame.function, frame.pc, frame.kind) for frame in frames))
        known = set(labels)
        for label in labels:  # grows
            found = self._find(label)
            switches = {(found.function, pc, AT) for pc in found.switches}
            labels.extend(sorted(switches - known))
            known.update(switches)

    def find_ahead(self, frames: list[Frame]) -> None:
        """As find_all, in a thread of its own: they are not needed yet."""

        def work() -> None:
            try:
                self.find_all(frames)
            except BaseException:  # it will happen again when the frame is reached, where somebody sees it
                return

        _thread.start_new_thread(work, ())

    def _find(self, label: Label) -> Continuation:
        found = self._known.get(label)
        if found is not None:
            return found
        with self._lock:
            found = self._known.get(label)
            if found is None:
                found = self._known[label] = self._load(label) or self._compile(label)
            return found

    def _load(self, label: Label) -> Continuation | None:
        """Map what the cache has; whatever is wrong with it costs time, never a result."""
        contents = cache.read(self._key(label), _SUFFIX)
        if contents is None:
            return None
        try:
            return load_continuation(self.program, contents)
        except InputError:
            return None

    def _compile(self, label: Label) -> Continuation:
        if self._compiler is None:
            with importing.lock:
                from mvvm.compiler import ContinuationCompiler

            program = self.program
            self._compiler = ContinuationCompiler(
                bytes(program.wasm), options_of(program), program.points.suspending, program.local_functions
            )
        contents = self._compiler.compile(label)
        try:
            cache.write(self._key(label), _SUFFIX, contents)
        except OSError as error:
            self._warn(f"what was compiled is not kept: {cache.folder()}: {error.strerror}")
        return load_continuation(self.program, contents)

    def _key(self, label: Label) -> str:
        """All that a continuation depends on."""
        program = self.program
        target = program.target
        if self._about is None:
            about = (
                __version__,
                FORMAT_VERSION,
                target.module_sha256,
                target.triple,
                sorted(target.cpu_features),
                target.opt_level,
                target.aux_stack_check,
                target.checkpoint,
                target.threshold_bits,
                sorted(program.local_functions),
            )
            self._about = repr(about).encode()
        return cache.key(self._about, repr(label).encode())


def options_of(program: Program) -> CompileOptions:
    """The options that a program was compiled with."""
    from mvvm.options import CompileOptions, Policy, Target

    target = program.target
    return CompileOptions(
        target.opt_level,
        Target(target.triple.split("-")[0], target.cpu, tuple(target.cpu_features)),
        target.aux_stack_check,
        Policy(target.checkpoint),
        target.threshold_bits or CompileOptions.threshold_bits,
    )

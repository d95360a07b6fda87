"""Continuations of a program: in memory, prepared, in the user's cache, or compiled now."""

from __future__ import annotations

import _thread
import os
from _weakref import ref

from mvvm import cache, cpu
from mvvm.abi.view import AT
from mvvm.errors import InputError
from mvvm.migrate.compiling import CONTINUATION, about, continuation_compiler, continuation_key
from mvvm.runtime.continuation import Continuation, load_continuation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mvvm.abi.view import Frame
    from mvvm.compiler import ContinuationCompiler, Progress
    from mvvm.migrate.compiling import Label
    from mvvm.runtime.program import Program


class Continuations:
    """Finds the continuations of a program. Those that are compiled are kept in the user's cache.

    `warn` is told where they cannot be. Safe in several threads. The caller keeps the program.
    """

    def __init__(self, program: Program, warn: Callable[[str], None] | None = None) -> None:
        self._program = ref(program)  # which has the code of its continuations: it may keep this
        self._warn = warn or (lambda _: None)
        self._prepared: list[str] = []
        self._known: dict[Label, Continuation] = {}
        self._lock = _thread.allocate_lock()  # LLVM compiles one at a time
        self._compiler: ContinuationCompiler | None = None
        self._about: bytes | None = None

    def add_prepared(self, folder: str) -> None:
        """Look in a folder, too, for what was compiled ahead of time (mvvm.migrate.prepare)."""
        folder = os.path.join(folder, cpu.host_architecture())
        if folder not in self._prepared:
            self._prepared.append(folder)

    @property
    def program(self) -> Program:
        """The program."""
        program = self._program()
        assert program is not None
        return program

    def find(self, frame: Frame, progress: Progress | None = None) -> Continuation:
        """The continuation from a frame. Raises BadSnapshot where there can be none, and what compiling raises.

        `progress` is called with 0 and 1 before it is compiled, if it is.
        """
        return self._find((frame.function, frame.pc, frame.kind), progress)

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

    def _find(self, label: Label, progress: Progress | None = None) -> Continuation:
        found = self._known.get(label)
        if found is not None:
            return found
        with self._lock:
            found = self._known.get(label)
            if found is None:
                found = self._load(label)
                if found is None:
                    if progress is not None:
                        progress(0, 1)
                    found = self._compile(label)
                self._known[label] = found
            return found

    def _load(self, label: Label) -> Continuation | None:
        """Map what was prepared or is in the cache; whatever is wrong with it costs time, never a result."""
        key = self._key(label)
        for where in (*self._prepared, None):
            contents = cache.read(key, CONTINUATION, where)
            if contents is None:
                continue
            try:
                return load_continuation(self.program, contents)
            except InputError:
                pass
        return None

    def _compile(self, label: Label) -> Continuation:
        if self._compiler is None:
            self._compiler = continuation_compiler(self.program)
        contents = self._compiler.compile(label)
        try:
            cache.write(self._key(label), CONTINUATION, contents)
        except OSError as error:
            self._warn(f"what was compiled is not kept: {cache.folder()}: {error.strerror}")
        return load_continuation(self.program, contents)

    def _key(self, label: Label) -> str:
        if self._about is None:
            self._about = about(self.program)
        return continuation_key(self._about, label)

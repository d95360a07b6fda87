"""Making ahead of time what restoring a snapshot needs of a compiler, for machines that have none or no time.

It goes into a folder beside the snapshot, with a folder for each architecture in it, whose files are named as those of
the cache: the continuations from all frames, those that they switch to, and the program where its `.aot` file has no
code for the architecture. It is native code: to be trusted as much as an `.aot` file is.
"""

from __future__ import annotations

import os

from mvvm import cache
from mvvm.abi.view import AT
from mvvm.errors import EnvironmentFailure
from mvvm.migrate.compiling import CONTINUATION, about, compiler, continuation_compiler, continuation_key
from mvvm.migrate.recompile import options_for
from mvvm.runtime.aot_contents import AotContents
from mvvm.runtime.continuation import switches_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from mvvm.compiler import ContinuationCompiler, Progress
    from mvvm.migrate.snapshot import Snapshot


def prepare(
    snapshot: Snapshot,
    aot: bytes,
    architecture: str,
    folder: str,
    compiling: Progress | None = None,
    found: Callable[[int, int], None] | None = None,
) -> int:
    """Make all that an architecture needs to go on from a snapshot of the program in the `.aot` file `aot`.

    What `folder` has for the architecture and other snapshots is removed. `compiling` is called while the program is
    compiled, as compile_module's `progress`; `found` with the number of continuations made, and of those known of.
    Returns the number of files. Raises InputError; EnvironmentFailure where there is no compiler or the folder cannot
    be written.
    """
    first = AotContents(aot)
    snapshot.check_module(first.target.module_sha256)
    entries = _Entries(os.path.join(folder, architecture))
    try:
        if architecture in first.architectures:
            code = AotContents(aot, architecture)
        else:
            code = _compiled(first, architecture, entries, compiling)
        labels = list(dict.fromkeys((frame.function, frame.pc, frame.kind) for frame in snapshot.view.frames))
        known = set(labels)
        prefix = about(code)
        continuations: ContinuationCompiler | None = None
        for number, label in enumerate(labels):  # grows
            if found is not None:
                found(number, len(labels))
            name = continuation_key(prefix, label)
            contents = entries.find(name, CONTINUATION)
            if contents is None:
                continuations = continuations or continuation_compiler(code)
                contents = entries.add(name, CONTINUATION, continuations.compile(label))
            switches = {(label[0], pc, AT) for pc in switches_of(contents)} - known
            labels.extend(sorted(switches))
            known |= switches
        entries.remove_others()
    except OSError as error:
        raise EnvironmentFailure(f"cannot write {entries.where}: {error.strerror}") from None
    return len(entries.names)


def _compiled(aot: AotContents, architecture: str, entries: _Entries, progress: Progress | None) -> AotContents:
    """What the module is compiled to for an architecture, as on the machine itself."""
    options = options_for(aot.target, architecture)
    name = cache.program_key(aot.wasm, options)
    contents = entries.find(name, cache.AOT)
    if contents is None:
        compiled: bytes = compiler().compile_module(bytes(aot.wasm), options, None, progress)
        contents = entries.add(name, cache.AOT, compiled)
    return AotContents(bytes(contents))


class _Entries:
    """The files in a folder `where`; `names` are those that were found or added."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.names: set[str] = set()

    def find(self, name: str, suffix: str) -> memoryview | None:
        """The contents of an entry that is there already, or in the user's cache: then it is put there."""
        contents = cache.read(name, suffix, self.where)
        if contents is not None:
            self.names.add(name + suffix)
            return contents
        contents = cache.read(name, suffix)
        return None if contents is None else self.add(name, suffix, contents)

    def add(self, name: str, suffix: str, contents: bytes | memoryview) -> memoryview:
        """Write an entry. Raises OSError."""
        cache.write(name, suffix, contents, self.where)
        self.names.add(name + suffix)
        return memoryview(contents)

    def remove_others(self) -> None:
        """Remove the entries that were neither found nor added. Raises OSError."""
        for name in os.listdir(self.where):
            if name not in self.names and name.endswith((CONTINUATION, cache.AOT)):
                os.unlink(os.path.join(self.where, name))

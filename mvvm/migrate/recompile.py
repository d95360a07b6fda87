"""An `.aot` file of another ISA, or of a CPU that has more than this one: its module, compiled again for this one."""

from __future__ import annotations

import hashlib
import os

from mvvm import cpu
from mvvm.abi import elf, sections
from mvvm.cache import load_cached
from mvvm.errors import BadAotFile, EnvironmentFailure, IncompatibleAot, InputError
from mvvm.migrate.compiling import compiler, options_of
from mvvm.runtime import metadata
from mvvm.runtime.image import architectures, image_for
from mvvm.runtime.program import Program, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

    from mvvm.compiler import Progress
    from mvvm.options import CompileOptions, Target


def load_or_compile(
    path: str | PathLike[str],
    *,
    prepared: str | None = None,
    note: Callable[[str], None] | None = None,
    progress: Progress | None = None,
    warn: Callable[[str], None] | None = None,
) -> Program:
    """Load an `.aot` file; where this machine cannot run its code, compile the module in it, as it was compiled.

    What is compiled is kept in the user's cache; it may be in the folder `prepared` already. `note` is told before it
    is compiled, `progress` while, as compile_module's, `warn` where it cannot be kept. Raises what `load` raises
    (IncompatibleAot only for a file of a later version), and EnvironmentFailure where nothing can be compiled here.
    """
    try:
        return load(path)
    except IncompatibleAot as error:
        incompatible = error
    path = os.fspath(path)
    wasm, targets = _read(path)
    if targets[0].format_version > sections.FORMAT_VERSION:
        raise incompatible
    options = options_for(targets[0], cpu.host_architecture())

    def compile() -> bytes:
        reason = f"{path}: {_reason(targets)}"
        try:
            module = compiler()
        except EnvironmentFailure as error:
            raise EnvironmentFailure(f"{reason}, this machine is {cpu.host_architecture()}, and {error}") from None
        if note is not None:
            note(f"{reason}: its module is compiled for this machine, {options.target.architecture}")
        aot: bytes = module.compile_module(wasm, options, None, progress)
        return aot

    return load_cached(wasm, options, compile, warn or (lambda _: None), prepared)


def options_for(made_for: metadata.Target, architecture: str) -> CompileOptions:
    """The options of code, for an architecture instead: for any CPU of it, if this machine is none that lacks that."""
    from dataclasses import replace

    return replace(options_of(made_for), target=_target(architecture))


def _target(architecture: str) -> Target:
    from mvvm.options import Target

    target = Target.parse(architecture)
    is_other = architecture != cpu.host_architecture()
    if is_other or not cpu.missing_features(architecture, target.features):
        return target
    return Target.parse(architecture, "native")


def _read(path: str) -> tuple[bytes, list[metadata.Target]]:
    """The module, and what there is code for: this machine's architecture first, if it is among them.

    Only what every format version has is read.
    """
    here = cpu.host_architecture()
    targets = []
    try:
        with open(path, "rb") as file:
            whole = elf.read(file.read())
        for architecture in sorted(architectures(whole), key=lambda name: name != here):
            image = image_for(whole, architecture)
            assert image is not None
            targets.append(metadata.Target(bytes(image.section(sections.TARGET).contents)))
        wasm = bytes(whole.section(sections.WASM).contents)
        if hashlib.sha256(wasm).digest() != targets[0].module_sha256:
            raise BadAotFile("damaged .aot file: the Wasm module in it is not the one that its code was made from")
    except InputError as error:
        raise type(error)(f"{path}: {error}") from None
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    return wasm, targets


def _reason(targets: list[metadata.Target]) -> str:
    """Why there is nothing to run."""
    first = targets[0]
    if first.format_version != sections.FORMAT_VERSION:
        return f"it was written by mvvm {first.compiler_version}, in format {first.format_version}"
    names = [target.triple.split("-")[0] for target in targets]
    if names[0] != cpu.host_architecture():
        return f"it has code for {' and '.join(names)}"
    missing = cpu.missing_features(names[0], first.cpu_features)
    return f"it is for CPU {first.cpu}, and this one lacks {', '.join(missing)}"

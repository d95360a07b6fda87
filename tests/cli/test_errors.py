"""Mistakes: one line each, with the exit status of mvvm.errors."""

from __future__ import annotations

import ctypes
from pathlib import Path

import pytest

import mvvm
from mvvm.abi import sections
from mvvm.aot.elf_file import write
from mvvm.aot.link import link
from mvvm.aot.machines import MACHINES
from mvvm.aot.metadata import metadata
from mvvm.compiler import emit_parts, read_valid_module
from mvvm.lower.function import ModuleFacts
from tests.cli import guests
from tests.cli.commands import fail, run, succeed

_FOREIGN = "aarch64" if mvvm.Target.parse().architecture == "x86_64" else "x86_64"
COMMANDS = ("mvvm-compile", "mvvm-run", "mvvm-inspect")


@pytest.mark.parametrize("name", COMMANDS)
def test_a_missing_file(name: str, tmp_path: Path) -> None:
    missing = tmp_path / "missing.aot"
    assert fail(2, name, missing) == f"{name}: error: {missing}: No such file or directory"


@pytest.mark.parametrize("name", COMMANDS)
def test_a_folder_in_place_of_a_file(name: str, tmp_path: Path) -> None:
    assert fail(2, name, tmp_path) == f"{name}: error: {tmp_path}: Is a directory"


@pytest.mark.parametrize("name", COMMANDS)
def test_a_file_without_permission(name: str, tmp_path: Path) -> None:
    file = tmp_path / "secret.wasm"
    file.write_bytes(b"\0asm")
    file.chmod(0)
    assert fail(2, name, file, preexec_fn=_drop_capabilities) == f"{name}: error: {file}: Permission denied"


def _drop_capabilities() -> None:
    """Make root obey permissions; for others it changes nothing."""
    pr_capbset_drop, cap_dac_override, cap_dac_read_search = 24, 1, 2
    for capability in (cap_dac_override, cap_dac_read_search):
        ctypes.CDLL(None).prctl(pr_capbset_drop, capability, 0, 0, 0)


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("contents", [b"", b"hello", b"\0asm", b"\xff\xfe\xfd", b"(module", b"\0asm\1\0\0\0\1"])
def test_what_is_no_module(name: str, contents: bytes, tmp_path: Path) -> None:
    file = tmp_path / "not.wasm"
    file.write_bytes(contents)
    assert fail(2, name, file).startswith(f"{name}: error: {file}: ")


@pytest.mark.parametrize("name", ["mvvm-run", "mvvm-inspect"])
def test_an_aot_file_that_is_none(name: str, tmp_path: Path) -> None:
    for contents in (b"", b"\0asm\1\0\0\0", b"\x7fELF", b"\x7fELF" + bytes(100)):
        (tmp_path / "not.aot").write_bytes(contents)
        assert "not an .aot file" in fail(2, name, tmp_path / "not.aot")


@pytest.mark.parametrize("name", ["mvvm-run", "mvvm-inspect"])
def test_a_truncated_file(name: str, math: Path, tmp_path: Path) -> None:
    whole = math.read_bytes()
    for size in (len(whole) - 1, len(whole) // 2, 100):
        (tmp_path / "short.aot").write_bytes(whole[:size])
        assert "truncated" in fail(2, name, tmp_path / "short.aot")


def test_a_file_for_another_machine(compiled: Path, tmp_path: Path) -> None:
    arguments = "--invoke", "factorial", compiled / "foreign.aot", "5"
    cache = {"XDG_CACHE_HOME": str(tmp_path)}
    done = run("mvvm-run", *arguments, env=cache)
    assert (done.returncode, done.stdout) == (0, "120\n")
    assert f"foreign.aot: it has code for {_FOREIGN}: its module is compiled for this machine" in done.stderr
    assert succeed("mvvm-run", *arguments, env=cache) == "120\n"


@pytest.mark.parametrize("name", ["mvvm-run", "mvvm-inspect"])
def test_a_file_of_a_future_version(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = mvvm.CompileOptions()
    module = read_valid_module(guests.LIBRARY.encode())
    machine = MACHINES[options.target.architecture]
    image = link(emit_parts(guests.LIBRARY.encode(), options, "obj"), machine)
    monkeypatch.setattr(sections, "FORMAT_VERSION", 1000)
    about = {**metadata(module, image, [], ModuleFacts(module, options), options, "99.9"), sections.WASM: module.data}
    (tmp_path / "future.aot").write_bytes(write(image, machine, about))
    message = fail(2, name, tmp_path / "future.aot")
    assert "has format 1000 (written by mvvm 99.9)" in message


def test_an_import_that_nothing_gives(tmp_path: Path) -> None:
    (tmp_path / "needy.aot").write_bytes(mvvm.compile(b'(module (import "env" "f" (func)))'))
    assert "the program needs the function env.f" in fail(2, "mvvm-run", tmp_path / "needy.aot")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("mvvm-compile",), "mvvm-compile: error: Missing argument 'FILE' (see mvvm-compile --help)"),
        (("mvvm-run",), "mvvm-run: error: Missing argument 'FILE' (see mvvm-run --help)"),
        (("mvvm-run", "--nothing", "x"), "mvvm-run: error: No such option: --nothing"),
        (("mvvm-run", "--dir"), "mvvm-run: error: Option '--dir' requires an argument (see mvvm-run --help)"),
        (("mvvm", "nothing"), "mvvm: error: No such command 'nothing'"),
        (("mvvm",), "mvvm: error: Missing command (see mvvm --help)"),
        (("mvvm-compile", "-O", "4", "x"), "mvvm-compile: error: the optimization level is 0 to 3, not 4"),
        (("mvvm-compile", "--target", "sparc", "x"), "mvvm-compile: error: unknown target 'sparc'"),
        (("mvvm-compile", "--cpu", "z80", "x"), "mvvm-compile: error: unknown CPU 'z80'"),
        (("mvvm-compile", "--cpu-features", "+warp", "x"), "mvvm-compile: error: unknown CPU feature '+warp'"),
        (("mvvm-compile", "--emit", "exe", "x"), "mvvm-compile: error: Invalid value for '--emit'"),
        (("mvvm-compile", "-j", "0", "x"), "mvvm-compile: error: Invalid value for '--jobs' / '-j'"),
    ],
)
def test_mistakes_on_the_command_line(arguments: tuple[str, ...], said: str) -> None:
    assert fail(2, *arguments).startswith(said)


@pytest.mark.parametrize("place", ["missing/out.aot", "."])
def test_output_that_cannot_be_made(place: str, tmp_path: Path) -> None:
    module = tmp_path / "library.wat"
    module.write_text(guests.LIBRARY)
    assert "cannot write" in fail(2, "mvvm-compile", "-o", tmp_path / place, module)


def test_help_and_version_succeed() -> None:
    for name in ("mvvm", *COMMANDS):
        assert run(name, "--version").stdout == f"mvvm {mvvm.__version__}\n"
        done = run(name, "--help")
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith(f"Usage: {name} [OPTIONS]")
        assert ("Exit status:" in done.stdout) is (name != "mvvm")
        assert ("Examples:" in done.stdout) is (name != "mvvm")


def test_tracebacks_are_for_those_who_ask() -> None:
    assert "Traceback" not in run("mvvm-run", "missing").stderr
    done = run("mvvm-run", "missing", env={"MVVM_DEBUG": "1"})
    assert "Traceback" in done.stderr
    assert done.stderr.endswith("mvvm-run: error: missing: No such file or directory\n")


def test_a_bug_is_told_as_one(math: Path, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import mvvm.cli.run\nmvvm.cli.run.load = lambda path: 1 / 0\n")
    message = fail(70, "mvvm-run", math, env={"PYTHONPATH": str(tmp_path)})
    assert message.startswith("mvvm-run: internal error: ZeroDivisionError: division by zero")
    assert "please report it" in message

"""Starting a program: the parser that does without Typer, and what is imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import typer

import mvvm
from mvvm.cli import restore_options, run_options
from mvvm.cli.main import application
from mvvm.cli.plain_options import FLAG, LIST
from mvvm.cli.restore_options import RestoreOptions
from mvvm.cli.run_options import RunOptions, parse
from mvvm.errors import UsageError
from tests.cli.commands import environment, run

# Other packages, the compiler, and modules of the standard library that take long to import.
_UNWANTED = {
    *("typer", "click", "rich", "llvmlite", "lief", "capstone", "wasmtime", "google", "google.protobuf"),
    *("typing", "dataclasses", "enum", "re", "pathlib", "contextlib", "functools", "collections", "inspect"),
    *("hashlib", "threading", "signal", "subprocess", "argparse", "logging", "json", "tempfile", "importlib.metadata"),
    *("mvvm.compiler", "mvvm.options", "mvvm.cache", "mvvm.cli.main", "mvvm.wasm.decode", "mvvm.wasm.code"),
}
_ONLY_TO_WRITE = {
    "mvvm.migrate.writer",
    "mvvm.files",
    "mvvm.proto.snapshot_pb2",
    "mvvm.runtime.wasi.capture",
    "weakref",
}
# Like a machine that has none of the packages that mvvm depends on.
_BLOCK = """
import sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"typer", "click", "rich", "llvmlite", "lief", "capstone", "wasmtime", "google"}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Block())
"""
_RUN = "import sys; from mvvm.cli.run_entry import main; main()"
_RESTORE = "import sys; from mvvm.cli.restore_entry import main; main()"
_ROOT = str(Path(mvvm.__file__).parents[1])


def _typer_options(command: str) -> dict[str, tuple[str, bool, bool]]:
    """Each option of a command of Typer's: its parameter, whether it stands alone, whether it is repeatable."""
    parameters = typer.main.get_command(application(command)).params
    return {
        flag: (parameter.name or "", bool(getattr(parameter, "is_flag", False)), parameter.multiple)
        for parameter in parameters
        if parameter.param_type_name == "option"
        for flag in parameter.opts
        if flag not in ("--version", "--help")
    }


@pytest.mark.parametrize(
    ("command", "options"), [("mvvm-run", run_options.OPTIONS), ("mvvm-restore", restore_options.OPTIONS)]
)
def test_both_parsers_have_the_same_options(command: str, options: dict[str, tuple[str, int]]) -> None:
    ours = {flag: (field, kind == FLAG, kind == LIST) for flag, (field, kind) in options.items()}
    assert ours == _typer_options(command)


def _typer_parse(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> RunOptions:
    seen: list[RunOptions] = []
    monkeypatch.setattr("mvvm.cli.run.run", lambda command, options: seen.append(options))
    action = typer.main.get_command(application("mvvm-run"))(arguments, "mvvm-run", standalone_mode=False)
    action("mvvm-run")
    return seen[0]


@pytest.mark.parametrize(
    "arguments",
    [
        ["f"],
        ["f", "a", "--", "b"],
        ["f", "--", "--dir", "x"],
        ["f", "--dir", "x"],
        ["--", "f", "--", "a"],
        ["--dir", "a", "--dir=b::c", "--env", "A=b=c", "--env=", "f"],
        ["--invoke", "--dir", "f", "-1"],
        ["--invoke", "a", "--invoke", "b", "-O", "1", "--opt-level=2", "f"],
        ["-q", "--max-memory=1G", "--stdin", "-", "--cpu", "native", "f"],
        ["--quiet", "-", "-"],
        ["", ""],
    ],
)
def test_both_parsers_understand_the_same(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    fast, slow = parse(arguments), _typer_parse(arguments, monkeypatch)
    assert fast is not None
    for field in RunOptions.__slots__:
        value, other = getattr(fast, field), getattr(slow, field)
        if field in ("args", "dirs", "env"):
            value, other = list(value), list(other)
        assert value == other, field


@pytest.mark.parametrize(
    "arguments",
    [[], ["--"], ["--help"], ["--version"], ["--dir"], ["--quiet=1", "f"], ["-O2", "f"], ["--unknown", "f"]],
)
def test_the_rest_is_left_to_typer(arguments: list[str]) -> None:
    assert parse(arguments) is None


@pytest.mark.parametrize(
    "arguments",
    [
        ["-t", "f"],
        ["--target=f", "--snapshot", "s", "-d", "a", "-d", "b", "-m", "c::d", "--dir=e", "--map-dir", "f::g::h"],
        ["-t", "f", "-t", "g", "-x", "3", "-f", "-1", "--leave-running", "-i", "--verify", "-q"],
        [
            "-t",
            "f",
            "--count=7",
            "--after",
            "2s",
            "--every=1m",
            "--trigger-file",
            "t",
            "--zstd",
            "3",
            "-o",
            "o",
            "-s",
            "-",
        ],
        ["-t", "", "--function-count", "", "--debug", "--quiet"],
    ],
)
def test_both_parsers_of_restore_understand_the_same(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[RestoreOptions] = []
    monkeypatch.setattr("mvvm.cli.restore.restore", lambda command, options: seen.append(options))
    typer.main.get_command(application("mvvm-restore"))(arguments, "mvvm-restore", standalone_mode=False)(
        "mvvm-restore"
    )
    fast, slow = restore_options.parse(arguments), seen[0]
    assert fast is not None
    for field in RestoreOptions.__slots__:
        if field != "triggers":
            assert getattr(fast, field) == getattr(slow, field), field
    for field in type(fast.triggers).__slots__:
        assert getattr(fast.triggers, field) == getattr(slow.triggers, field), field


@pytest.mark.parametrize(
    "arguments",
    [[], ["--help"], ["-t"], ["-s", "x"], ["-t", "f", "more"], ["-tf"], ["-t", "f", "--verify=1"], ["--unknown"]],
)
def test_the_rest_of_restore_is_left_to_typer(arguments: list[str]) -> None:
    assert restore_options.parse(arguments) is None
    with pytest.raises(UsageError, match="write GUEST::HOST"):
        restore_options.parse(["-t", "f", "-m", "x"])


def test_unusual_spellings_work_through_typer(math: Path) -> None:
    done = run("mvvm-run", "-q", "-O2", math)
    assert (done.returncode, "is compiled already" in done.stderr) == (2, True)


def test_a_program_runs_without_any_of_the_packages(math: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _BLOCK + _RUN, "--invoke", "add", str(math), "1", "2"],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "3\n", "")
    trap = subprocess.run(
        [sys.executable, "-c", _BLOCK + _RUN, "--invoke", "divide_by_zero", str(math)],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert trap.returncode == 134


@pytest.fixture
def stopped(teller: Path) -> Path:
    """A program with a snapshot beside it, of which all continuations are in the cache."""
    assert run("mvvm-checkpoint", "-t", teller, "-f", "tell", input="a").returncode == 0
    assert run("mvvm-restore", "-t", teller, input=".").stdout == "1. "
    return teller


def test_a_program_is_restored_without_any_of_the_packages(stopped: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _BLOCK + _RESTORE, "-t", str(stopped)],
        env=environment(),
        input="b2",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (2, "1b 22 ", "")


def test_nothing_that_takes_long_is_imported_by_a_restore(stopped: Path) -> None:
    imported = _imported(_RESTORE, ["-t", str(stopped)], "b.", "1b 2. ")
    assert "mvvm.cli.restore" in imported
    # The cache is read.
    assert imported & (_UNWANTED | _ONLY_TO_WRITE) == {"mvvm.cache"}


def test_nothing_that_takes_long_is_imported(echo: Path) -> None:
    imported = _imported(_RUN, [str(echo), "argument"], "", "echo.aot\0argument\0")
    assert "mvvm.cli.run_entry" in imported
    assert imported & _UNWANTED == set()


def _imported(program: str, arguments: list[str], stdin: str, stdout: str) -> set[str]:
    """What a program imports that succeeds with an output."""
    # Without `site`, which imports much of its own in some installations.
    path = f"import sys; sys.path.insert(0, {_ROOT!r}); "
    done = subprocess.run(
        [sys.executable, "-S", "-X", "importtime", "-c", path + program, *arguments],
        env=environment(),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == stdout
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}

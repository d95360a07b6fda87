"""Programs go to another machine and come back as a user sends them: by the commands, with files of each kind."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

import pytest
from wasmtime import wat2wasm

from tests.cli import stoppable
from tests.cli.commands import run
from tests.cli.stopping import wait_until_idle
from tests.cross.elsewhere import Elsewhere
from tests.cross.machine import NATIVE
from tests.torture.guests import GUESTS

_THERE = "aarch64"
_STOPPABLE = ("--enable-counter-loop-checkpoint", "--threshold-bits", "2")
_WROTE = "mvvm-checkpoint: note: wrote guest.snap\n"
_NOTHING = "nothing can be compiled here, since "


class Guest:
    """A module in a folder, which is where all commands are run. `here` runs those of this machine."""

    def __init__(self, folder: Path, module: bytes, status: int = 0) -> None:
        self.folder = folder
        self._status = status
        (folder / "guest.wasm").write_bytes(module)
        self._here = {"cwd": folder, "env": {"XDG_CACHE_HOME": str(folder / "cache here")}, "text": False}

    def compile(self, *options: str) -> None:
        """Make guest.aot."""
        done = self.here("mvvm-compile", *_STOPPABLE, *options, "guest.wasm")
        assert done == (0, b"", "")

    def here(self, *arguments: str, **options: object) -> tuple[int, bytes, str]:
        """Exit status, standard output and standard error of a command."""
        done = run(*arguments, **self._here | options)  # type: ignore[arg-type]
        return done.returncode, done.stdout, done.stderr.decode()

    def unbroken(self) -> bytes:
        """What the program writes if nothing stops it."""
        status, stdout, _ = self.here("mvvm-run", "guest.wasm")
        assert status == self._status
        return stdout


@pytest.fixture
def guest(tmp_path: Path) -> Guest:
    return Guest(tmp_path, GUESTS["recursive_loops-O3"].wasm().read_bytes())


def _machine(guest: Guest, *, compiler: bool = False, cpu: str | None = None) -> Elsewhere:
    return Elsewhere(guest.folder, _THERE, compiler=compiler, cpu=cpu)


def test_program_of_this_machine_goes_there(guest: Guest) -> None:
    """What it is compiled to there is kept there: the second time there is nothing to compile."""
    guest.compile()
    assert guest.here("mvvm-checkpoint", "-t", "guest.aot", "-x", "10") == (0, b"", _WROTE)
    note = f"guest.aot: it has code for {NATIVE}: its module is compiled for this machine, {_THERE}"
    expected = guest.unbroken()
    done = _machine(guest, compiler=True).run("mvvm-restore", "-t", "guest.aot")
    assert done == (0, expected, f"mvvm-restore: note: {note}\n")
    without = _machine(guest)
    assert without.run("mvvm-restore", "-t", "guest.aot") == (0, expected, "")
    assert without.run("mvvm-run", "guest.aot") == (0, expected, "")


def test_program_from_there_comes_here(guest: Guest) -> None:
    guest.compile("--target", _THERE)
    assert _machine(guest).run("mvvm-checkpoint", "-t", "guest.aot", "-x", "10") == (0, b"", _WROTE)
    note = f"guest.aot: it has code for {_THERE}: its module is compiled for this machine, {NATIVE}"
    expected = guest.unbroken()
    assert guest.here("mvvm-restore", "-t", "guest.aot") == (0, expected, f"mvvm-restore: note: {note}\n")
    assert guest.here("mvvm-restore", "-t", "guest.aot") == (0, expected, "")


def test_file_for_both(guest: Guest) -> None:
    """There, here and there again, prepared where it is stopped on a machine that can."""
    guest.compile("--target", _THERE, "--target", NATIVE)
    there = _machine(guest)
    assert there.run("mvvm-checkpoint", "-t", "guest.aot", "-c", "15") == (0, b"", _WROTE)
    assert guest.here("mvvm-restore", "-t", "guest.aot", "-c", "15") == (
        0,
        b"",
        _WROTE.replace("checkpoint", "restore"),
    )
    status, _, said = guest.here("mvvm-prepare", "guest.snap")
    assert status == 0
    assert [f"for {name}: " in line for name, line in zip((_THERE, NATIVE), said.splitlines(), strict=True)] == [
        True
    ] * 2
    assert there.run("mvvm-restore", "-t", "guest.aot") == (0, guest.unbroken(), "")


def test_prepared_for_a_machine_without_compiler(guest: Guest) -> None:
    """The program, too, where the file has no code for that machine."""
    guest.compile()
    prepare = ["--prepare", f"{NATIVE},{_THERE}"]
    status, stdout, said = guest.here("mvvm-checkpoint", "-t", "guest.aot", "-x", "10", *prepare)
    assert (status, stdout) == (0, b"")
    assert said.startswith(_WROTE)
    there = _machine(guest)
    assert not there.has("llvmlite")
    assert there.run("mvvm-restore", "-t", "guest.aot") == (0, guest.unbroken(), "")
    shutil.rmtree(guest.folder / "guest.prepared" / _THERE)
    status, stdout, said = there.run("mvvm-restore", "-t", "guest.aot")
    assert (status, stdout, said.count("\n")) == (3, b"", 1)
    assert said.startswith(f"mvvm-restore: error: guest.aot: it has code for {NATIVE}, this machine is {_THERE}, and ")
    assert _NOTHING in said


def test_nothing_prepared_for_a_machine_without_compiler(guest: Guest) -> None:
    guest.compile("--target", NATIVE, "--target", _THERE)
    there = _machine(guest)
    assert there.run("mvvm-checkpoint", "-t", "guest.aot", "-x", "10") == (0, b"", _WROTE)
    status, stdout, said = there.run("mvvm-restore", "-t", "guest.aot")
    assert (status, stdout, said.count("\n")) == (3, b"", 1)
    assert said.startswith(f"mvvm-restore: error: {_NOTHING}")
    assert (guest.folder / "guest.snap").exists()


def test_features_that_a_machine_lacks(guest: Guest) -> None:
    """Code for a newer CPU runs where that is, and nowhere else; its snapshots go on everywhere."""
    guest.compile("--target", _THERE, "--cpu-features", "+lse,+dotprod,+fullfp16")
    expected = guest.unbroken()
    newer = _machine(guest, cpu="max")
    assert newer.run("mvvm-run", "guest.aot") == (0, expected, "")
    assert newer.run("mvvm-checkpoint", "-t", "guest.aot", "-x", "10") == (0, b"", _WROTE)
    reason = "guest.aot: it is for CPU generic, and this one lacks lse, dotprod, fullfp16"
    status, stdout, said = _machine(guest, cpu="cortex-a53").run("mvvm-restore", "-t", "guest.aot")
    assert (status, stdout, said.count("\n")) == (3, b"", 1)
    assert said.startswith(f"mvvm-restore: error: {reason}, this machine is {_THERE}, and {_NOTHING}")
    older = _machine(guest, compiler=True, cpu="cortex-a53")
    note = f"mvvm-restore: note: {reason}: its module is compiled for this machine, {_THERE}\n"
    assert older.run("mvvm-restore", "-t", "guest.aot") == (0, expected, note)
    assert _machine(guest, cpu="cortex-a53").run("mvvm-run", "guest.aot") == (0, expected, "")
    assert guest.here("mvvm-restore", "--quiet", "-t", "guest.aot") == (0, expected, "")


@pytest.mark.parametrize("name", ["exit_inside-O3", "trap_inside-O3", "start_function"])
def test_how_it_ends(tmp_path: Path, name: str) -> None:
    """The status, and of a trap the backtrace; a start function goes on before the program begins."""
    guest = Guest(tmp_path, GUESTS[name].wasm().read_bytes(), GUESTS[name].status)
    guest.compile("--target", NATIVE, "--target", _THERE)
    prepare = ["--quiet", "--prepare", _THERE]
    assert guest.here("mvvm-checkpoint", "-t", "guest.aot", "-c", "3", *prepare) == (0, b"", _WROTE)
    same = guest.here("mvvm-restore", "-t", "guest.aot")
    assert same[:2] == (GUESTS[name].status, guest.unbroken())
    assert _machine(guest).run("mvvm-restore", "-t", "guest.aot") == same


def test_folders(tmp_path: Path) -> None:
    """The other machine has the program's files in another place."""
    files = GUESTS["files-O3"]
    guest = Guest(tmp_path, files.wasm().read_bytes())
    guest.compile("--target", NATIVE, "--target", _THERE)
    whole, ours, theirs = (tmp_path / name for name in ("whole", "ours", "theirs"))
    for folder in (whole, ours):
        folder.mkdir()
        for name, data in files.files.items():
            (folder / name).write_bytes(data)
    expected = guest.here("mvvm-run", "--dir", f"{whole}::/", "guest.aot")
    assert expected[0] == files.status
    stop = ["-c", "9", "--quiet", "--prepare", _THERE, "--map-dir", f"/::{ours}"]
    status, begun, _ = guest.here("mvvm-checkpoint", "-t", "guest.aot", *stop)
    assert status == 0
    ours.rename(theirs)
    there = _machine(guest)
    status, stdout, said = there.run("mvvm-restore", "-t", "guest.aot")
    assert (status, stdout, said.count("\n")) == (2, b"", 1)
    status, rest, said = there.run("mvvm-restore", "-t", "guest.aot", "--map-dir", f"/::{theirs}")
    assert (status, begun + rest, said) == expected
    contents = [{path.name: path.read_bytes() for path in folder.iterdir()} for folder in (whole, theirs)]
    assert contents[0] == contents[1]


def test_signal_while_it_waits_for_input(tmp_path: Path) -> None:
    """The call of an emulated machine's host is interrupted, and made anew: here, and there."""
    guest = Guest(tmp_path, bytes(wat2wasm(stoppable.teller())))
    guest.compile("--target", NATIVE, "--target", _THERE)
    there = _machine(guest)
    with there.running("mvvm-checkpoint", "-t", "guest.aot") as process:
        process.feed(b"ab")
        assert process.read(6) == b"0a 1b "
        wait_until_idle(process.pid)
        process.signal(signal.SIGUSR1)
        assert process.end() == (0, "", _WROTE)
    assert guest.here("mvvm-prepare", "--quiet", "guest.snap") == (0, b"", "")
    for restore in (guest.here, there.run):
        assert restore("mvvm-restore", "-t", "guest.aot", input=b"cd.") == (0, b"2c 3d 4. ", "")

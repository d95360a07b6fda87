"""mvvm-restore: a program goes on, whatever it was compiled with, and says what does not fit."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import mvvm
from tests.cli import stoppable
from tests.cli.commands import fail, run, succeed

Program = Callable[[str], Path]
_NOTHING = 1 << 40  # more than any program has stable points


def _stop(target: Path, *options: str | Path, stdin: str = "a") -> str:
    """Stop a program. Returns its output."""
    done = run("mvvm-checkpoint", "-t", target, *options, input=stdin)
    assert (done.returncode, done.stderr) == (0, f"mvvm-checkpoint: note: wrote {target.with_suffix('.snap')}\n")
    return str(done.stdout)


def _chain(target: Path, count: int, *options: str | Path) -> tuple[str, int]:
    """Stop a program at each `count`-th stable point until it ends. Returns its output, and how often it stopped."""
    output = _stop(target, *options, "-c", str(count))
    for stops in itertools.count(1):
        done = run("mvvm-restore", "-t", target, "-c", str(count))
        assert done.returncode == 0, done.stderr
        output += done.stdout
        if done.stderr == "mvvm-restore: note: the program ended, with status 0, before it was stopped\n":
            return output, stops
        assert done.stderr == f"mvvm-restore: note: wrote {target.with_suffix('.snap')}\n"
    raise AssertionError


@pytest.mark.parametrize("count", [11, 23])
def test_stopped_again_and_again(program: Program, count: int) -> None:
    """Also before the frames are reached that were not entered since the last time."""
    nested = program("nested")
    output, stops = _chain(nested, count)
    assert output == succeed("mvvm-run", nested)
    assert stops > 100 // count


def test_files_are_where_they_were(program: Program, tmp_path: Path) -> None:
    copier = program("copier")
    text = "an entire sentence"
    (tmp_path / "in").write_text(text)
    output, stops = _chain(copier, 11, "-m", f"here::{tmp_path}", "-a", "x")
    assert (output, (tmp_path / "out").read_text()) == ("copier.aot\0x\0", text)
    assert stops >= 3


def test_files_are_elsewhere(program: Program, tmp_path: Path) -> None:
    copier = program("copier")
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    (tmp_path / "old" / "in").write_text("12345")
    assert _stop(copier, "-m", f"here::{tmp_path / 'old'}", "-x", "8") == ""
    said = fail(2, "mvvm-restore", "-t", copier, "-m", f"here::{tmp_path / 'new'}")
    assert "the program's 'here/in' cannot be opened: No such file or directory; restore with --map-dir" in said
    for name in ("in", "out"):
        shutil.move(tmp_path / "old" / name, tmp_path / "new")
    said = fail(2, "mvvm-restore", "-t", copier)
    assert "the program's 'here/in' cannot be opened" in said
    (tmp_path / "old").rmdir()
    said = fail(2, "mvvm-restore", "-t", copier)
    assert f"cannot open the folder '{tmp_path / 'old'}' for the guest: No such file or directory; restore with" in said
    said = fail(2, "mvvm-restore", "-t", copier, "-d", tmp_path)
    assert f"the program was given no folder '{tmp_path}' that could be mapped; it has 'here'" in said
    assert "write GUEST::HOST" in fail(2, "mvvm-restore", "-t", copier, "-m", "here")
    assert succeed("mvvm-restore", "-t", copier, "--map-dir", f"here::{tmp_path / 'new'}") == "copier.aot\0"
    assert (tmp_path / "new" / "out").read_text() == "12345"


def test_a_folder_of_the_same_name(program: Program, tmp_path: Path) -> None:
    copier = program("copier")
    for name in ("one", "two"):
        (tmp_path / name / "data").mkdir(parents=True)
        (tmp_path / name / "data" / "in").write_text("abc")
    assert _stop_in(tmp_path / "one", copier, "-d", "data", "-x", "8") == ""
    shutil.move(tmp_path / "one" / "data" / "out", tmp_path / "two" / "data" / "out")
    assert succeed("mvvm-restore", "-t", copier, "-d", "data", cwd=tmp_path / "two") == "copier.aot\0"
    assert (tmp_path / "two" / "data" / "out").read_text() == "abc"


def _stop_in(folder: Path, target: Path, *options: str) -> str:
    done = run("mvvm-checkpoint", "-t", target, *options, cwd=folder)
    assert done.returncode == 0, done.stderr
    return str(done.stdout)


def test_a_start_function_is_followed_by_the_program(program: Program) -> None:
    starter = program("starter")
    for count in range(1, 5):
        output = _stop(starter, "-c", str(count))
        assert output + succeed("mvvm-restore", "-t", starter) == "start start main main "


@pytest.mark.parametrize(
    "options",
    [
        mvvm.CompileOptions(),
        mvvm.CompileOptions(opt_level=0, checkpoint=mvvm.Policy.LOOP),
        mvvm.CompileOptions(opt_level=1, checkpoint=mvvm.Policy.FUNCTION),
        mvvm.CompileOptions(checkpoint=mvvm.Policy.LOOP_DIRTY, target=mvvm.Target.parse(cpu_name="native")),
        mvvm.CompileOptions(checkpoint=mvvm.Policy.COUNTER_LOOP, threshold_bits=3, aux_stack_check=False),
    ],
    ids=["plain", "loop", "function", "loop-dirty", "counter-loop"],
)
def test_programs_compiled_with_other_options(teller: Path, options: mvvm.CompileOptions) -> None:
    _stop(teller, "-f", "spin", "-c", "3")
    other = teller.parent / "other.aot"
    other.write_bytes(mvvm.compile(stoppable.teller().encode(), options))
    snapshot = teller.with_suffix(".snap")
    assert succeed("mvvm-restore", "-t", other, "-s", snapshot, input="b.") == "1b 2. "
    if options.checkpoint != mvvm.Policy.NONE:
        done = run("mvvm-restore", "-t", other, "-s", snapshot, "-f", "tell", input="b")
        assert (done.returncode, done.stdout) == (0, "1b "), done.stderr
        assert succeed("mvvm-restore", "-t", teller, input="c.") == "2c 3. "


@pytest.mark.parametrize("options", [("-c", "1"), ("--after", "1s"), ("--debug",), ("--leave-running",)])
def test_a_plain_program_cannot_be_stopped_again(teller: Path, tmp_path: Path, options: tuple[str, ...]) -> None:
    _stop(teller, "-c", "1")
    plain = tmp_path / "plain.aot"
    plain.write_bytes(mvvm.compile(stoppable.teller().encode()))
    said = fail(2, "mvvm-restore", "-t", plain, "-s", teller.with_suffix(".snap"), *options)
    assert said == (
        f"mvvm-restore: error: {plain}: the program was compiled without stable points: "
        "compile it with --enable-counter-loop-checkpoint"
    )


@pytest.mark.parametrize(("stdin", "status"), [("b.", 0), ("b7", 7), ("b!", 134)])
def test_it_ends_as_the_program_does(teller: Path, stdin: str, status: int) -> None:
    _stop(teller, "-f", "tell")
    done = run("mvvm-restore", "-t", teller, input=stdin)
    assert (done.returncode, done.stdout) == (status, f"1b 2{stdin[1]} ")
    if status == 134:
        assert done.stderr.startswith("mvvm-restore: error: wasm trap: wasm `unreachable` instruction executed\n")
    else:
        assert done.stderr == ""
    done = run("mvvm-restore", "-t", teller, "-c", str(_NOTHING), input=stdin)
    assert done.returncode == status
    ended = f"mvvm-restore: note: the program ended, with status {status}, before it was stopped\n"
    assert status == 134 or done.stderr == ended


def test_another_place_for_the_next_snapshot(teller: Path, tmp_path: Path) -> None:
    _stop(teller, "-f", "tell")
    snapshot = teller.with_suffix(".snap")
    before = snapshot.read_bytes()
    done = run("mvvm-restore", "-t", teller, "-f", "tell", "-o", tmp_path / "next", "--zstd", "1", input="b")
    assert (done.returncode, done.stdout) == (0, "1b ")
    assert done.stderr == f"mvvm-restore: note: wrote {tmp_path / 'next'}\n"
    assert snapshot.read_bytes() == before
    assert succeed("mvvm-restore", "-t", teller, "-s", tmp_path / "next", "--verify", input="c.") == "2c 3. "
    # In the place of the one that it came from.
    run("mvvm-restore", "-t", teller, "-s", tmp_path / "next", "-f", "tell", input="c")
    assert succeed("mvvm-restore", "-t", teller, "-s", tmp_path / "next", input=".") == "3. "


def test_a_snapshot_of_another_module(program: Program) -> None:
    teller, large = program("teller"), program("large")
    _stop(teller, "-c", "1")
    said = fail(2, "mvvm-restore", "-t", large, "-s", teller.with_suffix(".snap"))
    theirs, ours = (mvvm.load(path).target.module_sha256.hex() for path in (teller, large))
    assert "the snapshot is of another module" in said
    assert theirs in said
    assert ours in said


def test_what_is_no_snapshot(teller: Path, tmp_path: Path) -> None:
    snapshot = teller.with_suffix(".snap")
    assert fail(2, "mvvm-restore", "-t", teller).endswith(f"{snapshot}: No such file or directory")
    _stop(teller, "-f", "tell")
    whole = snapshot.read_bytes()
    middle = len(whole) // 2
    for contents, message in (
        (b"", "not a snapshot: it is empty"),
        (b"something else", "not a snapshot"),
        (whole[:20], "damaged snapshot: it ends after 20 bytes"),
        (whole[:-1], f"damaged snapshot: it ends after {len(whole) - 1} of {len(whole)} bytes"),
        (whole + b"x", "damaged snapshot: 1 bytes follow its end"),
        (whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :], "damaged snapshot: "),
        (whole[:-2] + bytes([whole[-2] ^ 1]) + whole[-1:], "damaged snapshot: its index is not what was written"),
    ):
        snapshot.write_bytes(contents)
        for options in ((), ("--verify",)):
            said = fail(2, "mvvm-restore", "-t", teller, *options)
            assert said.startswith(f"mvvm-restore: error: {snapshot}: {message}")
    assert "not a snapshot" in fail(2, "mvvm-restore", "-t", teller, "-s", teller)
    assert "Is a directory" in fail(2, "mvvm-restore", "-t", teller, "-s", tmp_path)


def test_verify_reads_memory_that_is_only_mapped_else(tmp_path: Path) -> None:
    pages = 1100  # more than is always read
    target = tmp_path / "huge.aot"
    options = mvvm.CompileOptions(checkpoint=mvvm.Policy.COUNTER_LOOP)
    target.write_bytes(mvvm.compile(stoppable.teller(pages).encode(), options))
    _stop(target, "-f", "tell")
    snapshot = target.with_suffix(".snap")
    with snapshot.open("r+b") as file:
        file.seek(pages << 15)
        byte = file.read(1)
        file.seek(-1, 1)
        file.write(bytes([byte[0] ^ 1]))
    assert "the contents of memory 0 are not what was written" in fail(2, "mvvm-restore", "-t", target, "--verify")
    assert succeed("mvvm-restore", "-t", target, input=".") == "1. "
    snapshot.unlink()


def test_a_program_of_python_s_is_restored_there(teller: Path, tmp_path: Path) -> None:
    source = b'(module (func (export "f") (loop $l (br $l))))'
    program = mvvm.load(mvvm.compile(source, mvvm.CompileOptions(checkpoint=mvvm.Policy.COUNTER_LOOP)))
    call = mvvm.Instance(program).exports["f"]
    assert isinstance(call, mvvm.Func)
    mvvm.checkpoint(call, count=3, path=tmp_path / "f.snap")
    (tmp_path / "f.wat").write_bytes(source)
    said = fail(2, "mvvm-restore", "-t", tmp_path / "f.wat")
    assert "the program was not run as a command but from Python: restore it there" in said

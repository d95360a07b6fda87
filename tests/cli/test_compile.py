from __future__ import annotations

import os
import pty
import resource
import signal
import subprocess
import time
from pathlib import Path

import pytest

import mvvm
from tests.cli import guests
from tests.cli.commands import children, command, environment, fail, is_alive, run, succeed


@pytest.fixture
def module(tmp_path: Path) -> Path:
    path = tmp_path / "math.wat"
    path.write_text(guests.MATH)
    return path


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "large.wat"
    path.write_text(guests.large_module())
    return path


def files(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir()}


def test_the_output_is_named_after_the_input(module: Path) -> None:
    assert succeed("mvvm-compile", module) == ""
    assert module.with_suffix(".aot").read_bytes() == mvvm.compile(guests.MATH.encode())
    assert succeed("mvvm", "compile", "--emit", "obj", module) == ""
    assert succeed("mvvm-compile", "--emit", "ll", module) == ""
    assert files(module.parent) == {"math.wat", "math.aot", "math.o", "math.ll"}
    assert module.with_suffix(".o").read_bytes().startswith(b"\x7fELF")
    assert "define" in module.with_suffix(".ll").read_text()


def test_standard_input_goes_to_standard_output(module: Path) -> None:
    done = subprocess.run(
        command("mvvm-compile", "-"),
        env=environment(),
        input=guests.MATH.encode(),
        capture_output=True,
        timeout=120,
        check=True,
    )
    assert done.stdout == mvvm.compile(guests.MATH.encode())
    assert succeed("mvvm-compile", "-o", module.with_name("x"), "-", input=guests.MATH) == ""
    assert module.with_name("x").read_bytes() == done.stdout


def test_options_reach_the_file(module: Path) -> None:
    succeed(
        "mvvm-compile",
        *("-O1", "--target", "aarch64-unknown-linux-gnu", "--cpu", "generic", "--cpu-features", "+lse"),
        *("--disable-aux-stack-check", "--canonicalize-nans", "-j", "1", "-o", module.with_name("arm.aot"), module),
    )
    target = mvvm.Target.parse("aarch64", "generic", "+lse")
    options = mvvm.CompileOptions(1, target, aux_stack_check=False, canonicalize_nans=True)
    assert module.with_name("arm.aot").read_bytes() == mvvm.compile(guests.MATH.encode(), options)
    told = succeed("mvvm-inspect", module.with_name("arm.aot"))
    assert "options:         opt level 1, aux stack check off, canonical NaNs" in told.splitlines()


def test_the_report_tells_the_stages(module: Path) -> None:
    done = run("mvvm-compile", "--report", module)
    lines = done.stderr.splitlines()
    assert [line.rsplit(None, 3)[0] for line in lines[:-1]] == [
        *("decode", "validate", "lower", "parse", "optimize", "generate code", "link", "all processes")
    ]
    assert lines[-1].endswith("Wasm instructions")
    assert done.returncode == 0


def test_the_wasm_view_is_printed_and_nothing_compiled(module: Path) -> None:
    text = succeed("mvvm-compile", "--dump-wasm-view", module)
    assert files(module.parent) == {"math.wat"}
    start = text.index("function 12: (i64) -> (i64)")
    lines = [line.split(None, 1)[1] for line in text[start:].splitlines()[2:] if line]
    assert [" ".join(line.split()) for line in lines] == [
        "i64.const 1 [] live 0",
        "local.set 1 [i64] live 0",
        "block [] live 0 1",
        "loop [] live 0 1",
        "local.get 0 [] live 0 1",
        "i64.eqz [i64] live 0 1",
        "br_if 1 [i32] live 0 1",
        "local.get 1 [] live 0 1",
        "local.get 0 [i64] live 0",
        "i64.mul [i64 i64] live 0",
        "local.set 1 [i64] live 0",
        "local.get 0 [] live 0 1",
        "i64.const 1 [i64] live 1",
        "i64.sub [i64 i64] live 1",
        "local.set 0 [i64] live 1",
        "br 0 [] live 0 1",
        "end [] live 1",
        "end [] live 1",
        "local.get 1 [] live 1",
        "end [i64]",
    ]


def test_objects_of_a_large_module_are_numbered(large: Path, tmp_path: Path) -> None:
    # Several processes and no terminal: nothing is printed.
    assert succeed("mvvm-compile", "-O0", "--emit", "obj", "-j2", "-o", tmp_path / "name.o", large) == ""
    assert files(tmp_path) == {"name.0.o", "name.1.o", "name.2.o", "name.3.o"}
    assert "name a file" in fail(2, "mvvm-compile", "-O0", "--emit", "obj", "-o", "-", large)


@pytest.mark.parametrize("quiet", [False, True])
def test_progress_is_shown_on_a_terminal_unless_quiet(large: Path, tmp_path: Path, quiet: bool) -> None:
    terminal, its_end = pty.openpty()
    arguments = ["--quiet"] if quiet else []
    process = subprocess.Popen(
        command("mvvm-compile", *arguments, "-O0", "-o", tmp_path / "large.aot", large),
        env=environment(TERM="xterm"),
        stderr=its_end,
    )
    os.close(its_end)
    shown = _read_all(terminal)
    assert process.wait() == 0
    assert (b"large.wat" in shown) is not quiet
    assert (shown == b"") is quiet


def _read_all(terminal: int) -> bytes:
    shown = b""
    try:
        while part := os.read(terminal, 4096):
            shown += part
    except OSError:  # EIO: the other end is closed
        pass
    os.close(terminal)
    return shown


def test_a_terminal_gets_no_binary(module: Path) -> None:
    terminal, its_end = pty.openpty()
    message = fail(2, "mvvm-compile", "-", stdout=its_end, input=guests.MATH)
    os.close(its_end)
    assert "standard output is a terminal" in message
    assert _read_all(terminal) == b""


@pytest.mark.parametrize(
    ("sent", "to_worker", "status", "said"),
    [
        (signal.SIGINT, False, 130, ""),
        (signal.SIGKILL, True, 3, "mvvm-compile: error: a compiler process was killed: out of memory?"),
        (signal.SIGABRT, True, 70, "mvvm-compile: internal error: a compiler process crashed: Aborted"),
    ],
)
def test_whatever_ends_a_compilation_leaves_nothing(
    large: Path, tmp_path: Path, sent: signal.Signals, to_worker: bool, status: int, said: str
) -> None:
    process = subprocess.Popen(
        command("mvvm-compile", "-j2", "-o", tmp_path / "large.aot", large),
        env=environment(),
        stderr=subprocess.PIPE,
        text=True,
    )
    while len(workers := children(process.pid)) < 2 and process.poll() is None:
        time.sleep(0.01)
    os.kill(workers[0] if to_worker else process.pid, sent)
    _, stderr = process.communicate(timeout=120)
    assert process.returncode == status
    assert stderr.startswith(said)
    assert stderr.count("\n") == bool(said)
    assert files(tmp_path) == set()
    time.sleep(0.2)  # one that has just been forked ends by itself
    assert not any(map(is_alive, workers))


def test_a_full_disk_is_told(module: Path) -> None:
    assert fail(3, "mvvm-compile", "-o", "/dev/full", module).endswith(
        "cannot write /dev/full: No space left on device"
    )
    with Path("/dev/full").open("w") as full:
        assert "No space left on device" in fail(3, "mvvm-compile", "-o", "-", module, stdout=full)


def test_a_failed_write_leaves_the_old_file(module: Path) -> None:
    out = module.with_suffix(".aot")
    out.write_text("old")
    message = fail(
        3, "mvvm-compile", module, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
    )
    assert message.endswith("File too large")
    assert out.read_text() == "old"
    assert files(module.parent) == {"math.wat", "math.aot"}


def test_a_symbolic_link_stays_one(module: Path) -> None:
    target, link = module.with_name("real"), module.with_name("link")
    target.write_text("old")
    link.symlink_to(target)
    succeed("mvvm-compile", "-o", link, module)
    assert link.is_symlink()
    assert target.read_bytes().startswith(b"\x7fELF")

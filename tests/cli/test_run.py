from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.commands import command, environment, fail, run, succeed


def test_arguments_come_after_the_file_with_or_without_a_separator(echo: Path) -> None:
    assert succeed("mvvm-run", echo) == "echo.aot\0"
    assert succeed("mvvm-run", echo, "a b", "--dir", "") == "echo.aot\0a b\0--dir\0\0"
    assert succeed("mvvm-run", echo, "--", "-x", "--") == "echo.aot\0-x\0--\0"
    assert succeed("mvvm-run", "--quiet", "--", echo, "--", "--help") == "echo.aot\0--help\0"


def test_the_environment_is_empty_but_for_what_is_given(echo: Path) -> None:
    env = {"HELLO": "world"}
    assert succeed("mvvm-run", "--invoke", "environ", echo, env=env) == ""
    shown = succeed("mvvm-run", "--env", "A=1=2", "--env=HELLO", "--env", "E=", "--invoke=environ", echo, env=env)
    assert shown == "A=1=2\0HELLO=world\0E=\0"
    assert "no such environment variable" in fail(2, "mvvm-run", "--env", "NOT_SET_ANYWHERE", echo)
    assert "write NAME=VALUE" in fail(2, "mvvm-run", "--env", "=x", echo)


def test_folders_are_granted_under_their_own_name_or_another(echo: Path, tmp_path: Path) -> None:
    folders = ("--dir", str(tmp_path), "--dir", f"{tmp_path}::/data")
    assert succeed("mvvm-run", *folders, "--invoke", "folder", echo, "3") == str(tmp_path)
    assert succeed("mvvm-run", *folders, "--invoke", "folder", echo, "4") == "/data"
    assert "cannot open the folder" in fail(2, "mvvm-run", "--dir", tmp_path / "missing", echo)
    assert "write HOST or HOST::GUEST" in fail(2, "mvvm-run", "--dir", "::/data", echo)


def test_standard_input_is_the_process_s_or_a_file(echo: Path, tmp_path: Path) -> None:
    assert succeed("mvvm-run", "--invoke", "stdin", echo, input="piped") == "piped"
    file = tmp_path / "input"
    file.write_text("from a file")
    assert succeed("mvvm-run", "--stdin", file, "--invoke", "stdin", echo) == "from a file"
    assert fail(2, "mvvm-run", "--stdin", tmp_path / "missing", echo).endswith("missing: No such file or directory")


@pytest.mark.parametrize("status", [0, 1, 125])
def test_the_exit_status_is_the_guest_s(math: Path, status: int) -> None:
    assert run("mvvm-run", "--invoke", "exit", math, str(status)).returncode == status


@pytest.mark.parametrize("status", [126, 255, 256, -1])
def test_a_status_that_no_shell_could_tell_from_others_is_1(math: Path, status: int) -> None:
    assert f"status {status % 2**32} is not in 0 to 125" in fail(1, "mvvm-run", "--invoke", "exit", math, str(status))


def test_a_trap_is_told_with_its_backtrace(math: Path) -> None:
    done = run("mvvm-run", "--invoke", "divide_by_zero", math)
    assert done.returncode == 134
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        "mvvm-run: error: wasm trap: integer divide by zero",
        "wasm backtrace:",
        "    0: divide (function 3)",
        "    1: middle (function 4)",
        "    2: outermost (function 5)",
    ]


def test_the_guest_has_a_large_stack_which_may_overflow(math: Path) -> None:
    assert succeed("mvvm-run", "--invoke", "depth", math, "500000") == "500000\n"  # more than 8 MiB
    done = run("mvvm-run", "--invoke", "depth", math, "-1")
    assert done.returncode == 134
    assert done.stderr.startswith("mvvm-run: error: wasm trap: call stack exhausted\nwasm backtrace:\n    0: depth")


def test_memory_is_limited(math: Path) -> None:
    grow = ("--invoke", "grow", math)
    assert succeed("mvvm-run", *grow, "9") == "1\n"
    assert succeed("mvvm-run", "--max-memory", "320K", *grow, "4") == "1\n"
    assert succeed("mvvm-run", "--max-memory", "320k", *grow, "5") == "-1\n"
    assert succeed("mvvm-run", "--max-memory", "327680", *grow, "5") == "-1\n"
    assert "more than the limit" in fail(3, "mvvm-run", "--max-memory", "1000", *grow, "1")
    assert "give bytes" in fail(2, "mvvm-run", "--max-memory", "1T", *grow, "1")


@pytest.mark.parametrize("name", ["mvvm-run", "mvvm"])
def test_ctrl_c_ends_an_endless_loop(math: Path, name: str) -> None:
    subcommand = ["run"] if name == "mvvm" else []
    process = subprocess.Popen(
        command(name, *subcommand, "--invoke", "spin", math), env=environment(), stderr=subprocess.PIPE, text=True
    )
    try:
        _wait_until_busy(process)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (process.returncode, stderr) == (130, "")


def _wait_until_busy(process: subprocess.Popen[str]) -> None:
    """Wait until a process has a second thread, which has used some processor time: the guest's, in its loop."""
    pid = process.pid
    while process.poll() is None:
        time.sleep(0.01)
        for task in os.listdir(f"/proc/{pid}/task"):
            fields = Path(f"/proc/{pid}/task/{task}/stat").read_text().rpartition(")")[2].split()
            user_ticks = int(fields[11])
            if int(task) != pid and user_ticks >= 5:
                return


def test_a_closed_pipe_ends_the_command_quietly(math: Path) -> None:
    process = subprocess.Popen(
        command("mvvm-run", "--invoke", "add", math, "1", "2"),
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=(write_end := _pipe_without_reader()),
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(write_end)
    _, stderr = process.communicate(timeout=60)
    assert (process.returncode, stderr) == (128 + signal.SIGPIPE, "")


def _pipe_without_reader() -> int:
    read_end, write_end = os.pipe()
    os.close(read_end)
    return write_end


def test_a_module_without_start_function_needs_invoke(math: Path) -> None:
    assert "name one with --invoke" in fail(2, "mvvm-run", math)


def test_options_of_the_compiler_do_not_go_with_a_compiled_program(math: Path) -> None:
    assert "is compiled already" in fail(2, "mvvm-run", "-O", "2", math)

"""Running the installed commands."""

from __future__ import annotations

import os
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

SCRIPTS = Path(sysconfig.get_path("scripts"))
_TIMEOUT = 120  # seconds; only a command that hangs takes so long


def environment(**variables: str) -> dict[str, str]:
    """This process's environment without what changes how commands behave, and with `variables`."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("MVVM_", "XDG_"))}
    return inherited | variables


def command(*arguments: str | Path) -> list[str]:
    """The command line of `mvvm-run` and so on."""
    name, *others = arguments
    return [str(SCRIPTS / name), *map(str, others)]


def run(*arguments: str | Path, env: dict[str, str] | None = None, **options: Any) -> subprocess.CompletedProcess[Any]:
    """Run a command to its end; output is text. Its standard input is empty unless `options` give one."""
    if "input" not in options:
        options.setdefault("stdin", subprocess.DEVNULL)
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("stderr", subprocess.PIPE)
    options.setdefault("text", True)
    return subprocess.run(command(*arguments), env=environment(**env or {}), timeout=_TIMEOUT, check=False, **options)


def succeed(*arguments: str | Path, **options: Any) -> str:
    """The standard output of a command that succeeds and warns of nothing."""
    done = run(*arguments, **options)
    assert (done.returncode, done.stderr) == (0, "")
    return str(done.stdout)


def fail(status: int, *arguments: str | Path, **options: Any) -> str:
    """The one line on standard error of a command that fails with a status and writes nothing else."""
    done = run(*arguments, **options)
    assert (done.returncode, done.stdout or "") == (status, "")
    assert done.stderr.count("\n") == 1, done.stderr
    return str(done.stderr).rstrip("\n")


def children(pid: int) -> list[int]:
    """The processes that a process has forked."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        state, parent = _state(entry)
        if parent == pid and state != "Z":
            found.append(int(entry.name))
    return found


def is_alive(pid: int) -> bool:
    """Whether a process has not ended yet, though nobody may have asked how it ended."""
    return _state(Path(f"/proc/{pid}"))[0] not in ("Z", "")


def _state(process: Path) -> tuple[str, int]:
    """The state of a process and who its parent is; nothing once it is gone."""
    try:
        fields = (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return "", 0
    return fields[0], int(fields[1])

"""The options of `run`, parsed without Typer, which takes several times as long to import as a program to start.

`parse` accepts every well-formed command line and leaves the rest (`--help`, mistakes, unusual spellings) to
Typer. Both give a RunOptions, which checks nothing: what is wrong with a value is said when it is used, and so in
the same words.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

# How an option is given: alone, with a value (the last one counts), with a value any number of times.
FLAG, VALUE, LIST = range(3)

# Each option: the field of RunOptions that it sets, and how it is given.
OPTIONS = {
    "--dir": ("dirs", LIST),
    "--env": ("env", LIST),
    "--invoke": ("invoke", VALUE),
    "--max-memory": ("max_memory", VALUE),
    "--stdin": ("stdin", VALUE),
    "--opt-level": ("opt_level", VALUE),
    "-O": ("opt_level", VALUE),
    "--cpu": ("cpu", VALUE),
    "--quiet": ("quiet", FLAG),
    "-q": ("quiet", FLAG),
}


class RunOptions:
    """What `run` was asked to do: fields are as given, None where nothing was."""

    __slots__ = ("args", "cpu", "dirs", "env", "file", "invoke", "max_memory", "opt_level", "quiet", "stdin")

    def __init__(
        self,
        file: str,
        args: Sequence[str] | None = None,
        *,
        dirs: Sequence[str] | None = None,
        env: Sequence[str] | None = None,
        invoke: str | None = None,
        max_memory: str | None = None,
        stdin: str | None = None,
        opt_level: str | None = None,
        cpu: str | None = None,
        quiet: bool = False,
    ) -> None:
        args = args or ()
        self.file = file
        self.args = args[1:] if args[:1] in (["--"], ("--",)) else args
        self.dirs = dirs or ()
        self.env = env or ()
        self.invoke = invoke
        self.max_memory = max_memory
        self.stdin = stdin
        self.opt_level = opt_level
        self.cpu = cpu
        self.quiet = quiet


def parse(arguments: list[str]) -> RunOptions | None:
    """Parse a command line; None where Typer must."""
    fields: dict[str, object] = {}
    at, end = 0, len(arguments)
    while at < end:
        argument = arguments[at]
        if argument == "--" or argument[:1] != "-" or argument == "-":
            break
        at += 1
        name, equals, value = argument.partition("=") if argument[:2] == "--" else (argument, "", "")
        if name not in OPTIONS:
            return None
        field, kind = OPTIONS[name]
        if kind == FLAG:
            if equals:
                return None
            fields[field] = True
            continue
        if not equals:
            if at == end:
                return None
            value = arguments[at]
            at += 1
        if kind == LIST:
            fields.setdefault(field, []).append(value)  # type: ignore[attr-defined]
        else:
            fields[field] = value
    if arguments[at : at + 1] == ["--"]:
        at += 1
    if at == end:
        return None
    return RunOptions(arguments[at], arguments[at + 1 :], **fields)  # type: ignore[arg-type]

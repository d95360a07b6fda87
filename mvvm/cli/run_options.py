"""The options of `run`, parsed without Typer.

`parse` accepts every well-formed command line and leaves the rest (`--help`, mistakes, unusual spellings) to
Typer. Both give a RunOptions, which checks nothing: what is wrong with a value is said when it is used, and so in
the same words.
"""

from __future__ import annotations

from mvvm.cli.plain_options import FLAG, LIST, VALUE, parse_options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

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
    parsed = parse_options(arguments, OPTIONS)
    if parsed is None:
        return None
    fields, rest = parsed
    if rest[:1] == ["--"]:
        del rest[0]
    if not rest:
        return None
    return RunOptions(rest[0], rest[1:], **fields)  # type: ignore[arg-type]

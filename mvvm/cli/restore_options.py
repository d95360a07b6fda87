"""The options of `restore`, parsed without Typer where they can be: a restore must start as fast as a run."""

from __future__ import annotations

from mvvm.cli.plain_options import FLAG, LIST, VALUE, parse_options
from mvvm.cli.triggers import FLAGS, VALUES, Triggers
from mvvm.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

OPTIONS = {
    "--target": ("target", VALUE),
    "-t": ("target", VALUE),
    "--snapshot": ("snapshot", VALUE),
    "-s": ("snapshot", VALUE),
    "--dir": ("dirs", LIST),
    "-d": ("dirs", LIST),
    "--map-dir": ("map_dirs", LIST),
    "-m": ("map_dirs", LIST),
    "--verify": ("verify", FLAG),
    "--quiet": ("quiet", FLAG),
    "-q": ("quiet", FLAG),
    **{name: (field, VALUE) for name, field in VALUES.items()},
    **{name: (field, FLAG) for name, field in FLAGS.items()},
}


class RestoreOptions:
    """What `restore` was asked to do. `folders` are pairs of the guest's name for a folder and the host's path."""

    __slots__ = ("folders", "quiet", "snapshot", "target", "triggers", "verify")

    def __init__(
        self,
        target: str,
        snapshot: str | None = None,
        dirs: Sequence[str] = (),
        map_dirs: Sequence[str] = (),
        *,
        verify: bool = False,
        quiet: bool = False,
        **triggers: str | bool | None,
    ) -> None:
        """`triggers` are those of Triggers. Raises UsageError."""
        self.target = target
        self.snapshot = snapshot
        self.folders = [(path, path) for path in dirs] + [map_folder(item) for item in map_dirs]
        self.verify = verify
        self.quiet = quiet
        self.triggers = Triggers(**triggers)  # type: ignore[arg-type]


def map_folder(item: str) -> tuple[str, str]:
    """A folder of the guest's and the host folder that it is: `GUEST::HOST`. Raises UsageError."""
    guest, separator, host = item.partition("::")
    if not guest or not host or not separator:
        raise UsageError(f"--map-dir {item}: write GUEST::HOST")
    return guest, host


def parse(arguments: list[str]) -> RestoreOptions | None:
    """Parse a command line; None where Typer must."""
    parsed = parse_options(arguments, OPTIONS)
    if parsed is None:
        return None
    fields, rest = parsed
    if rest or "target" not in fields:
        return None
    return RestoreOptions(**fields)  # type: ignore[arg-type]

"""The entry point of mvvm-restore. It imports little, as that of mvvm-run does."""

from __future__ import annotations

import sys

from mvvm.cli import early_signal
from mvvm.cli.ending import run_to_end


def main() -> None:
    """Run the command line and end the process."""
    early_signal.install()
    run_to_end("mvvm-restore", _run)


def _run() -> int:
    from mvvm.cli.restore_options import parse

    options = parse(sys.argv[1:])
    if options is None:
        from mvvm.cli.main import run_command_line

        return run_command_line("mvvm-restore")
    from mvvm.cli.restore import restore

    return restore("mvvm-restore", options)

"""The entry point of mvvm-run. It imports little, since importing is most of what starting a program takes."""

from __future__ import annotations

import sys

from mvvm.cli.ending import run_to_end


def main() -> None:
    """Run the command line and end the process."""
    run_to_end("mvvm-run", _run)


def _run() -> int:
    from mvvm.cli.run_options import parse

    options = parse(sys.argv[1:])
    if options is None:
        from mvvm.cli.main import run_command_line

        return run_command_line("mvvm-run")
    from mvvm.cli.run import run

    return run("mvvm-run", options)

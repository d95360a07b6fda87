"""The entry point of mvvm-checkpoint."""

from __future__ import annotations

from mvvm.cli import early_signal
from mvvm.cli.ending import run_to_end


def main() -> None:
    """Run the command line and end the process."""
    early_signal.install()
    run_to_end("mvvm-checkpoint", _run)


def _run() -> int:
    from mvvm.cli.main import run_command_line

    return run_command_line("mvvm-checkpoint")

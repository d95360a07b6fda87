"""Make worlds: `python -m tests.worlds [NAME...]`. Ends with status 1 if one could not be made."""

from __future__ import annotations

import argparse
import sys

from tests.programs.sources import BuildFailure, say
from tests.worlds import AVAILABLE, world


def _main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.worlds", description=__doc__)
    parser.add_argument("names", metavar="NAME", nargs="*", help=f"of: {', '.join(AVAILABLE)}; none: all")
    names = parser.parse_args().names or AVAILABLE
    if unknown := set(names) - set(AVAILABLE):
        parser.error(f"no such world: {', '.join(sorted(unknown))}")
    failed = False
    for name in names:
        try:
            for made in {made.name: made for made in (world(name), world(name, compiler=False))}.values():
                say(f"{made.name}: {made.bin}")
        except BuildFailure as failure:
            say(str(failure), sys.stderr)
            failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(_main())

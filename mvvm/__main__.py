"""`python -m mvvm` is `mvvm`."""

from __future__ import annotations

from mvvm.cli.main import main

if __name__ == "__main__":
    main()

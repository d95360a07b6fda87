"""What the compiler knows of the host."""

from __future__ import annotations

WASI_MODULE = "wasi_snapshot_preview1"  # the module whose functions the runtime gives itself; no exception leaves them

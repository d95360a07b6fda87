"""The engines by name."""

from __future__ import annotations

import os
from typing import Any

from tests.spec.engine import Engine
from tests.spec.wasmtime_engine import WasmtimeEngine

# Thousands of small modules: LLVM's optimizations cost more than they save.
OPT_LEVEL = int(os.environ.get("MVVM_SPEC_OPT_LEVEL", "1"))
NAMES = ("mvvm", "wasmtime")


def make(name: str, opt_level: int = OPT_LEVEL) -> Engine[Any, Any]:
    """A fresh engine for one script. `opt_level` is LLVM's, for mvvm."""
    if name == "wasmtime":
        return WasmtimeEngine()
    # Imported only here, so that the runner proves itself without mvvm.
    from tests.spec.mvvm_engine import MvvmEngine

    return MvvmEngine(opt_level)

"""The instruction sets that mvvm writes files for, by the first component of an LLVM triple."""

from __future__ import annotations

from mvvm.aot.machines import aarch64, riscv64, s390x, x86_64
from mvvm.aot.machines.machine import Machine

__all__ = ["MACHINES", "Machine"]

MACHINES = {machine.name: machine for machine in (x86_64.MACHINE, aarch64.MACHINE, s390x.MACHINE, riscv64.MACHINE)}

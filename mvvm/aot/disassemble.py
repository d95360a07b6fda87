"""Native code as text."""

from __future__ import annotations

from collections.abc import Iterator

import capstone

from mvvm.aot.machines import Machine


def disassemble(machine: Machine, code: bytes, address: int) -> Iterator[tuple[int, bytes, str]]:
    """Each instruction of `code`, which is at `address`: its address, its bytes, its text.

    Bytes that are no instruction come as `.byte`.
    """
    decoder = capstone.Cs(*machine.capstone)
    decoder.skipdata = True
    for at, size, mnemonic, operands in decoder.disasm_lite(code, address):
        start = at - address
        yield at, code[start : start + size], f"{mnemonic} {operands}".rstrip()

"""Native code as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import capstone

from mvvm.aot.machines import Machine


def decoder_for(machine: Machine) -> capstone.Cs:
    """A decoder that goes on behind what is no instruction, or one that capstone does not know."""
    decoder = capstone.Cs(*machine.capstone)
    decoder.skipdata = True
    size_of = machine.instruction_size
    if size_of is not None:

        def skip(code: Any, code_size: int, offset: int, _: Any) -> int:
            return min(size_of(code[offset][0]), code_size - offset)

        decoder.skipdata_setup = (".byte", skip, None)
    return decoder


def disassemble(machine: Machine, code: bytes, address: int) -> Iterator[tuple[int, bytes, str]]:
    """Each instruction of `code`, which is at `address`: its address, its bytes, its text.

    Bytes that are no instruction come as `.byte`.
    """
    for at, size, mnemonic, operands in decoder_for(machine).disasm_lite(code, address):
        start = at - address
        yield at, code[start : start + size], f"{mnemonic} {operands}".rstrip()

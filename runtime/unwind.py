"""Backtraces: from what a trap left in its Thread to the functions that were running.

Compiled code keeps no frame pointers. Its call frame information says of each instruction where the caller's registers
are, so frames are left one after the other, in a copy of the stack. The walk ends at what it cannot
explain: code of others, the end of the copy, damaged information.
"""

from __future__ import annotations

import ctypes
import struct

from mvvm import cpu
from mvvm.abi import context as abi
from mvvm.abi.registers import REGISTERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mvvm.abi.registers import Registers
    from mvvm.runtime.call_frames import CallFrames, Rules


class _Frame:
    """A frame of the copied stack: its registers, by number, as far as they are known."""

    __slots__ = ("_machine", "_registers", "_stack", "_stack_start")

    def __init__(self, thread: int, machine: Registers) -> None:
        """The innermost frame of a Thread's last trap, from the Thread's address."""
        registers = (ctypes.c_uint64 * len(machine.ucontext)).from_address(thread + abi.THREAD_REGISTERS)
        size = ctypes.c_uint64.from_address(thread + abi.THREAD_STACK_SIZE).value
        self._machine = machine
        self._registers: dict[int, int] = dict(enumerate(registers))
        self._stack = ctypes.string_at(thread + abi.THREAD_STACK, size)
        self._stack_start = ctypes.c_uint64.from_address(thread + abi.THREAD_STACK_START).value

    @property
    def pc(self) -> int:
        """Where it goes on."""
        return self._registers[self._machine.program_counter]

    def _word(self, address: int) -> int:
        """Read the stack. Raises IndexError beyond the copy."""
        offset = address - self._stack_start
        if not 0 <= offset <= len(self._stack) - 8:
            raise IndexError
        word: int = struct.unpack_from("=Q", self._stack, offset)[0]
        return word

    def leave(self, rules: Rules, is_innermost: bool) -> None:
        """Become the frame of the caller. Raises IndexError, KeyError where it cannot be found."""
        registers, machine = self._registers, self._machine
        cfa = registers[rules.cfa_register] + rules.cfa_offset
        # Frames lie above each other. Only the innermost may be empty, where calls do not use the stack.
        lowest = registers[machine.stack_pointer] + machine.save_area + (not is_innermost)
        if not lowest <= cfa <= self._stack_start + len(self._stack):
            raise IndexError
        registers.update({register: self._word(cfa + offset) for register, offset in rules.saved.items()})
        registers[machine.program_counter] = registers[rules.return_address]
        registers[machine.stack_pointer] = cfa - machine.save_area

    def leave_leaf(self) -> None:
        """Become the frame of the caller of a function that keeps the return address where the call put it."""
        registers, machine = self._registers, self._machine
        if machine.link is not None:
            registers[machine.program_counter] = registers[machine.link]
            return
        stack_pointer = registers[machine.stack_pointer]
        registers[machine.program_counter] = self._word(stack_pointer)
        registers[machine.stack_pointer] = stack_pointer + 8


def addresses(thread: int, tables: Sequence[CallFrames], by_signal: bool) -> Iterator[int]:
    """Yield an address in the instruction that each frame of the last trap stands at, innermost first.

    `thread` is the address of the Thread, `tables` have the call frame information of all code that may have run,
    `by_signal` says that the trap was a fault and not a call of `mvvm_trap`.
    """
    frame = _Frame(thread, REGISTERS[cpu.host_architecture()])
    # A return address may already be the next function's.
    address = frame.pc - (not by_signal)
    is_innermost = True
    while True:
        yield address
        rules = next(filter(None, (table.rules(address) for table in tables)), None)
        try:
            if rules is not None:
                frame.leave(rules, is_innermost)
            elif is_innermost and by_signal:
                frame.leave_leaf()  # memmove, say
            else:
                return
        except (IndexError, KeyError):
            return
        is_innermost = False
        address = frame.pc - 1

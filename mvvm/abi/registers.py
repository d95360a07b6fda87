"""The registers that a trap leaves in its Thread, by their DWARF numbers, for each machine.

Sources: "System V ABI, AMD64 Architecture Processor Supplement", figure 3.36; "DWARF for the Arm 64-bit
Architecture", section 4.1; ucontext_t of Linux.
"""

from __future__ import annotations


class Registers:
    """The registers of a machine.

    `ucontext` has the offset in ucontext_t, in bytes, of each, by its number. `link` is the register that a call
    puts the return address in; None where that is the stack.
    """

    __slots__ = ("frame_pointer", "link", "program_counter", "stack_pointer", "ucontext")

    def __init__(
        self, ucontext: tuple[int, ...], frame_pointer: int, stack_pointer: int, program_counter: int, link: int | None
    ) -> None:
        self.ucontext = ucontext
        self.frame_pointer = frame_pointer
        self.stack_pointer = stack_pointer
        self.program_counter = program_counter
        self.link = link


# rax rdx rcx rbx rsi rdi rbp rsp r8-r15 rip, from where Linux has r8-r15 rdi rsi rbp rbx rdx rax rcx rsp rip.
_X86_64 = (13, 12, 14, 11, 9, 8, 10, 15, *range(8), 16)
# x0-x30 sp pc in both.
_AARCH64 = range(33)

REGISTERS = {
    "x86_64": Registers(tuple([40 + 8 * i for i in _X86_64]), 6, 7, 16, None),
    "aarch64": Registers(tuple([184 + 8 * i for i in _AARCH64]), 29, 31, 32, 30),
}
MAX_REGISTERS = 33

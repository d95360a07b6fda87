"""The registers that a trap leaves in its Thread, by their DWARF numbers, for each machine.

Sources: "System V ABI, AMD64 Architecture Processor Supplement", figure 3.36; "DWARF for the Arm 64-bit
Architecture", section 4.1; "s390x ELF Application Binary Interface", table 1.18; "RISC-V ELF psABI", chapter on DWARF;
ucontext_t of Linux.
"""

from __future__ import annotations


class Registers:
    """The registers of a machine.

    `ucontext` has the offset in ucontext_t, in bytes, of each, by its number. `frame_pointer` is the one that
    `llvm.frameaddress` is about; None where code never has one. `link` is the register that a call puts the return
    address in; None where that is the stack. `save_area` is how far, in bytes, the canonical frame address is above the
    caller's stack pointer: there a function may save registers.
    """

    __slots__ = ("frame_pointer", "link", "program_counter", "save_area", "stack_pointer", "ucontext")

    def __init__(
        self,
        ucontext: tuple[int, ...],
        frame_pointer: int | None,
        stack_pointer: int,
        program_counter: int,
        link: int | None,
        save_area: int = 0,
    ) -> None:
        self.ucontext = ucontext
        self.frame_pointer = frame_pointer
        self.stack_pointer = stack_pointer
        self.program_counter = program_counter
        self.link = link
        self.save_area = save_area


# rax rdx rcx rbx rsi rdi rbp rsp r8-r15 rip, from where Linux has r8-r15 rdi rsi rbp rbx rdx rax rcx rsp rip.
_X86_64 = (13, 12, 14, 11, 9, 8, 10, 15, *range(8), 16)
# x0-x30 sp pc in both.
_AARCH64 = range(33)
# r0-r15, and as number 16 the address of the PSW, which is before them. (DWARF's 16 is one that no function saves.)
_S390X = (*range(1, 17), 0)
# x0-x31 in both, but that x0, which is always zero, has the pc's place.
_RISCV64 = range(32)

REGISTERS = {
    "x86_64": Registers(tuple([40 + 8 * i for i in _X86_64]), 6, 7, 16, None),
    "aarch64": Registers(tuple([184 + 8 * i for i in _AARCH64]), 29, 31, 32, 30),
    "s390x": Registers(tuple([48 + 8 * i for i in _S390X]), None, 15, 16, 14, save_area=160),
    "riscv64": Registers(tuple([176 + 8 * i for i in _RISCV64]), 8, 2, 0, 1),
}
MAX_REGISTERS = 33

"""Structures in memory that compiled code reads and writes and the runtime makes.

    Thread      one a host thread that runs guest code
    Context     one an instance; every compiled function gets its address as the first argument
    Record      one a function of an instance: what a non-null funcref points to
    HostFunc    one a host function that an instance imports: the context of its Record

All fields are in the byte order of the machine. Offsets and sizes are in bytes.
"""

from __future__ import annotations

from mvvm.abi.registers import MAX_REGISTERS
from mvvm.wasm.module import ModuleInfo

# Thread.
THREAD_JUMP_BUFFER = 0  # ptr: where a trap jumps to: the innermost entry's jmp_buf
THREAD_IN_GUEST = 8  # u32: what runs: HOST, GUEST, or TRAPPING
THREAD_STACK_LIMIT = 16  # ptr: a host function is called only while the stack pointer is above it
THREAD_STACK_LOW = 24  # ptr: the lowest usable address of the stack
THREAD_FAULT_ADDRESS = 32  # ptr: si_addr of the last fault
# What the last trap's backtrace is made from (mvvm.runtime.unwind).
THREAD_REGISTERS = 40  # u64[MAX_REGISTERS], by number (mvvm.abi.registers); of mvvm_trap only pc, sp and frame pointer
THREAD_STACK_START = THREAD_REGISTERS + 8 * MAX_REGISTERS  # ptr: where THREAD_STACK was copied from
THREAD_STACK_SIZE = THREAD_STACK_START + 8  # u64: bytes of THREAD_STACK in use
THREAD_STACK = THREAD_STACK_SIZE + 8  # u8[MAX_STACK]: the stack from the stack pointer towards the jmp_buf
MAX_STACK = 64 * 1024
# A tail call that is still to be made (mvvm.lower.tail_calls): null, or code that calls THREAD_TAIL_CODE with
# THREAD_TAIL_CONTEXT and the values, each in 16 bytes; as many as a function can have parameters.
THREAD_TAIL_THUNK = THREAD_STACK + MAX_STACK  # ptr
THREAD_TAIL_CODE = THREAD_TAIL_THUNK + 8  # ptr
THREAD_TAIL_CONTEXT = THREAD_TAIL_CODE + 8  # ptr
THREAD_TAIL_VALUES = THREAD_TAIL_CONTEXT + 8
MAX_PARAMS = 1000
# The exception in flight: thrown, and not caught yet. It is of whatever instance the thread runs
# (mvvm.lower.exceptions).
THREAD_EXCEPTION = THREAD_TAIL_VALUES + 16 * MAX_PARAMS  # ptr: its tag (mvvm.runtime.tag); 0 while there is none
THREAD_EXCEPTION_CONTEXT = THREAD_EXCEPTION + 8  # ptr: the Context whose CONTEXT_THROWING tells of it
THREAD_EXCEPTION_VALUES = THREAD_EXCEPTION + 16  # u8[16][MAX_EXCEPTION_VALUES], each value at the start of its slot
MAX_EXCEPTION_VALUES = MAX_PARAMS  # as many parameters as a type may have (wasmtime)
THREAD_SIZE = THREAD_EXCEPTION_VALUES + 16 * MAX_EXCEPTION_VALUES

# A tag's cell, whose address is the tag's identity. Cells are in one array of the process, CONTEXT's tag_cells.
TAG_SHORT = 0  # u64: of a tag without values, or with an i32 or f32 alone: EXNREF_SHORT | its number in the array << 32
TAG_MASK = 8  # u64: of the value's bits that there are
TAG_SIZE = 16
MAX_TAGS = 1 << 20
# An exnref with this bit is the exception itself: TAG_SHORT of its tag, and below the value's bits. Others are the
# runtime's handles (mvvm.runtime.exceptions), 0 is null. Below 0 are only what a builtin says that it failed with.
EXNREF_SHORT = 1 << 62

# Values of THREAD_IN_GUEST. A fault is a trap unless in HOST. In TRAPPING the registers have been noted, and the copy
# of the stack, or the jump, has met the end of the stack.
HOST, GUEST, TRAPPING = 0, 1, 2

# Record.
RECORD_CODE = 0  # ptr
RECORD_CONTEXT = 8  # ptr: the first argument of the code: a Context or a HostFunc
RECORD_TYPE = 16  # u32: the function type, numbered by the runtime for the whole process
# u32: the function index in the module that defines it; with TAIL_BIT, if the function takes part in tail calls: then
# RECORD_CONTEXT is a Context, whose CONTEXT_TAILS tells where its body is.
RECORD_INDEX = 20
TAIL_BIT = 1 << 31
RECORD_SIZE = 24

# HostFunc.
# ptr: i64 (parameters..., [ptr results]), see mvvm.lower.support; below 0: see mvvm.abi.stable_points, else unwind with
# the pending exception
HOST_CALLBACK = 0
HOST_CONTEXT = 8  # ptr: the Context of the importing instance
HOST_SIZE = 16

# Context: a head, then arrays whose lengths the module gives.
CONTEXT_THREAD = 0  # ptr: the Thread that runs this instance
CONTEXT_POLL = 8  # u32: the poll word (mvvm.abi.stable_points)
# u16: the upper half of the poll word: THROWING while an exception is in flight in this instance. The lower half is
# written by whoever asks for a stop, in any thread, the upper one only by the guest's: neither loses what the other
# says.
CONTEXT_THROWING = {"little": CONTEXT_POLL + 2, "big": CONTEXT_POLL}
CONTEXT_REQUESTS = {"little": CONTEXT_POLL, "big": CONTEXT_POLL + 2}  # u16: the lower half
CONTEXT_TAILS = 12  # u32: offset in the Context of ptr[], by function index: the bodies that tail calls jump to
CONTEXT_BUILTINS = 16  # ptr: ptr[len(BUILTINS)], the runtime's callbacks
# Which stable points count while the poll word is COUNTING: of these kinds, with a pc from CONTEXT_PC_LOW to below
# CONTEXT_PC_HIGH. The one that counts CONTEXT_COUNTDOWN down to 0 asks the runtime.
CONTEXT_KINDS = 24  # u32: LOOP_POINTS | CALL_POINTS
CONTEXT_COUNTDOWN = 32  # u64
CONTEXT_PC_LOW = 40  # u64
CONTEXT_PC_HIGH = 48  # u64
CONTEXT_ON_POINT = 56  # ptr: i64 (ptr context, i64 number): 1 to stop, 0 to go on, below 0: unwind with an exception
CONTEXT_COMMIT = 64  # ptr: where the next record goes in the commit buffer
# u64: 0, or the byte offset in the module of the `loop` that a continuation left for another one to go on with; what is
# live there is in the slots that it was given (mvvm.lower.continuation).
CONTEXT_SWITCH = 72
CONTEXT_HEAD = 80

MEMORY_BASE = 0  # ptr: never changes while the instance lives
MEMORY_CELL = 8  # ptr: u64, the size in pages of the memory's type now; shared by all who import the memory
MEMORY_SIZE = 16

TABLE_BASE = 0  # ptr: ptr[], never changes
TABLE_CELL = 8  # ptr: u64, the number of elements now
TABLE_SIZE = 16

GLOBAL_SIZE = 16  # the value itself, or for an imported global a pointer to it

# What compiled code asks the runtime for. Each is called as i64 (ptr context, i64 x 5); a result below 0 means:
# unwind with the pending exception. Arguments in the order of the instruction's immediates, then its operands.
BUILTINS = (
    "memory.grow",  # memory, delta -> the old size in pages, or GROW_FAILED
    "memory.init",  # data, memory, destination, source, size
    "data.drop",  # data
    "table.grow",  # table, value, delta -> the old size, or GROW_FAILED
    "table.fill",  # table, index, value, size
    "table.copy",  # destination table, source table, destination, source, size
    "table.init",  # element, table, destination, source, size
    "elem.drop",  # element
    # memory, index, offset, expected, timeout in ns (below 0: none) -> 0 notified, 1 another value, 2 timed out;
    # 3 + what is left of the timeout where it was interrupted and is to be made anew (mvvm.lower.atomics)
    "memory.atomic.wait32",
    "memory.atomic.wait64",
    "memory.atomic.notify",  # memory, index, offset, count -> how many were woken
    "exn.new",  # -> an exnref of the exception in flight
    "exn.throw",  # exnref: makes it the exception in flight
)

# More than anything has; its lower half is what growing gives that fails where sizes have 32 bits.
GROW_FAILED = (1 << 63) - 1

# What mvvm_enter returns when a host function raised; other values are of mvvm.abi.traps.
RETURNED = 0


class ContextLayout:
    """Where the parts of a module's Context are. Offsets in bytes from its start."""

    __slots__ = ("functions", "globals", "memories", "size", "tables", "tag_cells", "tags", "tails", "types")

    def __init__(self, info: ModuleInfo) -> None:
        self.memories = CONTEXT_HEAD
        self.tables = self.memories + MEMORY_SIZE * len(info.memories)
        self.globals = self.tables + TABLE_SIZE * len(info.tables)
        # u32 each: the process-wide number of the module's type.
        self.types = self.globals + GLOBAL_SIZE * len(info.globals)
        self.functions = (self.types + 4 * len(info.types) + 15) & ~15
        self.tag_cells = self.functions + RECORD_SIZE * len(info.functions)  # ptr: the cells of all tags
        self.tags = self.tag_cells + 8  # ptr each: the address of its cell
        # ptr each, only where the module has tail calls: then the size is more.
        self.tails = self.size = self.tags + 8 * len(info.tags)

    def memory(self, index: int) -> int:
        """Offset of a memory's MEMORY_BASE."""
        return self.memories + MEMORY_SIZE * index

    def table(self, index: int) -> int:
        """Offset of a table's TABLE_BASE."""
        return self.tables + TABLE_SIZE * index

    def global_(self, index: int) -> int:
        """Offset of a global's value, or of the pointer to it."""
        return self.globals + GLOBAL_SIZE * index

    def type(self, index: int) -> int:
        """Offset of a type's number."""
        return self.types + 4 * index

    def function(self, index: int) -> int:
        """Offset of a function's Record."""
        return self.functions + RECORD_SIZE * index

    def tag(self, index: int) -> int:
        """Offset of the pointer to a tag."""
        return self.tags + 8 * index

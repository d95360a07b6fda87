"""Names of an `.aot` file's sections and symbols, with what each holds.

An `.aot` file is an ELF shared object without a dynamic section: the loader maps its segments and fills the
global offset table itself. Messages are defined in `proto/aot.proto`.
"""

from __future__ import annotations

# Raised with every change of a layout in mvvm.abi, of the messages, or of what a builtin means.
FORMAT_VERSION = 5

# Loaded: in this order, each segment at pages of its own.
RODATA = ".rodata"  # constants and jump tables; the first segment, read-only, with the ELF header before it
EH_FRAME = ".eh_frame"  # call frame information of all code (LSB Core, 10.6; DWARF 5, 6.4); in the first segment too
TEXT = ".text"  # all code; mapped read+execute from the file
GOT = ".got"  # ptr[]: addresses of the libc functions of Functions.imports, in that order; filled by the loader
DATA = ".data"  # zeros: the words of the fault handler (see mvvm.lower.support)

# Not loaded.
TARGET = ".mvvm.target"  # message Target: what the code was made for; checked before anything else is believed
MODULE = ".mvvm.module"  # message Module: the declarations of the Wasm module
FUNCTIONS = ".mvvm.functions"  # message Functions: where functions and thunks are in .text
POINTS = ".mvvm.points"  # message StablePoints: what is live at each stable point; read when a program is stopped
NAMES = ".mvvm.names"  # message Names: the module's name and its functions' names; read for backtraces
WASM = ".mvvm.wasm"  # the Wasm module as it was given, byte for byte; data segments are taken from it

# Of a file for several architectures: IMAGE + the name of each but the first is a whole `.aot` file for it, but for
# the module, which is the same. It begins at a multiple of IMAGE_ALIGNMENT, the largest page there is, to be mapped.
IMAGE = ".mvvm.image."
IMAGE_ALIGNMENT = 65536

# Of a continuation's file, which has besides it only the loaded sections: message Continuation.
CONTINUATION = ".mvvm.continuation"

METADATA = (TARGET, MODULE, FUNCTIONS, POINTS, NAMES, WASM)

# Symbols of the support code, which is part of every file.
ENTER = "mvvm_enter"  # i32 (ptr thread, ptr invoke thunk, ptr record, ptr values): RETURNED or a trap code
TRAP = "mvvm_trap"  # void (ptr context, i32 code), does not return
ON_SIGNAL = "mvvm_on_signal"  # the SA_SIGINFO handler
STABLE_POINT = "mvvm_stable_point"  # ptr (ptr context, i64 number): see mvvm.abi.stable_points
BUILTIN = "mvvm_builtin"  # i64 (ptr context, i32 builtin, i64 x 5)
INVOKE = "invoke_"  # + type key: void (ptr record, ptr values): 16-byte slots, arguments in, results out
HOST = "host_"  # + type key: the code of host functions of that type
FUNCTION = "f"  # + function index
TAIL = "t"  # + function index: the body of a function that takes part in tail calls (mvvm.lower.tail_calls)
PASS = "mvvm_pass_"  # + type key: calls such a body with the arguments that a tail call left in the Thread
HOPS = "mvvm_hops_"  # + types of results: makes the tail calls that were left in the Thread
STATIC_TABLE = "mvvm_table"  # + table index: a table that never changes, in .rodata (mvvm.lower.indirect)
# Of a continuation's file: void (ptr context, ptr values): 8-byte slots, locals and operands in, a v128 in two; 16-byte
# slots, results out, as INVOKE's.
RESUME = "mvvm_resume"
# Words in .data, set by the loader of the first file of a process.
HANDLER_WORDS = "mvvm_handler_words"  # u32 pthread key; at +8 the actions before ours for SIGSEGV and SIGBUS
SIGACTION_SIZE = 160  # of glibc's struct sigaction (152), rounded up
HANDLER_WORDS_SIZE = 8 + 2 * SIGACTION_SIZE

"""The code that every `.aot` file holds beside its functions: entry, traps, thunks, the fault handler.

It is LLVM IR, not Python, because it jumps: a trap leaves guest code by `_longjmp` to the innermost entry. No jump
ever crosses a frame of the host: a host function that raised returns first, and its thunk jumps. See
mvvm.abi.context for the structures and mvvm.abi.sections for the symbols.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvvm.abi import context as abi
from mvvm.abi import sections, traps
from mvvm.abi import stable_points as points
from mvvm.abi.registers import REGISTERS
from mvvm.errors import InternalError
from mvvm.lower.in_flight import make_ours
from mvvm.lower.llvm_types import LLVM, SELF, result_type, returned_types, signature, stable_point_convention
from mvvm.wasm.types import I32, I64, V128

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mvvm.options import Target
    from mvvm.wasm.types import FuncType

_SI_ADDR = 16  # offset in siginfo_t
_SIGBUS = 7
_JMP_BUF_SIZE = 512  # glibc: 200 on x86_64, 312 on aarch64, 280 on s390x, 344 on riscv64
# How 32-bit integers travel to and from functions of C, where the ABI says that they fill their register: attributes of
# int and of unsigned int.
_EXTENSIONS = {"s390x": ("signext ", "zeroext "), "riscv64": ("signext ", "signext ")}

_RUNTIME = f"""
@{sections.HANDLER_WORDS} = hidden global [{sections.HANDLER_WORDS_SIZE} x i8] zeroinitializer, align 16

declare <int>i32 @_setjmp(ptr) returns_twice
declare void @_longjmp(ptr, i32 <int>) noreturn
declare ptr @pthread_getspecific(i32 <unsigned>)
declare <int>i32 @sigaction(i32 <int>, ptr, ptr)
declare ptr @llvm.frameaddress.p0(i32)
declare ptr @llvm.returnaddress(i32)
declare ptr @llvm.stacksave.p0()
declare i64 @llvm.umax.i64(i64, i64)
declare i64 @llvm.umin.i64(i64, i64)
declare i64 @llvm.usub.sat.i64(i64, i64)
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)

; Runs a function from the host. What the entry before this one needs is put back however this one ends.
define hidden <int>i32 @{sections.ENTER}(ptr %thread, ptr %invoke, ptr %record, ptr %values) #0 {{
  %buffer = alloca [{_JMP_BUF_SIZE} x i8], align 16
  %jump_field = getelementptr i8, ptr %thread, i64 {abi.THREAD_JUMP_BUFFER}
  %guest_field = getelementptr i8, ptr %thread, i64 {abi.THREAD_IN_GUEST}
  %outer_jump = load volatile ptr, ptr %jump_field
  %outer_guest = load volatile i32, ptr %guest_field
  %code = call i32 @_setjmp(ptr %buffer) returns_twice
  %direct = icmp eq i32 %code, 0
  br i1 %direct, label %run, label %leave
run:
  store volatile ptr %buffer, ptr %jump_field
  store volatile i32 {abi.GUEST}, ptr %guest_field
  call void %invoke(ptr %record, ptr %values)
  br label %leave
leave:
CLEAN_VECTORS
  store volatile ptr %outer_jump, ptr %jump_field
  store volatile i32 %outer_guest, ptr %guest_field
  ret i32 %code
}}

; Copies the stack from %stack to the entry's jump buffer, which is in the frame that called the guest, for the
; backtrace: the jump gives that memory back. An overflow may leave the stack pointer below the usable stack.
define internal void @mvvm_copy_stack(ptr %thread, ptr %stack) noinline #0 {{
  %size_field = getelementptr i8, ptr %thread, i64 {abi.THREAD_STACK_SIZE}
  store volatile i64 0, ptr %size_field
  %low_field = getelementptr i8, ptr %thread, i64 {abi.THREAD_STACK_LOW}
  %low = load i64, ptr %low_field
  %pointer = ptrtoint ptr %stack to i64
  %start = call i64 @llvm.umax.i64(i64 %pointer, i64 %low)
  %start_field = getelementptr i8, ptr %thread, i64 {abi.THREAD_STACK_START}
  store i64 %start, ptr %start_field
  %end = load i64, ptr %thread
  %used = call i64 @llvm.usub.sat.i64(i64 %end, i64 %start)
  %size = call i64 @llvm.umin.i64(i64 %used, i64 {abi.MAX_STACK})
  %from = inttoptr i64 %start to ptr
  %to = getelementptr i8, ptr %thread, i64 {abi.THREAD_STACK}
  call void @llvm.memcpy.p0.p0.i64(ptr %to, ptr %from, i64 %size, i1 true)
  store volatile i64 %size, ptr %size_field
  ret void
}}

; A program counter of its caller.
define internal ptr @mvvm_here() noinline #0 {{
  %pc = call ptr @llvm.returnaddress(i32 0)
  ret ptr %pc
}}

; The backtrace begins here: this function has call frame information like any other.
define hidden void @{sections.TRAP}({SELF} %ctx, i32 %code) noreturn cold noinline #0 {{
  %thread = load ptr, ptr %ctx
  %pc = call ptr @mvvm_here()
  %stack = call ptr @llvm.stacksave.p0()
FRAME_ADDRESS
  %pc_field = getelementptr i8, ptr %thread, i64 PC_REGISTER
  store ptr %pc, ptr %pc_field
  %stack_field = getelementptr i8, ptr %thread, i64 STACK_REGISTER
  store ptr %stack, ptr %stack_field
NOTE_FRAME
  call void @mvvm_copy_stack(ptr %thread, ptr %stack)
  %guest_field = getelementptr i8, ptr %thread, i64 {abi.THREAD_IN_GUEST}
  store volatile i32 {abi.TRAPPING}, ptr %guest_field
  %buffer = load ptr, ptr %thread
  call void @_longjmp(ptr %buffer, i32 %code)
  unreachable
}}

; A fault while the guest runs is a trap; the runtime finds out which. Any other gets the action that was there
; before, and happens again. That action is given once: a handler that was put in place over this one gives the
; fault back when it is done, and then the default is due.
define hidden void @{sections.ON_SIGNAL}(i32 %signal, ptr %info, ptr %machine) #0 {{
  %key = load i32, ptr @{sections.HANDLER_WORDS}
  %thread = call ptr @pthread_getspecific(i32 %key)
  %stranger = icmp eq ptr %thread, null
  br i1 %stranger, label %pass_on, label %look
look:
  %guest_field = getelementptr i8, ptr %thread, i64 {abi.THREAD_IN_GUEST}
  %in_guest = load volatile i32, ptr %guest_field
  %of_guest = icmp ne i32 %in_guest, {abi.HOST}
  br i1 %of_guest, label %trap, label %pass_on
trap:
  %address_field = getelementptr i8, ptr %info, i64 {_SI_ADDR}
  %address = load ptr, ptr %address_field
  %fault_field = getelementptr i8, ptr %thread, i64 {abi.THREAD_FAULT_ADDRESS}
  store ptr %address, ptr %fault_field
  %noted = icmp eq i32 %in_guest, {abi.TRAPPING}
  br i1 %noted, label %leave, label %note
note:
NOTE_REGISTERS
  store volatile i32 {abi.TRAPPING}, ptr %guest_field
  %stack_field = getelementptr i8, ptr %thread, i64 STACK_REGISTER
  %stack = load ptr, ptr %stack_field
  call void @mvvm_copy_stack(ptr %thread, ptr %stack)
  br label %leave
leave:
  %buffer = load ptr, ptr %thread
  call void @_longjmp(ptr %buffer, i32 {traps.FAULT})
  unreachable
pass_on:
  %is_bus = icmp eq i32 %signal, {_SIGBUS}
  %offset = select i1 %is_bus, i64 {8 + sections.SIGACTION_SIZE}, i64 8
  %before = getelementptr i8, ptr @{sections.HANDLER_WORDS}, i64 %offset
  %ignored = call i32 @sigaction(i32 %signal, ptr %before, ptr null)
  store i64 0, ptr %before ; sa_handler: SIG_DFL
  ret void
}}

define hidden i64 @{sections.BUILTIN}({SELF} %ctx, i32 %index, i64 %a, i64 %b, i64 %c, i64 %d, i64 %e) noinline #0 {{
  %table_field = getelementptr i8, ptr %ctx, i64 {abi.CONTEXT_BUILTINS}
  %table = load ptr, ptr %table_field
  %wide = zext i32 %index to i64
  %slot = getelementptr ptr, ptr %table, i64 %wide
  %callback = load ptr, ptr %slot
LEAVE_GUEST
  %status = call i64 %callback(ptr %ctx, i64 %a, i64 %b, i64 %c, i64 %d, i64 %e)
ENTER_GUEST
  ret i64 %status
}}
"""

# Whether to stop here. Cold code of stable points calls this; see mvvm.abi.stable_points. It writes nothing that they
# know of (mvvm.lower.llvm_types). While little stack is left nothing is asked, since the host needs room: a later
# point will do.
_STABLE_POINT = f"""
define hidden <convention>ptr @{sections.STABLE_POINT}({SELF} %ctx, i64 %point) noinline cold #0 {{
  %poll_field = getelementptr i8, ptr %ctx, i64 {abi.CONTEXT_POLL}
  %word = load volatile i32, ptr %poll_field
  %unwinding = icmp eq i32 %word, {points.UNWINDING}
  br i1 %unwinding, label %commit, label %look
look:
  %thread = load ptr, ptr %ctx
  %limit_field = getelementptr i8, ptr %thread, i64 {abi.THREAD_STACK_LIMIT}
  %limit = load ptr, ptr %limit_field
  %stack = call ptr @llvm.stacksave.p0()
  %full = icmp ult ptr %stack, %limit
  br i1 %full, label %go_on, label %room
room:
  %counting = icmp eq i32 %word, {points.COUNTING}
  br i1 %counting, label %of_kind, label %ask
of_kind:
  %kinds_field = getelementptr i8, ptr %ctx, i64 {abi.CONTEXT_KINDS}
  %kinds = load i32, ptr %kinds_field
  %call_bit = and i64 %point, {points.CALL_BIT}
  %is_call = icmp ne i64 %call_bit, 0
  %kind = select i1 %is_call, i32 {points.CALL_POINTS}, i32 {points.LOOP_POINTS}
  %wanted_kinds = and i32 %kinds, %kind
  %wanted = icmp ne i32 %wanted_kinds, 0
  br i1 %wanted, label %in_range, label %go_on
in_range:
  %pc = lshr i64 %point, {points.PC_SHIFT}
  %low_field = getelementptr i8, ptr %ctx, i64 {abi.CONTEXT_PC_LOW}
  %low = load i64, ptr %low_field
  %high_field = getelementptr i8, ptr %ctx, i64 {abi.CONTEXT_PC_HIGH}
  %high = load i64, ptr %high_field
  %size = sub i64 %high, %low
  %distance = sub i64 %pc, %low
  %inside = icmp ult i64 %distance, %size
  br i1 %inside, label %count, label %go_on
count:
  %countdown_field = getelementptr i8, ptr %ctx, i64 {abi.CONTEXT_COUNTDOWN}
  %before = load i64, ptr %countdown_field
  %left = sub i64 %before, 1
  store i64 %left, ptr %countdown_field
  %due = icmp eq i64 %left, 0
  br i1 %due, label %ask, label %go_on
ask:
CLEAN_VECTORS
  %guest_field = getelementptr i8, ptr %thread, i64 {abi.THREAD_IN_GUEST}
  %callback_field = getelementptr i8, ptr %ctx, i64 {abi.CONTEXT_ON_POINT}
  %callback = load ptr, ptr %callback_field
  store volatile i32 {abi.HOST}, ptr %guest_field
  %status = call i64 %callback(ptr %ctx, i64 %point)
  store volatile i32 {abi.GUEST}, ptr %guest_field
  %raised = icmp slt i64 %status, 0
  br i1 %raised, label %raise, label %answer
raise:
  call void @{sections.TRAP}({SELF} %ctx, i32 {traps.HOST})
  unreachable
answer:
  %stop = icmp eq i64 %status, 1
  br i1 %stop, label %commit, label %go_on
go_on:
  ret ptr null
commit:
  %commit_field = getelementptr i8, ptr %ctx, i64 {abi.CONTEXT_COMMIT}
  %record = load ptr, ptr %commit_field
  store i64 %point, ptr %record
  %class = and i64 %point, {points.SIZE_MASK}
  %exact = icmp ult i64 %class, {points.EXACT}
  %shift = sub i64 %class, {points.EXACT}
  %power = shl i64 {points.EXACT}, %shift
  %slots = select i1 %exact, i64 %class, i64 %power
  %values = getelementptr i64, ptr %record, i64 1
  %next = getelementptr i64, ptr %values, i64 %slots
  store ptr %next, ptr %commit_field
  ret ptr %values
}}
"""

# Around every call of the host. The host needs room on the stack, which it cannot check for itself.
_LEAVE_GUEST = f"""  %thread = load ptr, ptr %ctx
  %guest_field = getelementptr i8, ptr %thread, i64 {abi.THREAD_IN_GUEST}
  %limit_field = getelementptr i8, ptr %thread, i64 {abi.THREAD_STACK_LIMIT}
  %limit = load ptr, ptr %limit_field
  %stack = call ptr @llvm.stacksave.p0()
  %full = icmp ult ptr %stack, %limit
  br i1 %full, label %overflow, label %room
overflow:
  call void @{sections.TRAP}({SELF} %ctx, i32 {traps.STACK_OVERFLOW})
  unreachable
room:
CLEAN_VECTORS
  store volatile i32 {abi.HOST}, ptr %guest_field"""
# INTERRUPTED is told from an exception where it may come from: _host_thunk.
_ENTER_GUEST = f"""  store volatile i32 {abi.GUEST}, ptr %guest_field
  %raised = icmp slt i64 %status, 0
  br i1 %raised, label %unwind, label %return
unwind:
  call void @{sections.TRAP}({SELF} %ctx, i32 {traps.HOST})
  unreachable
return:"""


_FRAME_ADDRESS = "  %frame = call ptr @llvm.frameaddress.p0(i32 0)\n"
_NOTE_FRAME = """  %frame_field = getelementptr i8, ptr %thread, i64 {}
  store ptr %frame, ptr %frame_field
"""

# Before code of others runs, which may not be made for AVX and then wants the upper halves of registers to be zero.
_VZEROUPPER = "  call void @llvm.x86.avx.vzeroupper()"


def lower_support(target: Target, types: Sequence[FuncType], *, exceptions: bool = False) -> str:
    """The IR of the support code for a module's function types.

    `exceptions` tells that its calls look for exceptions.
    """
    architecture = target.architecture
    if architecture not in REGISTERS:
        raise InternalError(f"the registers of {architecture} are unknown")
    registers = REGISTERS[architecture]
    text = (_RUNTIME + _STABLE_POINT).replace("NOTE_REGISTERS", _note_registers(registers.ucontext))
    text = text.replace("PC_REGISTER", str(_register(registers.program_counter)))
    text = text.replace("STACK_REGISTER", str(_register(registers.stack_pointer)))
    frame = registers.frame_pointer
    text = text.replace("FRAME_ADDRESS\n", "" if frame is None else _FRAME_ADDRESS)
    text = text.replace("NOTE_FRAME\n", "" if frame is None else _NOTE_FRAME.format(_register(frame)))
    int_, unsigned = _EXTENSIONS.get(architecture, ("", ""))
    text = text.replace("<unsigned>", unsigned).replace("<int>", int_)
    text = text.replace("LEAVE_GUEST", _LEAVE_GUEST).replace("ENTER_GUEST", _ENTER_GUEST)
    unique = {type_.key: type_ for type_ in types}
    thunks = [
        _invoke_thunk(type_) + _host_thunk(type_, architecture, exceptions=exceptions) for type_ in unique.values()
    ]
    text += "".join(thunks)
    text = text.replace("<convention>", stable_point_convention(architecture))
    if "avx" not in target.features:
        return text.replace("CLEAN_VECTORS\n", "")
    return text.replace("CLEAN_VECTORS", _VZEROUPPER) + "declare void @llvm.x86.avx.vzeroupper()\n"


def _register(number: int) -> int:
    """The offset in the Thread of a register."""
    return abi.THREAD_REGISTERS + 8 * number


def _note_registers(ucontext: Sequence[int]) -> str:
    """Copies all registers from the signal's ucontext_t to the Thread."""
    return "\n".join(
        f"""  %from{number} = getelementptr i8, ptr %machine, i64 {offset}
  %register{number} = load i64, ptr %from{number}
  %to{number} = getelementptr i8, ptr %thread, i64 {_register(number)}
  store i64 %register{number}, ptr %to{number}"""
        for number, offset in enumerate(ucontext)
    )


def _invoke_thunk(type_: FuncType) -> str:
    """Host to guest: arguments from 16-byte slots, results into them."""
    lines = [
        f"define hidden void @{sections.INVOKE}{type_.key}(ptr %record, ptr %values) #0 {{",
        "  %code = load ptr, ptr %record",
        f"  %context_field = getelementptr i8, ptr %record, i64 {abi.RECORD_CONTEXT}",
        "  %ctx = load ptr, ptr %context_field",
    ]
    arguments = [f"{SELF} %ctx"]
    for i, t in enumerate(type_.params):
        lines.append(f"  %s{i} = getelementptr i8, ptr %values, i64 {16 * i}")
        lines.append(f"  %a{i} = load {LLVM[t]}, ptr %s{i}, align 8")
        arguments.append(f"{LLVM[t]} %a{i}")
    returned = result_type(type_)
    call = f"call {signature(type_)} %code(" + ", ".join(arguments) + ")"
    lines.append(f"  {call}" if not type_.results else f"  %r = {call}")
    for i, travels in enumerate(returned_types(type_.results)):
        value = "%r"
        if len(type_.results) > 1:
            value = f"%r{i}"
            lines.append(f"  {value} = extractvalue {returned} %r, {i}")
        lines.append(f"  %t{i} = getelementptr i8, ptr %values, i64 {16 * i}")
        lines.append(f"  store {travels} {value}, ptr %t{i}, align 8")
    return "\n".join([*lines, "  ret void\n}\n"])


def returns_in_status(results: str) -> bool:
    """Whether a host function's results travel in its status: no result, or a single i32."""
    return results in ("", I32)


def _interrupted(type_: FuncType) -> str:
    """Commit a host call that was interrupted: the HostFunc, and the arguments. It will be made anew."""
    slots = [("ptr", "%host"), *((LLVM[t], f"%p{i}") for i, t in enumerate(type_.params))]
    *firsts, count = points.first_slots(I64 + type_.params)
    number = points.number(0, count, call=True, canonical=True)
    returned = result_type(type_)
    lines = [
        "unwind:",
        f"  %interrupted = icmp eq i64 %status, {points.INTERRUPTED}",
        "  br i1 %interrupted, label %commit, label %raise",
        "commit:",
        f"  %record = call <convention>ptr @{sections.STABLE_POINT}({SELF} %ctx, i64 {number})",
    ]
    for i, (llvm_type, value) in enumerate(slots):
        lines.append(f"  %slot{i} = getelementptr i64, ptr %record, i64 {firsts[i]}")
        lines.append(f"  store {llvm_type} {value}, ptr %slot{i}, align 8")
    return "\n".join([*lines, "  ret void" if returned == "void" else f"  ret {returned} poison", "raise:"])


def _thrown(type_: FuncType, architecture: str) -> str:
    """What a host thunk does where the host threw.

    The exception in flight goes to the caller (mvvm.lower.in_flight).
    """
    returned = result_type(type_)
    return f"""unwind:
  %is_thrown = icmp eq i64 %status, {points.THROWN}
  br i1 %is_thrown, label %throw, label %other
throw:
{make_ours("%thread", architecture)}
  {"ret void" if returned == "void" else f"ret {returned} poison"}
other:"""


def _host_thunk(type_: FuncType, architecture: str, *, exceptions: bool) -> str:
    """Guest to host, for which an i32 is an unsigned int, and a v128 two unsigned integers of 64 bits.

    The low one comes first. Results are in slots, as in a record of a stable point.

    `exceptions` tells that the guest looks for what the host throws.
    """
    _, unsigned = _EXTENSIONS.get(architecture, ("", ""))
    returned = result_type(type_)
    params = "".join([f", {LLVM[t]} %p{i}" for i, t in enumerate(type_.params)])
    lines = [f"define hidden {returned} @{sections.HOST}{type_.key}({SELF} %host{params}) #0 {{"]
    arguments = []
    for i, t in enumerate(type_.params):
        if t == V128:
            lines += [
                f"  %whole{i} = bitcast {LLVM[t]} %p{i} to i128",
                f"  %low{i} = trunc i128 %whole{i} to i64",
                f"  %rest{i} = lshr i128 %whole{i}, 64",
                f"  %high{i} = trunc i128 %rest{i} to i64",
            ]
            arguments += [f"i64 %low{i}", f"i64 %high{i}"]
        else:
            arguments.append(f"{LLVM[t]} {unsigned if t == I32 else ''}%p{i}")
    *firsts, count = points.first_slots(type_.results)
    if not returns_in_status(type_.results):
        lines.append(f"  %results = alloca [{count} x i64], align 16")
        arguments.append("ptr %results")
    interrupted = _interrupted(type_)
    if exceptions:
        interrupted = interrupted.replace("unwind:", _thrown(type_, architecture))
    lines += [
        "  %callback = load ptr, ptr %host",
        f"  %context_field = getelementptr i8, ptr %host, i64 {abi.HOST_CONTEXT}",
        "  %ctx = load ptr, ptr %context_field",
        _LEAVE_GUEST,
        "  %status = call i64 %callback(" + ", ".join(arguments) + ")",
        _ENTER_GUEST.replace("unwind:", interrupted),
    ]
    if not type_.results:
        lines.append("  ret void")
    elif type_.results == I32:
        lines += ["  %r = trunc i64 %status to i32", "  ret i32 %r"]
    else:
        whole = "poison"
        for i, travels in enumerate(returned_types(type_.results)):
            lines.append(f"  %s{i} = getelementptr i8, ptr %results, i64 {8 * firsts[i]}")
            lines.append(f"  %r{i} = load {travels}, ptr %s{i}, align 8")
            if len(type_.results) > 1:
                lines.append(f"  %w{i} = insertvalue {returned} {whole}, {travels} %r{i}, {i}")
                whole = f"%w{i}"
        lines.append(f"  ret {returned} {whole if len(type_.results) > 1 else '%r0'}")
    return "\n".join([*lines, "}\n"])

"""The code that every `.aot` file holds beside its functions: entry, traps, thunks, the fault handler.

It is LLVM IR, not Python, because it jumps: a trap leaves guest code by `_longjmp` to the innermost entry. No jump
ever crosses a frame of the host: a host function that raised returns first, and its thunk jumps. See
mvvm.abi.context for the structures and mvvm.abi.sections for the symbols.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvvm.abi import context as abi
from mvvm.abi import sections, traps
from mvvm.errors import InternalError
from mvvm.lower.llvm_types import LLVM, result_type, signature
from mvvm.wasm.types import I32

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mvvm.wasm.types import FuncType

# Offsets in ucontext_t of the program counter, frame pointer and stack pointer (Linux, glibc).
_UCONTEXT = {"x86_64": (168, 120, 160), "aarch64": (440, 416, 432)}
_SI_ADDR = 16  # offset in siginfo_t
_SIGBUS = 7
_JMP_BUF_SIZE = 512  # glibc: 200 on x86_64, 312 on aarch64

_RUNTIME = f"""
@{sections.HANDLER_WORDS} = hidden global [{sections.HANDLER_WORDS_SIZE} x i8] zeroinitializer, align 16

declare i32 @_setjmp(ptr) returns_twice
declare void @_longjmp(ptr, i32) noreturn
declare ptr @pthread_getspecific(i32)
declare i32 @sigaction(i32, ptr, ptr)
declare ptr @llvm.frameaddress.p0(i32)
declare ptr @llvm.stacksave.p0()

; Runs a function from the host. What the entry before this one needs is put back however this one ends.
define hidden i32 @{sections.ENTER}(ptr %thread, ptr %invoke, ptr %record, ptr %values) #0 {{
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
  store volatile i32 1, ptr %guest_field
  call void %invoke(ptr %record, ptr %values)
  br label %leave
leave:
  store volatile ptr %outer_jump, ptr %jump_field
  store volatile i32 %outer_guest, ptr %guest_field
  ret i32 %code
}}

; Writes the return addresses from the frame at %first on, after %used entries. A frame pointer is followed only
; while it lies between %low and the entry's jump buffer, which is in the frame that called the guest.
define internal void @mvvm_backtrace(ptr %thread, i64 %used, ptr %first, ptr %low) #0 {{
entry:
  %limit = load ptr, ptr %thread
  %frames = getelementptr i8, ptr %thread, i64 {abi.THREAD_FRAMES}
  %count_field = getelementptr i8, ptr %thread, i64 {abi.THREAD_NUM_FRAMES}
  br label %next
next:
  %n = phi i64 [%used, %entry], [%n1, %follow]
  %frame = phi ptr [%first, %entry], [%outer, %follow]
  %above = phi ptr [%low, %entry], [%frame, %follow]
  store i64 %n, ptr %count_field
  %room = icmp ult i64 %n, {abi.MAX_FRAMES}
  %ordered = icmp uge ptr %frame, %above
  %inside = icmp ult ptr %frame, %limit
  %both = and i1 %ordered, %inside
  %go = and i1 %room, %both
  br i1 %go, label %follow, label %done
follow:
  %return_field = getelementptr i8, ptr %frame, i64 8
  %return = load ptr, ptr %return_field, align 1
  %slot = getelementptr ptr, ptr %frames, i64 %n
  store ptr %return, ptr %slot
  %outer = load ptr, ptr %frame, align 1
  %n1 = add i64 %n, 1
  br label %next
done:
  ret void
}}

define hidden void @{sections.TRAP}(ptr %ctx, i32 %code) noreturn cold noinline #0 {{
  %thread = load ptr, ptr %ctx
  %frame = call ptr @llvm.frameaddress.p0(i32 0)
  call void @mvvm_backtrace(ptr %thread, i64 0, ptr %frame, ptr %frame)
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
  %of_guest = icmp ne i32 %in_guest, 0
  br i1 %of_guest, label %leave, label %pass_on
leave:
  %address_field = getelementptr i8, ptr %info, i64 {_SI_ADDR}
  %address = load ptr, ptr %address_field
  %fault_field = getelementptr i8, ptr %thread, i64 {abi.THREAD_FAULT_ADDRESS}
  store ptr %address, ptr %fault_field
  %pc_field = getelementptr i8, ptr %machine, i64 PC_OFFSET
  %pc = load ptr, ptr %pc_field
  %frames = getelementptr i8, ptr %thread, i64 {abi.THREAD_FRAMES}
  store ptr %pc, ptr %frames
  %frame_field = getelementptr i8, ptr %machine, i64 FRAME_OFFSET
  %frame = load ptr, ptr %frame_field
  %stack_field = getelementptr i8, ptr %machine, i64 STACK_OFFSET
  %stack = load ptr, ptr %stack_field
  call void @mvvm_backtrace(ptr %thread, i64 1, ptr %frame, ptr %stack)
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

define hidden i64 @{sections.BUILTIN}(ptr %ctx, i32 %index, i64 %a, i64 %b, i64 %c, i64 %d, i64 %e) noinline #0 {{
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

# Around every call of the host. The host needs room on the stack, which it cannot check for itself.
_LEAVE_GUEST = f"""  %thread = load ptr, ptr %ctx
  %guest_field = getelementptr i8, ptr %thread, i64 {abi.THREAD_IN_GUEST}
  %limit_field = getelementptr i8, ptr %thread, i64 {abi.THREAD_STACK_LIMIT}
  %limit = load ptr, ptr %limit_field
  %stack = call ptr @llvm.stacksave.p0()
  %full = icmp ult ptr %stack, %limit
  br i1 %full, label %overflow, label %room
overflow:
  call void @{sections.TRAP}(ptr %ctx, i32 {traps.STACK_OVERFLOW})
  unreachable
room:
  store volatile i32 0, ptr %guest_field"""
_ENTER_GUEST = f"""  store volatile i32 1, ptr %guest_field
  %raised = icmp slt i64 %status, 0
  br i1 %raised, label %unwind, label %return
unwind:
  call void @{sections.TRAP}(ptr %ctx, i32 {traps.HOST})
  unreachable
return:"""


def lower_support(architecture: str, types: Sequence[FuncType]) -> str:
    """The IR of the support code for a module's function types."""
    if architecture not in _UCONTEXT:
        raise InternalError(f"no ucontext layout for {architecture}")
    pc, frame, stack = _UCONTEXT[architecture]
    text = _RUNTIME.replace("PC_OFFSET", str(pc)).replace("FRAME_OFFSET", str(frame))
    text = text.replace("STACK_OFFSET", str(stack))
    text = text.replace("LEAVE_GUEST", _LEAVE_GUEST).replace("ENTER_GUEST", _ENTER_GUEST)
    unique = {type_.key: type_ for type_ in types}
    return text + "".join([_invoke_thunk(type_) + _host_thunk(type_) for type_ in unique.values()])


def _invoke_thunk(type_: FuncType) -> str:
    """Host to guest: arguments from 16-byte slots, results into them."""
    lines = [
        f"define hidden void @{sections.INVOKE}{type_.key}(ptr %record, ptr %values) #0 {{",
        "  %code = load ptr, ptr %record",
        f"  %context_field = getelementptr i8, ptr %record, i64 {abi.RECORD_CONTEXT}",
        "  %ctx = load ptr, ptr %context_field",
    ]
    arguments = ["ptr %ctx"]
    for i, t in enumerate(type_.params):
        lines.append(f"  %s{i} = getelementptr i8, ptr %values, i64 {16 * i}")
        lines.append(f"  %a{i} = load {LLVM[t]}, ptr %s{i}")
        arguments.append(f"{LLVM[t]} %a{i}")
    returned = result_type(type_)
    call = f"call {signature(type_)} %code(" + ", ".join(arguments) + ")"
    lines.append(f"  {call}" if not type_.results else f"  %r = {call}")
    for i, t in enumerate(type_.results):
        value = "%r"
        if len(type_.results) > 1:
            value = f"%r{i}"
            lines.append(f"  {value} = extractvalue {returned} %r, {i}")
        lines.append(f"  %t{i} = getelementptr i8, ptr %values, i64 {16 * i}")
        lines.append(f"  store {LLVM[t]} {value}, ptr %t{i}")
    return "\n".join([*lines, "  ret void\n}\n"])


def returns_in_status(results: str) -> bool:
    """Whether a host function's results travel in its status: no result, or a single i32."""
    return results in ("", I32)


def _host_thunk(type_: FuncType) -> str:
    """Guest to host."""
    returned = result_type(type_)
    params = "".join([f", {LLVM[t]} %p{i}" for i, t in enumerate(type_.params)])
    arguments = [f"{LLVM[t]} %p{i}" for i, t in enumerate(type_.params)]
    lines = [f"define hidden {returned} @{sections.HOST}{type_.key}(ptr %host{params}) #0 {{"]
    if not returns_in_status(type_.results):
        lines.append(f"  %results = alloca [{len(type_.results)} x i64], align 16")
        arguments.append("ptr %results")
    lines += [
        "  %callback = load ptr, ptr %host",
        f"  %context_field = getelementptr i8, ptr %host, i64 {abi.HOST_CONTEXT}",
        "  %ctx = load ptr, ptr %context_field",
        _LEAVE_GUEST,
        "  %status = call i64 %callback(" + ", ".join(arguments) + ")",
        _ENTER_GUEST,
    ]
    if not type_.results:
        lines.append("  ret void")
    elif type_.results == I32:
        lines += ["  %r = trunc i64 %status to i32", "  ret i32 %r"]
    else:
        whole = "poison"
        for i, t in enumerate(type_.results):
            lines.append(f"  %s{i} = getelementptr i8, ptr %results, i64 {8 * i}")
            lines.append(f"  %r{i} = load {LLVM[t]}, ptr %s{i}")
            if len(type_.results) > 1:
                lines.append(f"  %w{i} = insertvalue {returned} {whole}, {LLVM[t]} %r{i}, {i}")
                whole = f"%w{i}"
        lines.append(f"  ret {returned} {whole if len(type_.results) > 1 else '%r0'}")
    return "\n".join([*lines, "}\n"])

"""Tail calls.

A function that takes part in them (mvvm.passes.tail_calls) is compiled as two: its *body* `t12`, which tail calls jump
to, and its *entry* `f12`, which everything else calls, and which calls the body.

- Within an instance a tail call is a jump: LLVM's `musttail`, on x86_64 and aarch64, for types whose results fit
  registers. LLVM passes no arguments on the stack to it that can be trusted (on x86_64 it neither makes room for them
  nor removes its own), so those that have no register go through the Thread, where the body takes them at once.
- Else it is a *hop*: the body leaves what it would call in the Thread, with the arguments, and returns. The entry that
  called the first body of the chain finds it there, and calls it. So the stack is constant here too. The context's
  register cannot change in a chain of jumps, since callees preserve it: calls of other instances are hops.
- What takes no part in tail calls, a function of the host or of a module that has none, is called as ever, and the
  caller returns after it. It cannot tail-call on. And if a function of the host is interrupted, the frame is there to
  say so.

A continuation makes a tail call as a call of the entry, and returns: it is entered by the runtime, once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mvvm.abi import context as abi
from mvvm.abi.sections import FUNCTION, HOPS, PASS, TAIL
from mvvm.lower.calls import call_code
from mvvm.lower.control import return_results
from mvvm.lower.in_flight import make_ours, throwing_offset
from mvvm.lower.indirect import checked_element, lower_reference
from mvvm.lower.llvm_types import COLD, INVARIANT, LLVM, SELF, result_type, returned_types
from mvvm.lower.stable_points import check_before_tail_call, check_in_tail_call
from mvvm.wasm.types import EXNREF, EXTERNREF, F32, F64, FUNCREF, I32, I64

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mvvm.lower.function import FunctionLowering
    from mvvm.lower.stable_points import Point
    from mvvm.wasm.types import FuncType

# Registers: for integer and float arguments, for integer and float results. The context has one of its own.
_REGISTERS = {"x86_64": (6, 8, 3, 2), "aarch64": (8, 8, 8, 8)}
_INTEGERS, _FLOATS = frozenset((I32, I64, FUNCREF, EXTERNREF, EXNREF)), frozenset((F32, F64))


def jumps(architecture: str, type_: FuncType) -> bool:
    """Whether functions of a type can jump, and be jumped to."""
    if architecture not in _REGISTERS:
        return False
    _, _, integer_results, float_results = _REGISTERS[architecture]
    if not set(type_.params + type_.results) <= _INTEGERS | _FLOATS:
        return False
    results = returned_types(type_.results)
    num_floats = sum(t in ("float", "double") for t in results)
    return len(results) - num_floats <= integer_results and num_floats <= float_results


def _in_registers(architecture: str, type_: FuncType) -> list[int]:
    """The parameters, by position, that a body is given in the ordinary way; all others are in the Thread."""
    if not jumps(architecture, type_):
        return list(range(len(type_.params)))
    integers, floats, _, _ = _REGISTERS[architecture]
    of_kind = [[i for i, t in enumerate(type_.params) if t in kind] for kind in (_INTEGERS, _FLOATS)]
    return sorted(of_kind[0][:integers] + of_kind[1][:floats])


def _in_thread(architecture: str, type_: FuncType) -> list[int]:
    return sorted({*range(len(type_.params))} - {*_in_registers(architecture, type_)})


def convention(architecture: str, type_: FuncType) -> str:
    """The calling convention of bodies of a type, followed by a space."""
    return "tailcc " if jumps(architecture, type_) else ""


def declare_body(f_type: FuncType, index: int, architecture: str) -> str:
    """The declaration of a body that another module of IR holds."""
    params = ", ".join([SELF, *(LLVM[f_type.params[i]] for i in _in_registers(architecture, f_type))])
    returned = result_type(f_type)
    return f"declare hidden {convention(architecture, f_type)}{returned} @{TAIL}{index}({params}) #0\n"


def body_text(f: FunctionLowering) -> str:
    """A function's body, after all instructions were lowered."""
    type_, architecture = f.function.type, f.facts.architecture
    for i in _in_thread(architecture, type_):
        thread = f.once("%thread", "load ptr, ptr %ctx, align 8")
        field = f.once(f"%p{i}.p", f"getelementptr i8, ptr {thread}, i64 {abi.THREAD_TAIL_VALUES + 16 * i}")
        f.once(f"%p{i}", f"load {LLVM[type_.params[i]]}, ptr {field}, align 8")
    params = ", ".join([f"{LLVM[type_.params[i]]} %p{i}" for i in _in_registers(architecture, type_)])
    linkage = f"hidden {convention(architecture, type_)}".rstrip()
    return f.text(linkage, f"{TAIL}{f.function.index}", params).replace(" #0 {", " noinline #0 {", 1)


def entry_text(type_: FuncType, index: int, linkage: str, architecture: str) -> str:
    """The entry: it calls the body, and then whatever the body left in the Thread."""
    params = ", ".join([f"{SELF} %ctx", *(f"{LLVM[t]} %p{i}" for i, t in enumerate(type_.params))])
    given = ", ".join([f"{SELF} %ctx", *(f"{LLVM[type_.params[i]]} %p{i}" for i in _in_registers(architecture, type_))])
    stores = "".join(
        [
            f"  %p{i}.p = getelementptr i8, ptr %thread, i64 {abi.THREAD_TAIL_VALUES + 16 * i}\n"
            f"  store {LLVM[type_.params[i]]} %p{i}, ptr %p{i}.p, align 8\n"
            for i in _in_thread(architecture, type_)
        ]
    )
    returned = result_type(type_)
    r, h, result = ("", "", "void") if returned == "void" else ("%r = ", "%h = ", f"{returned} %")
    return f"""define {linkage} {returned} @{FUNCTION}{index}({params}) #0 {{
entry:
  %thread = load ptr, ptr %ctx
{stores}  {r}call {convention(architecture, type_)}{returned} @{TAIL}{index}({given})
  %thunk_field = getelementptr i8, ptr %thread, i64 {abi.THREAD_TAIL_THUNK}
  %thunk = load volatile ptr, ptr %thunk_field
  %done = icmp eq ptr %thunk, null
  br i1 %done, label %return, label %hop, {COLD}
return:
  ret {result + "r" if r else result}
hop:
  {h}call {returned} @{HOPS}{type_.results}({SELF} %ctx)
  ret {result + "h" if r else result}
}}
"""


def declare_tail_support(types: Iterable[FuncType]) -> list[str]:
    """Declarations of the support code of tail calls, which another module of IR holds."""
    by_results = {type_.results: type_ for type_ in types}
    lines = [
        f"declare hidden {result_type(type_)} @{HOPS}{results}({SELF}) #0" for results, type_ in by_results.items()
    ]
    by_key = {type_.key: type_ for type_ in types}
    lines += [f"declare hidden {result_type(type_)} @{PASS}{key}({SELF}, ptr, ptr) #0" for key, type_ in by_key.items()]
    return ["\n".join([*lines, ""])]


def define_tail_support(types: Iterable[FuncType], architecture: str, *, exceptions: bool) -> str:
    """The support code of tail calls, for functions of some types.

    `exceptions` tells that calls look for exceptions.
    """
    by_results = {type_.results: type_ for type_ in types}
    by_key = {type_.key: type_ for type_ in types}
    returns = "  br i1 %done, label %return, label %again\nreturn:\n"
    if exceptions:
        returns = _TAKE_OVER.format(offset=throwing_offset(architecture), make_ours=make_ours("%thread", architecture))
    parts = [_hops(type_, returns) for type_ in by_results.values()]
    return "".join(parts + [_pass(type_, architecture) for type_ in by_key.values()])


# Control goes back to the caller of the entry, which may look for its own instance's exceptions only.
_TAKE_OVER = f"""  br i1 %done, label %last, label %again
last:
  %tag_field = getelementptr i8, ptr %thread, i64 {abi.THREAD_EXCEPTION}
  %tag = load i64, ptr %tag_field
  %is_thrown = icmp ne i64 %tag, 0
  br i1 %is_thrown, label %thrown, label %return
thrown:
  %of_field = getelementptr i8, ptr %thread, i64 {abi.THREAD_EXCEPTION_CONTEXT}
  %of = load ptr, ptr %of_field
  %theirs = getelementptr i8, ptr %of, i64 {{offset}}
  store volatile i16 0, ptr %theirs, align 2
{{make_ours}}
  br label %return
return:
"""


def _hops(type_: FuncType, returns: str) -> str:
    """Call what was left in the Thread, and what that leaves, until there is nothing more."""
    returned = result_type(type_)
    r, result = ("", "void") if returned == "void" else ("%r = ", f"{returned} %r")
    return f"""
define hidden {returned} @{HOPS}{type_.results}({SELF} %ctx) noinline cold #0 {{
entry:
  %thread = load ptr, ptr %ctx
  %thunk_field = getelementptr i8, ptr %thread, i64 {abi.THREAD_TAIL_THUNK}
  %code_field = getelementptr i8, ptr %thread, i64 {abi.THREAD_TAIL_CODE}
  %context_field = getelementptr i8, ptr %thread, i64 {abi.THREAD_TAIL_CONTEXT}
  %values = getelementptr i8, ptr %thread, i64 {abi.THREAD_TAIL_VALUES}
  br label %again
again:
  %thunk = load volatile ptr, ptr %thunk_field
  %code = load volatile ptr, ptr %code_field
  %context = load volatile ptr, ptr %context_field
  store volatile ptr null, ptr %thunk_field
  {r}call {returned} %thunk({SELF} %context, ptr %code, ptr %values)
  %next = load volatile ptr, ptr %thunk_field
  %done = icmp eq ptr %next, null
{returns}  ret {result}
}}
"""


def _pass(type_: FuncType, architecture: str) -> str:
    """Call a body with the arguments that were left in the Thread."""
    returned = result_type(type_)
    lines = [f"define hidden {returned} @{PASS}{type_.key}({SELF} %ctx, ptr %code, ptr %values) #0 {{"]
    arguments = [f"{SELF} %ctx"]
    for i in _in_registers(architecture, type_):
        t = type_.params[i]
        lines.append(f"  %s{i} = getelementptr i8, ptr %values, i64 {16 * i}")
        lines.append(f"  %a{i} = load {LLVM[t]}, ptr %s{i}, align 8")
        arguments.append(f"{LLVM[t]} %a{i}")
    call = f"call {convention(architecture, type_)}{returned} %code(" + ", ".join(arguments) + ")"
    lines += [f"  {call}", "  ret void"] if returned == "void" else [f"  %r = {call}", f"  ret {returned} %r"]
    return "\n".join([*lines, "}\n"])


def _return_call(f: FunctionLowering, index: Any) -> None:
    info = f.facts.info
    type_ = info.func_type(index)
    point = check_before_tail_call(f)
    if index < info.num_imported_functions:
        _leave_to_record(f, type_, f.context_field(f"%func{index}", f.facts.layout.function(index)), point)
    elif f.canonical:
        f.called.add(index)
        _call_and_return(f, type_, f"@{FUNCTION}{index}", "%ctx")
    else:
        f.tail_called.add(index)
        if _jumps_to(f, type_):
            _jump(f, type_, f"@{TAIL}{index}", _pop_arguments(f, type_))
        else:
            _hop(f, type_, f"@{TAIL}{index}", "%ctx", _pop_arguments(f, type_))
    f.reachable = False


def _return_call_indirect(f: FunctionLowering, immediate: Any) -> None:
    type_index, table = immediate
    point = check_before_tail_call(f)
    record = checked_element(f, type_index, table)
    _leave_to_record(f, f.facts.info.types[type_index], record, point)
    f.reachable = False


def _return_call_ref(f: FunctionLowering, type_index: Any) -> None:
    point = check_before_tail_call(f)
    _leave_to_record(f, f.facts.info.types[type_index], f.stack.pop(), point)
    f.reachable = False


def _leave_to_record(f: FunctionLowering, type_: FuncType, record: str, point: Point | None) -> None:
    """Tail-call the function of a Record."""
    code, context = lower_reference(f, record)
    index_field = f.emit(f"getelementptr i8, ptr {record}, i64 {abi.RECORD_INDEX}")
    index = f.emit(f"load i32, ptr {index_field}, align 4, {INVARIANT}")
    takes_part = f.emit(f"icmp slt i32 {index}, 0")  # TAIL_BIT
    onward, plain = f.label(), f.label()
    f.lines.append(f"  br i1 {takes_part}, label %{onward}, label %{plain}\n{plain}:")
    f.current = plain
    operands = list(f.stack)
    call_code(f, type_, code, context)
    check_in_tail_call(f, point)
    return_results(f)
    f.stack[:] = operands
    f.lines.append(f"{onward}:")
    f.current = onward
    if f.canonical:
        _call_and_return(f, type_, code, context)
        return
    arguments = _pop_arguments(f, type_)
    position = f.emit(f"and i32 {index}, {abi.TAIL_BIT - 1}")
    offset = f.emit(f"shl i64 {f.emit(f'zext i32 {position} to i64')}, 3")
    if _jumps_to(f, type_):
        jump, hop = f.label(), f.label()
        f.lines.append(f"  br i1 {f.emit(f'icmp eq ptr {context}, %ctx')}, label %{jump}, label %{hop}\n{jump}:")
        ours = f.emit(f"getelementptr i8, ptr %ctx, i64 {f.facts.layout.tails}")
        slot = f.emit(f"getelementptr i8, ptr {ours}, i64 {offset}")
        _jump(f, type_, f.emit(f"load ptr, ptr {slot}, align 8, {INVARIANT}"), arguments)
        f.lines.append(f"{hop}:")
        f.current = hop
    tails_field = f.emit(f"getelementptr i8, ptr {context}, i64 {abi.CONTEXT_TAILS}")
    wide = f.emit(f"zext i32 {f.emit(f'load i32, ptr {tails_field}, align 4, {INVARIANT}')} to i64")
    theirs = f.emit(f"getelementptr i8, ptr {context}, i64 {wide}")
    slot = f.emit(f"getelementptr i8, ptr {theirs}, i64 {offset}")
    _hop(f, type_, f.emit(f"load ptr, ptr {slot}, align 8, {INVARIANT}"), context, arguments)


def _jumps_to(f: FunctionLowering, type_: FuncType) -> bool:
    architecture = f.facts.architecture
    return jumps(architecture, type_) and jumps(architecture, f.function.type)


def _pop_arguments(f: FunctionLowering, type_: FuncType) -> list[str]:
    arity = len(type_.params)
    arguments = f.stack[-arity:] if arity else []
    del f.stack[len(f.stack) - arity :]
    return arguments


def _call_and_return(f: FunctionLowering, type_: FuncType, code: str, context: str) -> None:
    call_code(f, type_, code, context)
    return_results(f)


def _jump(f: FunctionLowering, type_: FuncType, body: str, values: list[str]) -> None:
    returned = result_type(type_)
    architecture = f.facts.architecture
    _store_arguments(f, type_, values, _in_thread(architecture, type_))
    given = _in_registers(architecture, type_)
    arguments = "".join([f", {LLVM[type_.params[i]]} {values[i]}" for i in given])
    call = f"musttail call tailcc {returned} {body}({SELF} %ctx{arguments})"
    if returned == "void":
        f.lines.append(f"  {call}\n  ret void")
    else:
        f.lines.append(f"  ret {returned} {f.emit(call)}")


def _hop(f: FunctionLowering, type_: FuncType, body: str, context: str, values: list[str]) -> None:
    _store_arguments(f, type_, values, range(len(values)))
    thread = f.emit("load ptr, ptr %ctx, align 8")
    for offset, value in (
        (abi.THREAD_TAIL_CODE, body),
        (abi.THREAD_TAIL_CONTEXT, context),
        (abi.THREAD_TAIL_THUNK, f"@{PASS}{type_.key}"),
    ):
        field = f.emit(f"getelementptr i8, ptr {thread}, i64 {offset}")
        f.lines.append(f"  store volatile ptr {value}, ptr {field}, align 8")
    f.returns_early = True
    f.lines.append("  br label %unwound")


def _store_arguments(f: FunctionLowering, type_: FuncType, values: list[str], which: Iterable[int]) -> None:
    """Put arguments, by position, into the Thread."""
    for i in which:
        thread = f.emit("load ptr, ptr %ctx, align 8")
        slot = f.emit(f"getelementptr i8, ptr {thread}, i64 {abi.THREAD_TAIL_VALUES + 16 * i}")
        f.lines.append(f"  store {LLVM[type_.params[i]]} {values[i]}, ptr {slot}, align 8")


HANDLERS = {
    "return_call": _return_call,
    "return_call_indirect": _return_call_indirect,
    "return_call_ref": _return_call_ref,
}

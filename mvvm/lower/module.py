"""Lowering of functions in bulk: a partition of a module becomes one module of LLVM IR."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mvvm.lower import (
    atomics,
    calls,
    control,
    exceptions,
    memory,
    nans,
    numeric,
    simd,
    tail_calls,
    variables,
    wide_arithmetic,
)
from mvvm.lower import tables as table_instructions
from mvvm.lower.function import FunctionLowering, ModuleFacts
from mvvm.lower.indirect import declare_static_table, define_static_tables
from mvvm.lower.llvm_types import (
    DECLARATIONS,
    LLVM,
    METADATA,
    SELF,
    STABLE_POINT_ATTRIBUTES,
    attributes,
    result_type,
    stable_point_convention,
)
from mvvm.lower.tail_calls import body_text, declare_body, declare_tail_support, entry_text
from mvvm.passes.shadow_stack import GLOBAL_SET_STACK_POINTER, ShadowStack, insert_stack_checks
from mvvm.wasm.code import decode_function
from mvvm.wasm.opcodes import BY_NAME, NUM_CODES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mvvm.lower.stable_points import Point
    from mvvm.wasm.decode import Module
    from mvvm.wasm.module import ModuleInfo

_BY_NAME: dict[str, Callable[[FunctionLowering, Any], None]] = {
    **control.HANDLERS,
    **exceptions.HANDLERS,
    "delegate": control.HANDLERS["end"],
    **variables.HANDLERS,
    **memory.HANDLERS,
    **numeric.HANDLERS,
    **atomics.HANDLERS,
    **wide_arithmetic.HANDLERS,
    **calls.HANDLERS,
    **tail_calls.HANDLERS,
    **table_instructions.HANDLERS,
    **simd.HANDLERS,
}


def _by_code() -> list[Callable[[FunctionLowering, Any], None]]:
    table: list[Callable[[FunctionLowering, Any], None]] = [_missing] * NUM_CODES
    for name, handler in _BY_NAME.items():
        code = GLOBAL_SET_STACK_POINTER if name == "global.set.stack_pointer" else BY_NAME[name].code
        table[code] = handler
    return table


def _missing(f: FunctionLowering, immediate: Any) -> None:
    raise AssertionError(f"no lowering for opcode {f.function.ops[f.position]:#x}")


HANDLERS = _by_code()


class Partition:
    """The IR of some functions of a module, with what it says of itself."""

    __slots__ = ("instructions", "points", "text")

    def __init__(self, text: str, instructions: int, points: list[Point]) -> None:
        self.text = text
        self.instructions = instructions  # Wasm instructions lowered
        self.points = points  # all stable points


def lower_partition(
    module: Module,
    facts: ModuleFacts,
    functions: Iterable[int],
    shadow_stack: ShadowStack | None,
    roots: set[int] | None,
    support: str = "",
) -> Partition:
    """Decode and lower `functions` (function indices).

    `roots` are the functions whose address something outside may need; None keeps all of them, for a module
    of several partitions. `support` is IR to put beside them, with the tables that never change.
    """
    texts = []
    called: set[int] = set()
    tail_called: set[int] = set()
    tables: set[int] = set()
    declarations: set[str] = set()
    defined = set()
    instructions = 0
    points: list[Point] = []
    for index in functions:
        lowering = lower_function(module, facts, index, shadow_stack)
        texts += function_texts(lowering, _linkage(facts, roots, index))
        called |= lowering.called
        tail_called |= lowering.tail_called
        tables |= lowering.static_tables_used
        declarations |= lowering.declarations
        defined.add(index)
        instructions += len(lowering.function.ops)
        points += lowering.points
    if support:
        text, referred = define_static_tables(facts)
        texts.append(text)
        called |= referred
    else:
        texts += [declare_static_table(table, "hidden") for table in sorted(tables)]
    texts += [declare_function(module.info, index, "hidden") for index in sorted(called - defined)]
    texts += sorted(declarations)
    texts += [
        declare_body(module.info.func_type(index), index, facts.architecture) for index in sorted(tail_called - defined)
    ]
    if facts.canonicalize_nans:
        texts.append(nans.DEFINITIONS)
    if not support:
        texts.append(declare_support("hidden", facts.architecture))
        if facts.tail_functions:
            texts += declare_tail_support(module.info.types)
    return Partition("".join([module_text(texts, facts.architecture), support]), instructions, points)


def function_texts(lowering: FunctionLowering, linkage: str) -> list[str]:
    """A function's IR: one function, or a body and an entry."""
    function, facts = lowering.function, lowering.facts
    index, type_, architecture = function.index, function.type, facts.architecture
    if index not in facts.tail_functions:
        return [lowering.text(linkage)]
    return [body_text(lowering), entry_text(type_, index, linkage, architecture)]


def _linkage(facts: ModuleFacts, roots: set[int] | None, index: int) -> str:
    """How a function may be referred to."""
    if roots is None or index in roots or index in facts.tail_functions:
        return "hidden"
    # Continuations call functions that suspend: LLVM may drop one that was inlined everywhere, but if it is there it
    # is called as its type says.
    return "linkonce_odr hidden" if index in facts.suspending.functions else "internal"


def declare_function(info: ModuleInfo, index: int, linkage: str) -> str:
    """The declaration of a function that another module of IR holds."""
    type_ = info.func_type(index)
    params = ", ".join([SELF, *(LLVM[t] for t in type_.params)])
    return f"declare {linkage} {result_type(type_)} @f{index}({params}) #0\n"


def declare_support(linkage: str, architecture: str) -> str:
    """Declarations of what functions call of the support code, which another module of IR holds."""
    return (
        f"declare {linkage} void @mvvm_trap({SELF}, i32) cold noreturn #0\n"
        f"declare {linkage} i64 @mvvm_builtin({SELF}, i32, i64, i64, i64, i64, i64) #0\n"
        f"declare {linkage} {stable_point_convention(architecture)}ptr @mvvm_stable_point({SELF}, i64) "
        f"{STABLE_POINT_ATTRIBUTES}\n"
    )


def module_text(parts: list[str], architecture: str) -> str:
    """IR with what every module of IR needs around it."""
    return "\n".join([*parts, DECLARATIONS, f"attributes #0 = {{ {attributes(architecture)} }}", METADATA])


def lower_function(
    module: Module, facts: ModuleFacts, index: int, shadow_stack: ShadowStack | None
) -> FunctionLowering:
    """Decode and lower one function."""
    start, end = module.bodies[index - module.info.num_imported_functions]
    function = decode_function(module.data, start, end, index, module.info)
    if shadow_stack is not None:
        insert_stack_checks(function, shadow_stack)
    f = FunctionLowering(function, facts)
    control.open_body(f)
    handlers = HANDLERS
    for position, (op, immediate) in enumerate(zip(function.ops, function.immediates, strict=True)):
        f.position = position
        handlers[op](f, immediate)
    return f

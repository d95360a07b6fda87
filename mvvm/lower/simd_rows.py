"""What the tables of vector instructions are made of: handlers from an operation and the vectors that it works on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mvvm.lower.lanes import call, pop, push

if TYPE_CHECKING:
    from collections.abc import Callable

    from mvvm.lower.function import FunctionLowering

    Handler = Callable[[FunctionLowering, Any], None]


def unary(llvm: str, template: str) -> Handler:
    """An instruction of LLVM on a vector, which stands at `{}`."""

    def lower(f: FunctionLowering, _: Any) -> None:
        push(f, f.emit(template.format(pop(f, llvm))), llvm)

    return lower


def binary(llvm: str, operation: str) -> Handler:
    """An instruction of LLVM on two vectors."""

    def lower(f: FunctionLowering, _: Any) -> None:
        right, left = pop(f, llvm), pop(f, llvm)
        push(f, f.emit(f"{operation} {llvm} {left}, {right}"), llvm)

    return lower


def intrinsic(llvm: str, name: str, operands: int = 1, *flags: str) -> Handler:
    """An intrinsic, by its whole name, on vectors of the type that it gives; `flags` are i1 arguments after them."""

    def lower(f: FunctionLowering, _: Any) -> None:
        values = [(llvm, pop(f, llvm)) for _ in range(operands)]
        push(f, call(f, llvm, name, *reversed(values), *(("i1", flag) for flag in flags)), llvm)

    return lower


def boolean(f: FunctionLowering, condition: str) -> None:
    """Push an i1 as the i32 that Wasm has for it; conditions use the i1."""
    value = f.emit(f"zext i1 {condition} to i32")
    f.bools[value] = condition
    f.stack.append(value)

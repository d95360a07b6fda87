"""128-bit arithmetic: sums, differences and products whose low and high halves are i64 values of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from mvvm.lower.function import FunctionLowering

    Handler = Callable[[FunctionLowering, Any], None]


def _push_halves(f: FunctionLowering, value: str) -> None:
    f.stack.append(f.emit(f"trunc i128 {value} to i64"))
    f.stack.append(f.emit(f"trunc i128 {f.emit(f'lshr i128 {value}, 64')} to i64"))


def _sum(operation: str) -> Handler:
    def whole(f: FunctionLowering) -> str:
        high, low = f.stack.pop(), f.stack.pop()
        shifted = f.emit(f"shl i128 {f.emit(f'zext i64 {high} to i128')}, 64")
        return f.emit(f"or disjoint i128 {shifted}, {f.emit(f'zext i64 {low} to i128')}")

    def lower(f: FunctionLowering, _: Any) -> None:
        right, left = whole(f), whole(f)
        _push_halves(f, f.emit(f"{operation} i128 {left}, {right}"))

    return lower


def _product(extend: str) -> Handler:
    def lower(f: FunctionLowering, _: Any) -> None:
        right, left = (f.emit(f"{extend} i64 {f.stack.pop()} to i128") for _ in range(2))
        _push_halves(f, f.emit(f"mul i128 {left}, {right}"))

    return lower


HANDLERS: dict[str, Handler] = {
    "i64.add128": _sum("add"),
    "i64.sub128": _sum("sub"),
    "i64.mul_wide_s": _product("sext"),
    "i64.mul_wide_u": _product("zext"),
}

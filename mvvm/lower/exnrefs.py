"""Exnrefs: between the exception in flight and a value.

An exception whose only value is an i32 or f32, or that has none, is its own exnref (mvvm.abi.context, EXNREF_SHORT):
what C++ and setjmp throw is an address. All others are objects of the runtime.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvvm.abi import context as abi
from mvvm.lower.llvm_types import INVARIANT, SELF

if TYPE_CHECKING:
    from mvvm.lower.function import FunctionLowering


def new_exnref(f: FunctionLowering) -> str:
    """An exnref of the exception in flight."""
    f.declarations.add(_NEW)
    return f.emit(f"call i64 @mvvm_exn_new({SELF} %ctx)")


def throw_exnref(f: FunctionLowering, exnref: str) -> None:
    """Make what an exnref refers to the exception in flight."""
    f.declarations.add(_THROW.replace("CELLS", str(f.facts.layout.tag_cells)))
    f.lines.append(f"  call void @mvvm_exn_throw({SELF} %ctx, i64 {exnref})")


_NEW = f"""define internal i64 @mvvm_exn_new({SELF} %ctx) #0 {{
  %thread = load ptr, ptr %ctx, align 8
  %tag_field = getelementptr i8, ptr %thread, i64 {abi.THREAD_EXCEPTION}
  %tag = load ptr, ptr %tag_field, align 8
  %short = load i64, ptr %tag, align 8
  %is_short = icmp ne i64 %short, 0
  br i1 %is_short, label %here, label %elsewhere
here:
  %value_field = getelementptr i8, ptr %thread, i64 {abi.THREAD_EXCEPTION_VALUES}
  %value = load i32, ptr %value_field, align 8
  %mask_field = getelementptr i8, ptr %tag, i64 {abi.TAG_MASK}
  %mask = load i64, ptr %mask_field, align 8
  %wide = zext i32 %value to i64
  %masked = and i64 %wide, %mask
  %exnref = or disjoint i64 %short, %masked
  ret i64 %exnref
elsewhere:
  %object = call i64 @mvvm_builtin({SELF} %ctx, i32 {abi.BUILTINS.index("exn.new")}, i64 0, i64 0, i64 0, i64 0, i64 0)
  ret i64 %object
}}
"""
_THROW = f"""define internal void @mvvm_exn_throw({SELF} %ctx, i64 %exnref) #0 {{
  %bit = and i64 %exnref, {abi.EXNREF_SHORT}
  %is_short = icmp ne i64 %bit, 0
  br i1 %is_short, label %here, label %elsewhere
here:
  %thread = load ptr, ptr %ctx, align 8
  %value_field = getelementptr i8, ptr %thread, i64 {abi.THREAD_EXCEPTION_VALUES}
  %value = trunc i64 %exnref to i32
  store i32 %value, ptr %value_field, align 8
  %cells_field = getelementptr i8, ptr %ctx, i64 CELLS
  %cells = load ptr, ptr %cells_field, align 8, {INVARIANT}
  %upper = lshr i64 %exnref, 32
  %number = and i64 %upper, {abi.MAX_TAGS - 1}
  %tag = getelementptr [{abi.TAG_SIZE} x i8], ptr %cells, i64 %number
  %tag_field = getelementptr i8, ptr %thread, i64 {abi.THREAD_EXCEPTION}
  store ptr %tag, ptr %tag_field, align 8
  ret void
elsewhere:
  call i64 @mvvm_builtin({SELF} %ctx, i32 {abi.BUILTINS.index("exn.throw")}, i64 %exnref, i64 0, i64 0, i64 0, i64 0)
  ret void
}}
"""

"""A small program in three LLVM modules, which are linked in the tests, and the way from IR to objects."""

from __future__ import annotations

import functools

import llvmlite.binding as llvm

from mvvm.aot import link
from mvvm.aot.image import Image
from mvvm.aot.machines import MACHINES
from mvvm.options import Target
from mvvm.passes import optimize

CALLS = """
declare hidden i64 @choose(i32, i64)
declare i64 @visible(i64)
@counter = hidden global i64 0, align 8

define internal i64 @own(i64 %x) noinline {
  %r = mul i64 %x, 3
  ret i64 %r
}
define hidden i64 @calls(i32 %i, i64 %x) {
  %a = call i64 @choose(i32 %i, i64 %x)
  %b = call i64 @own(i64 %a)
  ret i64 %b
}
define hidden i64 @count() {
  %old = load i64, ptr @counter
  %new = add i64 %old, 1
  store i64 %new, ptr @counter
  ret i64 %new
}
define hidden ptr @address_of_visible() {
  ret ptr @visible
}
"""

TABLES = """
@counter = external hidden global i64
@primes = internal unnamed_addr constant [8 x i64] [i64 2, i64 3, i64 5, i64 7, i64 11, i64 13, i64 17, i64 19]
@scratch = internal global [5 x i8] zeroinitializer
declare hidden i64 @count()

define internal i64 @own(i64 %x) noinline {
  %r = mul i64 %x, 5
  ret i64 %r
}
define i64 @visible(i64 %x) {
  ret i64 %x
}
define hidden i64 @counter_now() {
  %r = load i64, ptr @counter
  ret i64 %r
}
define hidden ptr @scratch_address() {
  ret ptr @scratch
}
define hidden i64 @prime(i64 %i) {
  %p = getelementptr i64, ptr @primes, i64 %i
  %r = load i64, ptr %p
  ret i64 %r
}
define hidden i64 @choose(i32 %i, i64 %x) {
  switch i32 %i, label %otherwise [
    CASES
  ]
BLOCKS
otherwise:
  ret i64 -1
}
"""

# As many as it takes for a jump table on every machine.
_CASES = (
    "call i64 @own(i64 %x)",
    "sdiv i64 %x, 7",
    "call i64 @prime(i64 %x)",
    "sub i64 1000, %x",
    "xor i64 %x, 255",
    "shl i64 %x, 5",
    "call i64 @count()",
    "mul i64 %x, %x",
    "urem i64 %x, 10",
    "or i64 %x, 1",
    "and i64 %x, 6",
    "add i64 %x, 1",
    "lshr i64 %x, 1",
    "mul i64 %x, 1001",
    "sub i64 %x, 9",
    "udiv i64 %x, 3",
)
TABLES = TABLES.replace("CASES", " ".join(f"i32 {i}, label %l{i}" for i in range(len(_CASES)))).replace(
    "BLOCKS", "\n".join(f"l{i}:\n  %r{i} = {case}\n  ret i64 %r{i}" for i, case in enumerate(_CASES))
)

FLOATS_AND_LIBC = """
declare ptr @memcpy(ptr, ptr, i64)
declare i32 @_setjmp(ptr) returns_twice
declare void @_longjmp(ptr, i32) noreturn

define hidden double @remainder(double %x, double %y) {
  %r = frem double %x, %y
  %s = fadd double %r, 0.3
  ret double %s
}
define hidden <4 x i32> @add_1_2_3_4(<4 x i32> %x) {
  %r = add <4 x i32> %x, <i32 1, i32 2, i32 3, i32 4>
  ret <4 x i32> %r
}
define hidden i32 @fourth(i32 %x) {
  %v = insertelement <4 x i32> zeroinitializer, i32 %x, i32 3
  %s = call <4 x i32> @add_1_2_3_4(<4 x i32> %v)
  %r = extractelement <4 x i32> %s, i32 3
  ret i32 %r
}
define hidden void @copy(ptr %to, ptr %from, i64 %size) {
  %r = call ptr @memcpy(ptr %to, ptr %from, i64 %size)
  ret void
}
define hidden ptr @address_of_memcpy() {
  ret ptr @memcpy
}
define hidden i32 @jump(i32 %value) {
  %buffer = alloca [512 x i8], align 16
  %r = call i32 @_setjmp(ptr %buffer) returns_twice
  %first = icmp eq i32 %r, 0
  br i1 %first, label %again, label %done
again:
  call void @_longjmp(ptr %buffer, i32 %value)
  unreachable
done:
  ret i32 %r
}
"""

PROGRAM = (CALLS, TABLES, FLOATS_AND_LIBC)


def compile_ir(ir: str, machine: str) -> bytes:
    """Return the object of a module, compiled as mvvm compiles."""
    target_machine = optimize.target_machine(Target.parse(machine), 2)
    module = llvm.parse_assembly(ir)
    module.triple = target_machine.triple
    module.data_layout = str(target_machine.target_data)
    module.verify()
    result: bytes = target_machine.emit_object(module)
    return result


def link_ir(machine: str, *modules: str) -> Image:
    return link.link([compile_ir(ir, machine) for ir in modules], MACHINES[machine])


@functools.cache
def program(machine: str) -> Image:
    return link_ir(machine, *PROGRAM)

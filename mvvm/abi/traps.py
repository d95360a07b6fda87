"""Why guest code stops: the codes that compiled code gives to `mvvm_trap`, and their messages.

The messages are those of wasmtime and of the spec suite, so that users and tests see what they know.
"""

from __future__ import annotations

UNREACHABLE = 1
MEMORY_OUT_OF_BOUNDS = 2
TABLE_OUT_OF_BOUNDS = 3
INTEGER_DIVIDE_BY_ZERO = 4
INTEGER_OVERFLOW = 5
BAD_CONVERSION_TO_INTEGER = 6
INDIRECT_CALL_TYPE_MISMATCH = 7
UNINITIALIZED_ELEMENT = 8
STACK_OVERFLOW = 9
SHADOW_STACK_OVERFLOW = 10
UNDEFINED_ELEMENT = 11  # call_indirect beyond the table; table instructions give TABLE_OUT_OF_BOUNDS
UNALIGNED_ATOMIC = 13
UNSHARED_WAIT = 14
NULL_REFERENCE = 15  # what wants a reference that is not null; call_indirect gives UNINITIALIZED_ELEMENT
NULL_EXCEPTION_REFERENCE = 20
# Not reasons of their own: the runtime finds out what happened.
FAULT = 100  # a signal: the fault address tells
HOST = 101  # a host function raised

MESSAGES = {
    UNREACHABLE: "wasm `unreachable` instruction executed",
    MEMORY_OUT_OF_BOUNDS: "out of bounds memory access",
    TABLE_OUT_OF_BOUNDS: "out of bounds table access",
    INTEGER_DIVIDE_BY_ZERO: "integer divide by zero",
    INTEGER_OVERFLOW: "integer overflow",
    BAD_CONVERSION_TO_INTEGER: "invalid conversion to integer",
    INDIRECT_CALL_TYPE_MISMATCH: "indirect call type mismatch",
    UNINITIALIZED_ELEMENT: "uninitialized element",
    STACK_OVERFLOW: "call stack exhausted",
    SHADOW_STACK_OVERFLOW: "shadow stack overflow: the program's own stack in linear memory is full",
    UNALIGNED_ATOMIC: "unaligned atomic",
    UNSHARED_WAIT: "expected shared memory",
    NULL_REFERENCE: "null reference",
    NULL_EXCEPTION_REFERENCE: "null exception reference",
    UNDEFINED_ELEMENT: "undefined element: out of bounds table access",
}

"""Stable points: how compiled code commits itself to the Wasm view.

Compiled code looks at its context's **poll word** (CONTEXT_POLL) at each stable point. Where it is not RUN, cold code
calls `mvvm_stable_point` with the point's number. That returns null, and the program goes on, or the address of
a record's values in the **commit buffer**, which the cold code fills with its live values before it returns. Its caller
then finds UNWINDING at its own stable point, after the call, and so on: the stack unwinds into the buffer.

The buffer holds records, innermost first. A record is

    u64 number of the stable point
    u64 x slots_of(size class), of which the point's table says what is in them (mvvm.runtime.points)

with every value in the low bytes of its slot, in the byte order of the machine; a v128 is an integer of 128 bits, and
fills two slots. The number of a point is

    bits 0-4   size class of its record
    bit 5      CALL: after a call or before a tail call (function-level points); else at a loop, when it is about to go
               round again
    bit 6      CANONICAL: all values are in slots of their own, in order; else as the point's table says
    bits 7-    byte offset in the module of the call, or of the `loop`; 0: a host call that was interrupted, whose
               record holds the address of the HostFunc and then its arguments
"""

from __future__ import annotations

from mvvm.wasm.types import V128

# Values of the poll word. While COUNTING, only points count that the context's CONTEXT_KINDS and so on say, and only
# the last of as many as it says asks the runtime; while REQUESTED the next one does. They are in the lower half of the
# word: the upper one is the guest's (CONTEXT_THROWING), and no stable point is passed while it is not 0.
RUN, REQUESTED, UNWINDING, COUNTING = 0, 1, 2, 4

# Kinds of stable points, as bits of CONTEXT_KINDS.
LOOP_POINTS, CALL_POINTS = 1, 2

# The value of CONTEXT_THROWING while an exception is in flight.
THROWING = 1
THROWING_LOWEST = 1 << 16  # the smallest poll word with that

CALL_BIT = 1 << 5
CANONICAL_BIT = 1 << 6
PC_SHIFT = 7
SIZE_MASK = 31
EXACT = 16  # size classes below are numbers of slots; above, powers of two

# What a callback of the host returns where it was interrupted: the call has had no effect.
INTERRUPTED = -2
# What it returns where it threw a Wasm exception, which is in flight now.
THROWN = -3


def words(type_: str) -> int:
    """How many slots a value takes."""
    return 2 if type_ == V128 else 1


def first_slots(types: str) -> list[int]:
    """The first slot of each value of these types, which are in order; after them, how many slots they take."""
    if V128 not in types:
        return list(range(len(types) + 1))
    slots = [0]
    for type_ in types:
        slots.append(slots[-1] + words(type_))
    return slots


def size_class(slots: int) -> int:
    """The smallest size class for a number of slots."""
    return slots if slots < EXACT else EXACT + max(0, (slots - 1).bit_length() - 4)


def slots_of(size: int) -> int:
    """The number of slots of a size class."""
    return size if size < EXACT else EXACT << (size - EXACT)


def number(pc: int, slots: int, *, call: bool, canonical: bool) -> int:
    """The number of a stable point at byte offset `pc` of the module, with `slots` values to commit."""
    return pc << PC_SHIFT | size_class(slots) | (CALL_BIT if call else 0) | (CANONICAL_BIT if canonical else 0)


def pc_of(number: int) -> int:
    """The byte offset in the module; 0 for a host call."""
    return number >> PC_SHIFT


def is_call(number: int) -> bool:
    """Whether a point is after a call, or before a tail call."""
    return bool(number & CALL_BIT)


def is_canonical(number: int) -> bool:
    """Whether a point's record holds all values in order."""
    return bool(number & CANONICAL_BIT)


def record_slots(number: int) -> int:
    """The number of slots of a point's record."""
    return slots_of(number & SIZE_MASK)

"""Stable points in native code: a comparison of the poll word, and cold code that commits the frame.

The fast path stores nothing. Cold code asks `mvvm_stable_point`, which preserves all registers, whether to stop;
if so it stores the live values into the record that it was given, and returns: see mvvm.abi.stable_points. What is in
the record's slots is noted in a Point, for the table of the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvvm.abi.context import CONTEXT_POLL
from mvvm.abi.stable_points import UNWINDING, first_slots, number, words
from mvvm.lower.in_flight import branch_if_found, look_for_exception, throw_on
from mvvm.lower.lanes import constant_bits
from mvvm.lower.llvm_types import COLD, LLVM, SELF, ZERO, float_bits, phi, stable_point_convention
from mvvm.wasm.types import F32, F64, I32, I64, V128

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mvvm.lower.function import FunctionLowering

_MASKS = {I32: 0xFFFFFFFF, I64: 0xFFFFFFFF_FFFFFFFF}


class Point:
    """A stable point of a function: at the `loop`, before the tail call or after the call at byte `pc` of the module.

    `locals` are the indices of those that are live. `types` are of these, then of the operand stack (without a call's
    arguments and results), then of the call's `num_results` results. `places` are where each value is: slot << 1, or
    the index of a constant << 1 | 1; a v128 has two slots, or two constants of 64 bits, the low one first. `next_pc` is
    where the program goes on after the call; `table` the one that it went through, if any; `by_reference` tells that it
    took a reference; `handled` that the call is in the body of a try block.
    """

    __slots__ = (
        "by_reference",
        "constants",
        "function",
        "handled",
        "locals",
        "next_pc",
        "num_results",
        "pc",
        "places",
        "table",
        "types",
    )

    def __init__(self, function: int, pc: int, locals_: Sequence[int], types: str, num_results: int) -> None:
        self.function = function
        self.pc = pc
        self.locals = locals_
        self.types = types
        self.num_results = num_results
        self.places: list[int] = []
        self.constants: list[int] = []
        self.next_pc = 0
        self.table: int | None = None
        self.by_reference = False
        self.handled = False


def check_call(
    f: FunctionLowering,
    num_results: int,
    table: int | None = None,
    *,
    by_reference: bool = False,
    crosses: bool = False,
) -> None:
    """The stable point after the call that is lowered, if it has one; its results are on the operand stack.

    `table` is the one that the call went through; `by_reference` tells that it took a reference. The check also finds
    an exception that came out of it; `crosses` tells that the callee may be of another instance.
    """
    is_point = f.position in f.stable_points.calls
    throws = f.position in f.stable_points.throws
    if not is_point and not throws:
        return
    after = f.label()
    if is_point:
        point = _point(f, f.position, num_results)
        point.next_pc = f.function.offsets[f.position + 1]
        point.table = table
        point.by_reference = by_reference
        point.handled = f.handler is not None
        values = [*(f.locals[i] for i in point.locals), *f.stack]
    if throws:
        word = _poll_word(f)
        going_on = f.label() if is_point else after
        with f.aside():
            cold = look_for_exception(f, word, going_on, crosses=crosses)
        branch_if_found(f, word, after, cold, crosses=crosses)
        if is_point:
            _ask(f, point, values, going_on, after, call=True)
    else:
        _check(f, point, values, after, call=True)
    f.lines.append(f"{after}:")
    f.current = after


def check_before_tail_call(f: FunctionLowering) -> Point | None:
    """The stable point before the tail call that is lowered, if it has one; its arguments are on the operand stack.

    A continuation that begins there goes on, and does not look.
    """
    if f.position not in f.stable_points.tail_calls:
        return None
    point = _point(f, f.position, 0)
    values = [*(f.locals[i] for i in point.locals), *f.stack]
    f.tail_values = values
    if f.position != f.resumed_at:
        after = f.label()
        _check(f, point, values, after, call=True)
        f.lines.append(f"{after}:")
        f.current = after
    else:
        f.points.append(point)
    return point


def check_in_tail_call(f: FunctionLowering, point: Point | None) -> None:
    """After a tail call of the host, which was made as a call: commit the same as before it if the program stopped.

    The call has had no effect then, and will be made anew. An exception that came out of it leaves this function,
    whatever try block the tail call is in.
    """
    throw_on(f)
    if point is None:
        return
    after = f.label()
    _check(f, point, f.tail_values, after, call=True, only_unwinding=True)
    f.lines.append(f"{after}:")
    f.current = after


def check_loop(
    f: FunctionLowering, position: int, locals_: Sequence[str], operands: Sequence[str], target: str
) -> None:
    """The stable point of the loop at `position`, before it goes round again: control then goes to `target`.

    `locals_` and `operands`, the loop's parameters included, are those of the next time round.
    """
    point = _point(f, position, 0)
    _check(f, point, [*(locals_[i] for i in point.locals), *operands], target, call=False)


def _point(f: FunctionLowering, position: int, num_results: int) -> Point:
    function = f.function
    locals_ = f.live[position]
    types = "".join([function.locals[i] for i in locals_]) + function.operands[position]
    return Point(function.index, function.offsets[position], locals_, types, num_results)


def _check(
    f: FunctionLowering, point: Point, values: Sequence[str], after: str, *, call: bool, only_unwinding: bool = False
) -> None:
    """Branch to the block `after`, or commit `values` and return to the caller.

    With `only_unwinding` if the program stopped already; `point` is one of `f.points` then. No exception is in flight.
    """
    word = _poll_word(f)
    running = f.emit(f"icmp ne i32 {word}, {UNWINDING}" if only_unwinding else f"icmp eq i32 {word}, 0")
    cold = f.label()
    f.lines.append(f"  br i1 {running}, label %{after}, label %{cold}, {COLD}")
    _ask(f, point, values, cold, after, call=call, again=only_unwinding)


def _poll_word(f: FunctionLowering) -> str:
    return f.emit(f"load volatile i32, ptr {f.context_field('%poll', CONTEXT_POLL)}, align 4")


def _ask(
    f: FunctionLowering,
    point: Point,
    values: Sequence[str],
    cold: str,
    after: str,
    *,
    call: bool,
    again: bool = False,
) -> None:
    """The cold block of a point: go on with the block `after`, or commit `values` and return to the caller.

    With `again` the point is one of `f.points` already.
    """
    slots = _place(f, point, values)
    if not again:
        f.points.append(point)
    f.returns_early = True
    record, go_on, commit = f.name(), f.name(), f.label()
    point_number = number(point.pc, len(slots), call=call, canonical=f.canonical)
    convention = stable_point_convention(f.facts.architecture)
    f.cold.append(
        f"{cold}:\n  {record} = call {convention}ptr @mvvm_stable_point({SELF} %ctx, i64 {point_number})\n"
        f"  {go_on} = icmp eq ptr {record}, null\n"
        f"  br i1 {go_on}, label %{after}, label %{commit}, {COLD}"
    )
    f.commits.append(Commit(commit, record, slots))


class Commit:
    """What is to be stored into a `record`, an address, in the block `label`: values with their types, by slot."""

    __slots__ = ("label", "record", "slots")

    def __init__(self, label: str, record: str, slots: list[tuple[str, str]]) -> None:
        self.label = label
        self.record = record
        self.slots = slots


def write_commits(f: FunctionLowering) -> list[str]:
    """The blocks of all commits of a function.

    Neighbouring points have most of their old values in common, in the same slots: what is the same is stored in blocks
    that they share, so that LLVM has half as many stores to work on.
    """
    lines: list[str] = []
    _write(f, f.commits, 0, "unwound", lines)
    return lines


def _write(
    f: FunctionLowering, commits: Sequence[Commit], depth: int, then: str, lines: list[str]
) -> list[tuple[str, str]]:
    """Write commits that have the first `depth` slots in common, which the block `then` stores.

    Returns the blocks that lead there, each with the record that it comes with.
    """
    ways = []
    groups: dict[tuple[str, str], list[Commit]] = {}
    for commit in commits:
        if len(commit.slots) == depth:
            lines.append(f"{commit.label}:\n  br label %{then}")
            ways.append((commit.label, commit.record))
        else:
            groups.setdefault(commit.slots[depth], []).append(commit)
    for group in groups.values():
        first = group[0]
        label, record, end = first.label, first.record, len(first.slots)
        if len(group) > 1:
            end = min(len(commit.slots) for commit in group)
            while any(commit.slots[depth:end] != first.slots[depth:end] for commit in group):
                end -= 1
            label = f.label()
            inner = _write(f, group, end, label, lines)
            record = f.name()
            lines.append(f"{label}:\n  {record} = {phi('ptr', [at for at, _ in inner], [item for _, item in inner])}")
        else:
            lines.append(f"{label}:")
        for slot in range(end - 1, depth - 1, -1):
            value, type_ = first.slots[slot]
            if type_ == _UPPER:
                continue
            address = record
            if slot:
                address = f.name()
                lines.append(f"  {address} = getelementptr inbounds i8, ptr {record}, i64 {8 * slot}")
            lines.append(f"  store {LLVM[type_]} {value}, ptr {address}, align 8")
        lines.append(f"  br label %{then}")
        ways.append((label, record))
    return ways


_UPPER = ""  # in place of a type: the upper half of what is in the slot before


def _place(f: FunctionLowering, point: Point, values: Sequence[str]) -> list[tuple[str, str]]:
    """Fill `places` and `constants` of a point. Returns what each slot of its record holds, with its type.

    Old values come first: those are what neighbouring points have in common.
    """
    typed = list(zip(values, point.types, strict=True))
    if f.canonical:
        point.places = [slot << 1 for slot in first_slots(point.types)[:-1]]
        return _in_slots(typed)
    reverses = f.facts.reverses_bytes
    constants = {value: bits for value in typed if (bits := _constant(*value, reverses)) is not None}
    ordered = sorted({value for value in typed if value not in constants}, key=_age)
    firsts = first_slots("".join([type_ for _, type_ in ordered]))[:-1]
    places = {value: slot << 1 for slot, value in zip(firsts, ordered, strict=True)}
    for value, bits in constants.items():
        places[value] = len(point.constants) << 1 | 1
        point.constants += [bits >> 64 * word & _MASKS[I64] for word in range(words(value[1]))]
    point.places = [places[value] for value in typed]
    return _in_slots(ordered)


def _in_slots(typed: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """What is in each slot if these values are, in order."""
    if all(type_ != V128 for _, type_ in typed):
        return typed
    return [slot for value, type_ in typed for slot in ((value, type_), (value, _UPPER))[: words(type_)]]


def _age(value: tuple[str, str]) -> tuple[bool, int, str]:
    """The order in which values are made: parameters, then by the number in their names."""
    name, _ = value
    digits = name.lstrip("%abcdefghijklmnopqrstuvwxyz")
    return name[:2] != "%p", int(digits) if digits.isdigit() else 0, name


def _constant(value: str, type_: str, reverses_bytes: bool) -> int | None:
    """The bits of a value that is a constant and easily read."""
    if value[0] == "%":
        return None
    if type_ in _MASKS:
        return int(value) & _MASKS[type_]
    if type_ in (F32, F64):
        return float_bits(value, type_)
    if type_ == V128:
        return constant_bits(value, reverses_bytes=reverses_bytes)
    return 0 if value == ZERO[type_] else None

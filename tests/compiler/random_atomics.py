"""Atomic instructions in random functions, on memories that are shared and on those that are not.

There is one thread: what is waited for never comes, so only waits that end at once, or soon, are written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvvm.wasm.opcodes import OPS
from tests.compiler.random_memories import address
from tests.compiler.random_scope import SPELLED, Family

if TYPE_CHECKING:
    from tests.compiler.random_function import Writer

_ACCESSES = [op for op in OPS if op.name[3:11] == ".atomic."]
_LOADS = {t: [op for op in _ACCESSES if op.pushes == t] for t in "iI"}
_STORES = [op for op in _ACCESSES if not op.pushes]
_OFFSETS = (0, 8)


def _address(w: Writer, depth: int) -> str:
    return address(w, w.pick(w.scope.memories), depth, 0x7FFF if w.may_trap(32) else 0x7FF8, _OFFSETS)


def _load(w: Writer, type_: str, depth: int) -> None:
    op = w.pick(_LOADS[type_])
    where = _address(w, depth)
    w.values(op.pops[1:], depth)
    w.emit(op.name + where)


def _store(w: Writer, depth: int) -> None:
    op = w.pick(_STORES)
    where = _address(w, depth)
    w.values(op.pops[1:], depth)
    w.emit(op.name + where)


def _series(w: Writer, depth: int) -> None:
    """Note the results of some instructions whose operands are at hand."""
    for _ in range(w.pick(range(4, 16))):
        type_ = w.pick("iI")
        _load(w, type_, 0)
        w.note(type_)


def _notify(w: Writer, type_: str, depth: int) -> None:
    where = _address(w, depth)
    w.value("i", depth)
    w.emit(f"memory.atomic.notify{where}")


def _wait(w: Writer, type_: str, depth: int) -> None:
    """Wait for a value that is another one, or for a moment; a memory that is not shared traps."""
    memories = list(w.scope.memories) if w.may_trap(16) else [memory for memory in w.scope.memories if memory.shared]
    if not memories:
        w.leaf(type_)
        return
    memory = w.pick(memories)
    expected = w.pick("iI")
    where, name = f"{SPELLED[memory.index]}.const {w.pick((0, 8, 4096))}", SPELLED[expected]
    is_same = w.pick((False, True))
    w.emit(where, where, f"{name}.load {memory.name}", f"{name}.const {int(not is_same)}", f"{name}.xor")
    w.emit(f"i64.const {w.pick((0, 1, 1000) if is_same else (0, 5, -1))}")
    w.emit(f"memory.atomic.wait{32 if expected == 'i' else 64} {memory.name}")


def _fence(w: Writer, depth: int) -> None:
    w.emit("atomic.fence")


FAMILY = Family(
    statements=(_store, _series, _series, _fence),
    values={"i": (_load, _load, _notify, _wait), "I": (_load,)},
)

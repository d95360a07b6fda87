"""Memories of random modules, and what random functions do with them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mvvm.wasm.opcodes import OPS
from mvvm.wasm.types import V128
from tests.compiler import random_vectors
from tests.compiler.random_scope import NUMBERS, SPELLED, Family, Memory, Pick, Scope, expression

if TYPE_CHECKING:
    from tests.compiler.random_function import Writer

# What memories a module has: the types of their addresses, `s` a shared one with i32 addresses.
_SETS = ("i", "i", "I", "s", "iI", "ii", "Iis", "sI", "iIi")
_LIMITS = {"i": ("1 3", "1 1", "1 65536", "1"), "I": ("1 3", "1"), "s": ("1 3 shared",)}
_DISTANCES = (*range(0, 64, 4), 1, -4, 65535, 65536, 65537, -65536, 0x7FFFFFFF, -0x80000000)
_LOADS = {t: [op for op in OPS if re.fullmatch(r"\w+\.load\w*", op.name) and op.pushes == t] for t in NUMBERS + V128}
_STORES = [op for op in OPS if re.fullmatch(r"\w+\.store\w*", op.name)]


def choose(pick: Pick) -> list[Memory]:
    """The memories of a module."""
    kinds = pick(_SETS)
    return [Memory(f"$m{i}", "I" if kind == "I" else "i", pick(_LIMITS[kind])) for i, kind in enumerate(kinds)]


def fields(pick: Pick, scope: Scope) -> list[str]:
    """The fields of a module that declare its memories: they are exported, and begin as noise."""
    lines = ['  (data $d "abcdefgh")']
    for number, memory in enumerate(scope.memories):
        name, index = memory.name, SPELLED[memory.index]
        wide = "i64" * (memory.index == "I")
        lines += [
            f'  (memory {name} (export "{name[1:]}") {wide} {memory.limits})',
            f'  (data (memory {name}) (offset {expression(pick, memory.index, 65530)}) "uvwxyz")',
            f"  (func $fill{number} (local $i {index}) (loop $next",
            f"    (i64.store {name} (local.get $i) (i64.add (i64.load {name} (local.get $i)) (i64.mul",
            f"      {'(local.get $i)' if wide else '(i64.extend_i32_u (local.get $i))'}",
            "      (i64.const 0x9e3779b97f4a7c15))))",
            f"    (br_if $next ({index}.lt_u (local.tee $i ({index}.add (local.get $i) ({index}.const 8)))",
            f"      ({index}.const 65536)))))",
        ]
    calls = " ".join(f"(call $fill{number})" for number in range(len(scope.memories)))
    return [*lines, f"  (func $fill {calls})", "  (start $fill)"]


def address(w: Writer, memory: Memory, depth: int, mask: int = 0x7FFF, offsets: tuple[int, ...] = (0, 1, 8)) -> str:
    """Leave an address in a memory. Returns what goes behind the instruction's name: memory and offset."""
    w.value(memory.index, depth)
    index = SPELLED[memory.index]
    w.emit(f"{index}.const {mask}", f"{index}.and")
    offset = w.pick((*offsets, 30000))
    return f" {memory.name}" + (f" offset={offset}" if offset else "")


def _load(w: Writer, type_: str, depth: int) -> None:
    op = w.pick(_LOADS[type_])
    where = address(w, w.pick(w.scope.memories), depth)
    if op.pops == "iv":
        w.value(V128, depth)
    w.emit(op.name + where + random_vectors.immediate(w.pick, op))


def _store(w: Writer, depth: int) -> None:
    op = w.pick(_STORES)
    where = address(w, w.pick(w.scope.memories), depth)
    w.value(op.pops[1], depth)
    if op.pops[1] in "fF":
        w.canonicalize(op.pops[1])
    w.emit(op.name + where + random_vectors.immediate(w.pick, op))


def _size(w: Writer, type_: str, depth: int) -> None:
    memories = [memory for memory in w.scope.memories if memory.index == type_]
    if memories:
        w.emit(f"memory.size {w.pick(memories).name}")
    else:
        w.leaf(type_)


def _grow(w: Writer, depth: int) -> None:
    """Grow, if the memory is small."""
    memory = w.pick(w.scope.memories)
    index = SPELLED[memory.index]
    w.emit(f"memory.size {memory.name}", f"{index}.const 4", f"{index}.lt_u")
    w.open("if")
    w.value(memory.index, depth)
    w.emit(f"{index}.const 3", f"{index}.and", f"memory.grow {memory.name}", f"global.set $g{memory.index}")
    w.close()


def _count(w: Writer, index: str, depth: int) -> None:
    """Leave a number of bytes, of which few are too many."""
    w.value(index, depth)
    w.emit(f"{SPELLED[index]}.const {'0x1ffff' if w.may_trap(8) else '15'}", f"{SPELLED[index]}.and")


def _fill(w: Writer, depth: int) -> None:
    memory = w.pick(w.scope.memories)
    address(w, memory, depth)
    w.value("i", depth)
    _count(w, memory.index, depth)
    w.emit(f"memory.fill {memory.name}")


def _copy(w: Writer, depth: int) -> None:
    to, source = w.pick(w.scope.memories), w.pick(w.scope.memories)
    address(w, to, depth)
    address(w, source, depth)
    _count(w, min(to.index, source.index, key="iI".index), depth)
    w.emit(f"memory.copy {to.name} {source.name}")


def _init(w: Writer, depth: int) -> None:
    """Take bytes from a segment, or drop it."""
    if w.pick(range(4)) == 0:
        w.emit("data.drop $d")
        return
    memory = w.pick(w.scope.memories)
    address(w, memory, depth)
    w.value("i", depth)
    w.emit("i32.const 7", "i32.and")
    w.value("i", depth)
    w.emit(f"i32.const {w.pick((0, 1, 3, 15))}", "i32.and", f"memory.init {memory.name} $d")


def _probe(w: Writer, depth: int) -> None:
    """Load from anywhere. A load whose value nothing needs may go, trap and all; so the host gets this one."""
    memory = w.pick(w.scope.memories)
    index = SPELLED[memory.index]
    w.emit("i32.const 0")
    w.value(memory.index, depth)
    w.emit(f"{index}.const {w.pick(('0xffff',) * 8 + ('-1',))}", f"{index}.and")
    offsets = ["", "", "", "", " offset=65530", " offset=0xffffffff"]
    if memory.index == "I":
        offsets += [" offset=0x100000000", " offset=0xffffffffffffffff"]
    w.emit(f"{w.pick(_LOADS['I']).name} {memory.name}{w.pick(offsets)}", "call $mix", "call $note_I")


def _neighbours(w: Writer, depth: int) -> None:
    """Access what lies at constant distances from one address, which may be anywhere."""
    memory = w.pick(w.scope.memories)
    index, base = SPELLED[memory.index], f"$base_{memory.index}"
    if w.pick(range(3)):
        w.value(memory.index, depth)
        mask = w.pick(("0x7fff",) * 6 + ("7", "0xffff", "-1"))
        w.emit(f"{index}.const {mask}", f"{index}.and", f"local.set {base}")
    for _ in range(w.pick(range(2, 5))):
        where = f" {memory.name}{w.pick(('', '', '', ' offset=4', ' offset=8', ' offset=65528'))}"
        distance = (f"local.get {base}", f"{index}.const {w.pick(_DISTANCES)}", f"{index}.add")
        if w.pick((False, True)):
            w.emit(*distance, "i64.const 0x0123456789abcdef", f"i64.store{where}")
        else:
            w.emit("i32.const 0", *distance, f"i64.load{where}", "call $mix", "call $note_I")


FAMILY = Family(
    statements=(_store, _store, _grow, _fill, _copy),
    risky=(_init, _probe, _neighbours),
    values={
        "i": (_load, _load, _size),
        "I": (_load, _load, _size),
        "f": (_load,),
        "F": (_load,),
        V128: (_load,),
    },
)

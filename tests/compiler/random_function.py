"""Random function bodies in the text format: a program chooses, instruction by instruction, what types allow."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from mvvm.wasm.opcodes import OPS, Immediate
from mvvm.wasm.types import NAMES, V128, FuncType
from tests.compiler import random_vectors

# Chooses one of some options: Hypothesis, which can make failing modules smaller, or chance, which is faster.
Pick = Callable[[Sequence[Any]], Any]

NUMBERS = "iIfF"
TYPES = NUMBERS + V128
HOST_TYPES = {"mix": FuncType("iI", "I"), "swap": FuncType("fF", "Ff")}
TABLE_SIZE = 16

_VALUES: dict[str, tuple[str, ...]] = {
    "i": ("0", "1", "2", "3", "7", "31", "32", "-1", "-2", "0x7fffffff", "0x80000000", "0x8000", "255", "65536"),
    "I": ("0", "1", "2", "63", "64", "-1", "0x7fffffffffffffff", "0x8000000000000000", "0xffffffff", "0x100000000"),
    "f": ("0", "-0", "1", "-1", "0.5", "1.5", "1e10", "-3e38", "0x1p-149", "inf", "-inf", "nan", "2147483648"),
    "F": ("0", "-0", "1", "-1", "0.5", "2.5", "1e30", "-1e308", "0x1p-1074", "inf", "nan", "2147483647.5", "3e9"),
}
_NANS = ("-nan", "nan:0x1", "-nan:0x1", "nan:0x400001", "-nan:0x400001", "inf", "0", "-2.5")
_DISTANCES = (*range(0, 64, 4), 1, -4, 65535, 65536, 65537, -65536, 0x7FFFFFFF, -0x80000000)
_IMMEDIATES = (Immediate.NONE, Immediate.LANE, Immediate.SHUFFLE)
_NUMERIC = [op for op in OPS if op.immediate in _IMMEDIATES and op.pops and op.pushes]
_TRAPPING = [op for op in _NUMERIC if "div_" in op.name or "rem_" in op.name or op.name[3:10] == ".trunc_f"]
_TOTAL = {t: [op for op in _NUMERIC if op.pushes == t and op not in _TRAPPING] for t in TYPES}
_PARTIAL = {t: [op for op in _TRAPPING if op.pushes == t] for t in "iI"}
_LOADS = {t: [op for op in OPS if re.fullmatch(r"\w+\.load\w*", op.name) and op.pushes == t] for t in TYPES}
_STORES = [op for op in OPS if re.fullmatch(r"\w+\.store\w*", op.name)]
_SEES_BITS = ("i32.reinterpret_f32", "i64.reinterpret_f64", "f32x4.splat", "f64x2.splat")


@dataclass
class Label:
    """What a branch can name."""

    types: str  # that a branch to it takes
    is_loop: bool = False


@dataclass
class Writer:
    """Writes one body. `locals` are types, the parameters first; after them come others, by name.

    `keep_` and a type hold what was on the stack where it is of no use, `scratch_` is for `canonicalize`. With
    `sees_nans` nothing hides the bits of NaNs that arithmetic gives, there are more of them, and less traps.
    """

    pick: Pick
    types: list[FuncType]  # of all functions
    index: int
    locals: str
    sees_nans: bool = False
    lines: list[str] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    counters: list[int] = field(default_factory=list)  # of the open loops that count, as numbers of their locals
    num_counters: int = 0

    def emit(self, *lines: str) -> None:
        self.lines += lines

    # Expressions: each leaves one value of a type.

    def value(self, type_: str, depth: int) -> None:
        """Leave a value of `type_`, of an expression at most `depth` deep."""
        if depth <= 0:
            self.leaf(type_)
            return
        kinds = ("leaf", "numeric", "numeric", "numeric", "load", "select", "if", "block", "tee", "call", "other")
        getattr(self, f"value_{self.pick(kinds)}")(type_, depth - 1)

    def leaf(self, type_: str) -> None:
        options = [f"local.get {i}" for i, t in enumerate(self.locals) if t == type_]
        if type_ == "i":
            options += [f"local.get $n{counter}" for counter in self.counters]
        self.emit(self.pick([*options, f"global.get $g{type_}", self.constant(type_)]))

    def constant(self, type_: str) -> str:
        if type_ == V128:
            return random_vectors.constant(self.pick, nans=self.sees_nans)
        values = _NANS if self.sees_nans and type_ in "fF" else _VALUES[type_]
        return f"{NAMES[type_]}.const {self.pick(values)}"

    def value_leaf(self, type_: str, depth: int) -> None:
        self.leaf(type_)

    def value_numeric(self, type_: str, depth: int) -> None:
        partial = type_ in _PARTIAL and not self.sees_nans and self.pick(range(5)) == 0
        op = self.pick(_PARTIAL[type_] if partial else _TOTAL[type_])
        assert op.pops is not None
        for operand in op.pops:
            self.value(operand, depth)
        if op.name in _SEES_BITS or "copysign" in op.name or (op.pops[-1] in "fF" and "replace_lane" in op.name):
            self.canonicalize(op.pops[-1])
        self.emit(op.name + random_vectors.immediate(self.pick, op))
        if not self.sees_nans:
            self.emit(*random_vectors.canonicalized(op))

    def canonicalize(self, type_: str) -> None:
        """Replace a NaN on the stack by the canonical one."""
        if self.sees_nans:
            return
        scratch, name = f"$scratch_{type_}", NAMES[type_]
        self.emit(f"local.tee {scratch}", f"{name}.const nan", f"local.get {scratch}", f"local.get {scratch}")
        self.emit(f"{name}.eq", "select")

    def address(self, depth: int) -> str:
        """Leave an address in memory. Returns the offset to go with it."""
        self.value("i", depth)
        self.emit("i32.const 0x7fff", "i32.and")
        offset: str = self.pick(("", " offset=1", " offset=8", " offset=30000"))
        return offset

    def value_load(self, type_: str, depth: int) -> None:
        op = self.pick(_LOADS[type_])
        offset = self.address(depth)
        if op.pops == "iv":
            self.value(V128, depth)
        self.emit(op.name + offset + random_vectors.immediate(self.pick, op))

    def value_select(self, type_: str, depth: int) -> None:
        for operand in (type_, type_, "i"):
            self.value(operand, depth)
        self.emit(self.pick(("select", f"select (result {NAMES[type_]})")))

    def value_if(self, type_: str, depth: int) -> None:
        self.value("i", depth)
        self.nested("if", "", type_, depth)
        self.emit("else")
        self.body("", type_, depth)
        self.emit("end")
        self.labels.pop()

    def value_block(self, type_: str, depth: int) -> None:
        params = self.pick(("", "i", "fI"))
        for param in params:
            self.value(param, depth)
        self.nested(self.pick(("block", "loop")), params, type_, depth)
        self.emit("end")
        self.labels.pop()

    def value_tee(self, type_: str, depth: int) -> None:
        self.value(type_, depth)
        options = [i for i, t in enumerate(self.locals) if t == type_]
        if options:
            self.emit(f"local.tee {self.pick(options)}")

    def value_call(self, type_: str, depth: int) -> None:
        """Call any function; of its results, use one of the type, if it has one."""
        results = self.call(depth)
        if results.endswith(type_):
            self.emit(f"local.set $keep_{type_}")
            results = results[:-1]
        self.note(results)
        self.emit(f"local.get $keep_{type_}")

    def value_other(self, type_: str, depth: int) -> None:
        options = ["memory.size", "table.size $t", f"ref.func $f{self.index} ref.is_null"]
        if type_ == "i":
            self.emit(self.pick(options))
        else:
            self.leaf(type_)

    def call(self, depth: int) -> str:
        """Call a function of the module or of the host, directly or through the table. Returns its result types.

        Few calls can be recursive: those soon use up the fuel.
        """
        kind = self.pick(("call", "call", "call_indirect", "call_ref", "host"))
        callees = range(self.index if self.pick(range(8)) else len(self.types))
        if kind == "host" or not callees:
            name = self.pick(tuple(HOST_TYPES))
            for param in HOST_TYPES[name].params:
                self.value(param, depth)
            self.emit(f"call ${name}")
            return HOST_TYPES[name].results
        index = self.pick(callees)
        type_ = self.types[index]
        for param in type_.params:
            self.value(param, depth)
        self.call_as(kind, index, depth)
        return type_.results

    def call_as(self, kind: str, index: int, depth: int, prefix: str = "") -> None:
        """Call or tail-call a function of the module, with its arguments on the stack."""
        if kind == "call":
            self.emit(f"{prefix}call $f{index}")
        elif kind == "call_ref":
            self.emit(f"ref.func $f{index}", f"{prefix}call_ref $t{index}")
        else:
            if self.pick(range(8)):
                self.emit(f"i32.const {index}")
            else:
                self.value("i", depth)
            self.emit(f"{prefix}call_indirect {self.pick(('$t', '$static'))} (type $t{index})")

    def tail_call(self, depth: int) -> None:
        """Now and then, end with a call of a function that has the same results, recursion included."""
        results = self.types[self.index].results
        callees = [index for index, type_ in enumerate(self.types) if type_.results == results]
        if self.pick(range(3)):
            return
        callee = self.pick(callees)
        for param in self.types[callee].params:
            self.value(param, depth)
        self.call_as(self.pick(("call", "call_indirect", "call_ref")), callee, depth, "return_")

    # Blocks.

    def nested(self, opener: str, params: str, results: str, depth: int) -> None:
        """Open a block and write its body, with the label of it left open."""
        self.emit(opener + signature(FuncType(params, results)))
        self.labels.append(Label(params if opener == "loop" else results, opener == "loop"))
        self.body(params, results, depth)

    def body(self, params: str, results: str, depth: int) -> None:
        """Consume `params` from the stack, do something, leave `results`."""
        for param in reversed(params):
            self.emit(f"local.set $keep_{param}")
        if self.labels[-1].is_loop:
            self.emit("call $burn")
        for _ in range(self.pick(range(4))):
            self.statement(depth)
        for result in results:
            self.value(result, depth)

    # Statements: they leave the stack as it is.

    def statement(self, depth: int) -> None:
        if depth < 0:
            self.emit("nop")
            return
        kinds = (
            "set",
            "set",
            "store",
            "branch_if",
            "branch_table",
            "block",
            "if",
            "count",
            "global",
            "call",
            "note",
            "note",
        )
        rare = ("leave", "bulk", "table", "probe", "grow", "neighbours")
        kind = self.pick(rare) if self.pick(range(4)) == 0 and not self.sees_nans else self.pick(kinds)
        getattr(self, f"do_{kind}")(depth - 1)

    def do_set(self, depth: int) -> None:
        if self.locals:
            index = self.pick(range(len(self.locals)))
            self.value(self.locals[index], depth)
            self.emit(f"local.set {index}")

    def do_global(self, depth: int) -> None:
        type_ = self.pick(TYPES)
        self.value(type_, depth)
        self.emit(f"global.set $g{type_}")

    def do_store(self, depth: int) -> None:
        op = self.pick(_STORES)
        assert op.pops is not None
        offset = self.address(depth)
        self.value(op.pops[1], depth)
        if op.pops[1] in "fF":
            self.canonicalize(op.pops[1])
        self.emit(op.name + offset + random_vectors.immediate(self.pick, op))

    def do_probe(self, depth: int) -> None:
        """Load from anywhere. A load whose value nothing needs may go, trap and all; so the host gets this one."""
        self.emit("i32.const 0")
        self.value("i", depth)
        self.emit(f"i32.const {self.pick(('0xffff',) * 8 + ('-1',))}", "i32.and")
        self.emit(self.pick(_LOADS["I"]).name + self.pick(("", "", "", "", " offset=65530", " offset=0xffffffff")))
        self.emit("call $mix", "call $note_I")

    def do_neighbours(self, depth: int) -> None:
        """Access what lies at constant distances from one address, which may be anywhere."""
        if self.pick(range(3)):
            self.value("i", depth)
            mask = self.pick(("0x7fff",) * 6 + ("7", "0xffff", "-1"))
            self.emit(f"i32.const {mask}", "i32.and", "local.set $base")
        for _ in range(self.pick(range(2, 5))):
            offset = self.pick(("", "", "", " offset=4", " offset=8", " offset=65528"))
            address = ("local.get $base", f"i32.const {self.pick(_DISTANCES)}", "i32.add")
            if self.pick((False, True)):
                self.emit(*address, "i64.const 0x0123456789abcdef", f"i64.store{offset}")
            else:
                self.emit("i32.const 0", *address, f"i64.load{offset}", "call $mix", "call $note_I")

    def do_note(self, depth: int) -> None:
        type_ = self.pick(TYPES)
        self.value(type_, depth)
        self.note(type_)

    def note(self, types: str) -> None:
        """Take values of these types from the stack into the module's digest, so that they matter."""
        for type_ in reversed(types):
            self.emit(f"call $note_{type_}")

    def branch(self, depth: int) -> tuple[int, str]:
        """Choose a label and push the values that it takes. Returns its depth, and their types."""
        at = self.pick(range(len(self.labels)))
        types = self.labels[-1 - at].types
        for type_ in types:
            self.value(type_, depth)
        return at, types

    def do_branch_if(self, depth: int) -> None:
        at, types = self.branch(depth)
        self.value("i", depth)
        self.emit(f"br_if {at}")
        self.note(types)

    def do_branch_table(self, depth: int) -> None:
        at, types = self.branch(depth)
        same = [i for i, label in enumerate(reversed(self.labels)) if label.types == types]
        targets = [str(self.pick(same)) for _ in range(self.pick(range(4)))]
        self.value("i", depth)
        self.emit(f"br_table {' '.join(targets)} {at}")
        self.after_leaving(depth)

    def do_leave(self, depth: int) -> None:
        how = self.pick(("br", "return", "unreachable"))
        if how == "br":
            at, _ = self.branch(depth)
            self.emit(f"br {at}")
        elif how == "return":
            for type_ in self.labels[0].types:
                self.value(type_, depth)
            self.emit("return")
        else:
            self.value("i", depth)
            self.emit("i32.const 7", "i32.eq", "if", "unreachable", "end")
            return
        self.after_leaving(depth)

    def after_leaving(self, depth: int) -> None:
        """Write code that is never reached."""
        if self.pick((False, True)):
            self.statement(depth - 1)
        if self.pick((False, True)):
            self.emit("i32.add", "drop")  # of a stack that is polymorphic here

    def do_block(self, depth: int) -> None:
        params = self.pick(("", "", "i", "IF"))
        results = self.pick(("", "", "i", "fI"))
        for param in params:
            self.value(param, depth)
        self.nested(self.pick(("block", "loop")), params, results, depth)
        self.emit("end")
        self.note(results)
        self.labels.pop()

    def do_count(self, depth: int) -> None:
        """Write a loop that is left after a few turns."""
        counter = self.num_counters
        self.num_counters += 1
        self.emit(f"i32.const {self.pick(range(1, 6))}", f"local.set $n{counter}", "loop")
        self.labels.append(Label("", is_loop=True))
        self.counters.append(counter)
        self.body("", "", depth)
        self.emit(f"local.get $n{counter}", "i32.const 1", "i32.sub", f"local.tee $n{counter}", "br_if 0", "end")
        self.counters.pop()
        self.labels.pop()

    def do_if(self, depth: int) -> None:
        self.value("i", depth)
        self.nested("if", "", "", depth)
        if self.pick((False, True)):
            self.emit("else")
            self.body("", "", depth)
        self.emit("end")
        self.labels.pop()

    def do_call(self, depth: int) -> None:
        self.note(self.call(depth))

    def do_grow(self, depth: int) -> None:
        self.value("i", depth)
        self.emit("i32.const 3", "i32.and", "memory.grow", "global.set $gi")

    def do_bulk(self, depth: int) -> None:
        self.address(depth)
        name = self.pick(("memory.fill", "memory.copy", "memory.init $d", "data.drop $d"))
        if name == "data.drop $d":
            self.emit("drop", name)
            return
        self.value("i", depth)
        if name != "memory.fill":
            self.emit("i32.const 7", "i32.and")
        self.value("i", depth)
        self.emit(self.pick(("i32.const 15", "i32.const 0x1ffff")), "i32.and", name)

    def do_table(self, depth: int) -> None:
        name = self.pick(("table.set", "table.fill", "table.copy", "table.init", "table.grow", "elem.drop"))
        if name == "elem.drop":
            self.emit("elem.drop $e")
            return
        element = self.pick((f"ref.func $f{self.index}", "ref.null func", "i32.const 2 table.get $t"))
        if name == "table.grow":
            self.emit(element, f"i32.const {self.pick(range(4))}", "table.grow $t", "global.set $gi")
            return
        self.emit(f"i32.const {self.pick(range(TABLE_SIZE + 2))}")
        if name in ("table.set", "table.fill"):
            self.emit(element)
        else:
            self.emit(f"i32.const {self.pick(range(4))}")
        if name != "table.set":
            self.emit(f"i32.const {self.pick(range(4))}")
        self.emit(
            "table.init $t $e" if name == "table.init" else "table.copy $t $t" if "copy" in name else f"{name} $t"
        )


def signature(type_: FuncType) -> str:
    """A type as the text format has it, behind a space each."""
    params = "".join(f" (param {NAMES[t]})" for t in type_.params)
    return params + "".join(f" (result {NAMES[t]})" for t in type_.results)

"""Random function bodies in the text format: a program chooses, instruction by instruction, what types allow.

What is here any module can have; families of instructions are in files of their own (random_memories.py and others).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from mvvm.wasm.opcodes import OPS, Immediate
from mvvm.wasm.types import FUNCREF, V128
from tests.compiler import random_vectors
from tests.compiler.random_scope import (
    HOST_TYPES,
    NON_NULL,
    NULLS,
    NUMBERS,
    REFERENCES,
    SPELLED,
    SUBTYPES,
    TYPED,
    Pick,
    Scope,
    signature,
    simple,
    some_types,
)

_VALUES: dict[str, tuple[str, ...]] = {
    "i": ("0", "1", "2", "3", "7", "31", "32", "-1", "-2", "0x7fffffff", "0x80000000", "0x8000", "255", "65536"),
    "I": ("0", "1", "2", "63", "64", "-1", "0x7fffffffffffffff", "0x8000000000000000", "0xffffffff", "0x100000000"),
    "f": ("0", "-0", "1", "-1", "0.5", "1.5", "1e10", "-3e38", "0x1p-149", "inf", "-inf", "nan", "2147483648"),
    "F": ("0", "-0", "1", "-1", "0.5", "2.5", "1e30", "-1e308", "0x1p-1074", "inf", "nan", "2147483647.5", "3e9"),
}
_NANS = ("-nan", "nan:0x1", "-nan:0x1", "nan:0x400001", "-nan:0x400001", "inf", "0", "-2.5")
_IMMEDIATES = (Immediate.NONE, Immediate.LANE, Immediate.SHUFFLE)
_NUMERIC = [op for op in OPS if op.immediate in _IMMEDIATES and op.pops and op.pushes]
_TRAPPING = [op for op in _NUMERIC if "div_" in op.name or "rem_" in op.name or op.name[3:10] == ".trunc_f"]
_TOTAL = {t: [op for op in _NUMERIC if op.pushes == t and op not in _TRAPPING] for t in NUMBERS + V128}
_PARTIAL = {t: [op for op in _TRAPPING if op.pushes == t] for t in "iI"}
_WIDE = [op for op in _NUMERIC if op.pushes == "II"]
_SEES_BITS = ("i32.reinterpret_f32", "i64.reinterpret_f64", "f32x4.splat", "f64x2.splat")

PART, END_OF_PART = ";;{", ";;}"
BODY, HANDLER = "body", "handler"


@dataclass
class Label:
    """What a branch can name: `types` are those that a branch to it takes.

    `stage` is of a try block: its BODY is being written or, of the older form, a HANDLER; `number` counts those.
    """

    types: str
    name: str = ""
    is_loop: bool = False
    stage: str = ""
    number: int = 0


@dataclass
class Writer:
    """Writes one body. `locals` are types, the parameters first; after them come others, by name.

    `keep_` and a type hold what was on the stack where it is of no use, `scratch_` is for `canonicalize`. Where a line
    has `;;=`, what is behind it does the same without exceptions of the older form (random_legacy_exceptions.py).
    """

    pick: Pick
    scope: Scope
    index: int
    locals: str
    lines: list[str] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    counters: list[int] = field(default_factory=list)  # of the open loops that count, as numbers of their locals
    num_counters: int = 0
    num_labels: int = 0
    num_tries: int = 0

    def emit(self, *lines: str) -> None:
        self.lines += lines

    def may_trap(self, rarity: int) -> bool:
        """Whether to write something that may trap, once in `rarity` times."""
        return not self.scope.sees_nans and bool(self.pick(range(rarity)) == rarity - 1)

    @contextmanager
    def part(self, instead: str = "") -> Iterator[None]:
        """Mark what is written meanwhile as a part that `instead` could replace (tests.fuzz.reduce)."""
        self.emit(f"{PART} {instead}")
        yield
        self.emit(END_OF_PART)

    def write(self, statements: int, depth: int) -> None:
        """Write the whole body: at most so many statements, and what they need around them."""
        type_ = self.scope.types[self.index]
        self.emit("call $burn")
        for number, local in enumerate(self.locals[len(type_.params) :], len(type_.params)):
            self.emit(self.constant(local), f"local.set {number}")
        if NON_NULL in self.scope.value_types:
            self.emit(simple(NON_NULL), f"local.set $keep_{NON_NULL}")
        self.labels.append(Label(type_.results))
        if self.scope.has_legacy:
            body = self.open("block", "", type_.results)
            self.lines[-1] += f" ;;= block ${body.name}.pad (result exnref) {self.lines[-1]}"
        for _ in range(self.pick(range(1, statements + 1))):
            self.statement(depth)
        if self.pick(range(2)):
            self.do_tail_call(depth)
        self.values(type_.results, depth)
        if self.scope.has_legacy:
            self.close()
            self.lines[-1] += " ;;= end return end throw_ref"

    # Expressions: each leaves one value of a type.

    def value(self, type_: str, depth: int) -> None:
        """Leave a value of `type_`, of an expression at most `depth` deep."""
        if depth <= 0:
            self.leaf(type_)
            return
        kinds = ("leaf", "numeric", "numeric", "numeric", "family", "family", "select", "if", "block", "tee", "call")
        with self.part(simple(type_)):
            getattr(self, f"value_{self.pick(kinds)}")(type_, depth - 1)

    def leaf(self, type_: str) -> None:
        types = SUBTYPES.get(type_, type_)
        options = [f"local.get {i}" for i, t in enumerate(self.locals) if t in types]
        if type_ == "i":
            options += [f"local.get $n{counter}" for counter in self.counters]
        options += [f"global.get $g{t}" for t in types if t in self.scope.value_types]
        self.emit(self.pick([*options, self.constant(type_)]))

    def constant(self, type_: str) -> str:
        """An instruction for a value that is known."""
        if type_ == V128:
            return random_vectors.constant(self.pick, nans=self.scope.sees_nans)
        if type_ in REFERENCES:
            return self.reference(type_)
        values = _NANS if self.scope.sees_nans and type_ in "fF" else _VALUES[type_]
        return f"{SPELLED[type_]}.const {self.pick(values)}"

    def reference(self, type_: str) -> str:
        """An instruction for a reference, null if its type has no other that is known."""
        options = [NULLS[type_]] if type_ in NULLS else []
        types = self.scope.types
        if type_ == FUNCREF:
            options += [f"ref.func $f{index}" for index in range(len(types))]
        if type_ in TYPED + NON_NULL:
            options += [f"ref.func $f{index}" for index, other in enumerate(types) if other == types[0]]
        instruction: str = self.pick(options)
        return instruction

    def value_leaf(self, type_: str, depth: int) -> None:
        self.leaf(type_)

    def value_numeric(self, type_: str, depth: int) -> None:
        if type_ in REFERENCES:
            self.leaf(type_)
            return
        if type_ == "I" and self.pick(range(12)) == 0:
            self.wide_arithmetic(depth)
            return
        partial = type_ in _PARTIAL and self.may_trap(12)
        op = self.pick(_PARTIAL[type_] if partial else _TOTAL[type_])
        assert op.pops is not None
        for operand in op.pops:
            self.value(operand, depth)
        if op.name in _SEES_BITS or "copysign" in op.name or (op.pops[-1] in "fF" and "replace_lane" in op.name):
            self.canonicalize(op.pops[-1])
        self.emit(op.name + random_vectors.immediate(self.pick, op))
        if not self.scope.sees_nans:
            self.emit(*random_vectors.canonicalized(op))

    def wide_arithmetic(self, depth: int) -> None:
        """Leave the low half of a result, and note the high one."""
        op = self.pick(_WIDE)
        for operand in op.pops:
            self.value(operand, depth)
        self.emit(op.name)
        self.note("I")

    def canonicalize(self, type_: str) -> None:
        """Replace a NaN on the stack by the canonical one."""
        if self.scope.sees_nans:
            return
        scratch, name = f"$scratch_{type_}", SPELLED[type_]
        self.emit(f"local.tee {scratch}", f"{name}.const nan", f"local.get {scratch}", f"local.get {scratch}")
        self.emit(f"{name}.eq", "select")

    def value_family(self, type_: str, depth: int) -> None:
        options = [option for family in self.scope.families for option in family.values.get(type_, ())]
        if options:
            self.pick(options)(self, type_, depth)
        else:
            self.leaf(type_)

    def value_select(self, type_: str, depth: int) -> None:
        for operand in (type_, type_, "i"):
            self.value(operand, depth)
        typed = f"select (result {SPELLED[type_]})"
        self.emit(typed if type_ in REFERENCES else self.pick(("select", typed)))

    def value_if(self, type_: str, depth: int) -> None:
        self.value("i", depth)
        self.nested("if", "", type_, depth)
        self.emit("else")
        self.body("", type_, depth)
        self.close()

    def value_block(self, type_: str, depth: int) -> None:
        params = self.some_types()
        self.values(params, depth)
        self.nested(self.pick(("block", "loop")), params, type_, depth)
        self.close()

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

    def values(self, types: Iterable[str], depth: int) -> None:
        """Leave values of some types."""
        for type_ in types:
            self.value(type_, depth)

    def some_types(self) -> str:
        """The types of some values, mostly of none."""
        return some_types(self.pick, self.scope.value_types, 2) if self.pick(range(3)) == 2 else ""

    def call(self, depth: int) -> str:
        """Call a function of the module or of the host, in any way. Returns its result types.

        Few calls can be recursive: those soon use up the fuel.
        """
        kind = self.pick(("call", "call", "call_indirect", "call_ref", "host"))
        callees = range(self.index if self.pick(range(8)) else len(self.scope.types))
        if kind == "host" or not callees:
            name = self.pick(tuple(HOST_TYPES))
            self.values(HOST_TYPES[name].params, depth)
            self.emit(f"call ${name}")
            return HOST_TYPES[name].results
        index = self.pick(callees)
        type_ = self.scope.types[index]
        self.values(type_.params, depth)
        self.call_as(kind, index, depth)
        return type_.results

    def call_as(self, kind: str, index: int, depth: int, prefix: str = "") -> None:
        """Call or tail-call a function of the module, with its arguments on the stack."""
        is_typed = self.scope.types[index] == self.scope.types[0]
        if kind == "call":
            self.emit(f"{prefix}call $f{index}")
        elif kind == "call_ref":
            if is_typed and NON_NULL in self.scope.value_types and self.pick(range(2)):
                self.value(TYPED if self.may_trap(6) else NON_NULL, depth)
            else:
                self.emit(f"ref.func $f{index}")
            self.emit(f"{prefix}call_ref $t{index}")
        else:
            tables = [t for t in self.scope.tables if t.element == FUNCREF or (is_typed and t.element in "tn")]
            table = self.pick(tables)
            if self.pick(range(8)):
                self.emit(f"{SPELLED[table.index]}.const {index if table.element == FUNCREF else 0}")
            else:
                self.value(table.index, depth)
            self.emit(f"{prefix}call_indirect {table.name} (type $t{index})")

    def do_tail_call(self, depth: int) -> None:
        """Call a function that has the same results, recursion included."""
        types = self.scope.types
        callee = self.pick([i for i, type_ in enumerate(types) if type_.results == types[self.index].results])
        with self.leaving(depth):
            self.values(types[callee].params, depth)
            self.call_as(self.pick(("call", "call_indirect", "call_ref")), callee, depth, "return_")

    # Blocks.

    def open(self, opener: str, params: str = "", results: str = "", clauses: str = "") -> Label:
        """Open a block; its parameters are on the stack."""
        is_loop = opener == "loop"
        label = Label(params if is_loop else results, f"l{self.num_labels}", is_loop)
        self.num_labels += 1
        self.emit(f"{opener} ${label.name}{signature(params, results)}{clauses}")
        self.labels.append(label)
        return label

    def close(self) -> None:
        """End the innermost block."""
        self.emit("end")
        self.labels.pop()

    def nested(self, opener: str, params: str, results: str, depth: int, clauses: str = "") -> None:
        """Open a block and write its body, with the label of it left open."""
        self.open(opener, params, results, clauses)
        self.body(params, results, depth)

    def body(self, params: str, results: str, depth: int) -> None:
        """Consume `params` from the stack, do something, leave `results`."""
        for param in reversed(params):
            self.emit(f"local.set $keep_{param}")
        if self.labels[-1].is_loop:
            self.emit("call $burn")
        for _ in range(self.pick(range(4))):
            self.statement(depth)
        self.values(results, depth)

    def name(self, label: Label) -> str:
        """What to call a label here: the outermost one has no name."""
        return f"${label.name}" if label.name else str(len(self.labels) - 1)

    @property
    def targets(self) -> list[Label]:
        """The labels that branches may name."""
        return self.labels[1:] if self.scope.has_legacy else self.labels

    # Statements: they leave the stack as it is.

    def statement(self, depth: int) -> None:
        if depth < 0:
            self.emit("nop")
            return
        with self.part():
            self._statement(depth)

    def _statement(self, depth: int) -> None:
        kinds = ("set", "set", "branch_if", "branch_table", "block", "if", "count", "global", "call", "note", "series")
        if self.pick(range(5)) < 3:
            getattr(self, f"do_{self.pick(kinds)}")(depth - 1)
        elif self.pick(range(10)) == 0:
            getattr(self, f"do_{self.pick(('leave', 'tail_call'))}")(depth - 1)
        else:
            family = self.pick([family for family in self.scope.families if family.statements])
            statements = family.risky if family.risky and self.may_trap(8) else family.statements
            self.pick(statements)(self, depth - 1)

    def do_set(self, depth: int) -> None:
        if self.locals:
            index = self.pick(range(len(self.locals)))
            self.value(self.locals[index], depth)
            self.emit(f"local.set {index}")

    def do_global(self, depth: int) -> None:
        type_ = self.pick(self.scope.value_types)
        self.value(type_, depth)
        self.emit(f"global.set $g{type_}")

    def do_note(self, depth: int) -> None:
        type_ = self.pick(self.scope.value_types)
        self.value(type_, depth)
        self.note(type_)

    def do_series(self, depth: int) -> None:
        """Note the results of some instructions whose operands are at hand; most instructions are on vectors."""
        for _ in range(self.pick(range(4, 16))):
            type_ = self.pick(NUMBERS + V128 * 8)
            self.value_numeric(type_, 0)
            self.note(type_)

    def note(self, types: str) -> None:
        """Take values of these types from the stack into the module's digest, so that they matter."""
        for type_ in reversed(types):
            self.emit(f"call $note_{type_}")

    def do_branch_if(self, depth: int) -> None:
        label = self.pick(self.targets)
        self.values(label.types, depth)
        self.value("i", depth)
        self.emit(f"br_if {self.name(label)}")
        self.note(label.types)

    def do_branch_table(self, depth: int) -> None:
        with self.leaving(depth):
            last = self.pick(self.targets)
            self.values(last.types, depth)
            same = [label for label in self.targets if label.types == last.types]
            labels = [self.pick(same) for _ in range(self.pick(range(4)))]
            self.value("i", depth)
            self.emit(f"br_table {' '.join(map(self.name, [*labels, last]))}")

    def do_leave(self, depth: int) -> None:
        how = self.pick(("br", "return", "unreachable"))
        label = self.labels[0] if how == "return" else self.pick(self.targets)
        with self.leaving(depth):
            self.values("" if how == "unreachable" else label.types, depth)
            self.emit(f"br {self.name(label)}" if how == "br" else how)

    @contextmanager
    def leaving(self, depth: int) -> Iterator[None]:
        """What is written meanwhile leaves; mostly it only runs if something holds that often does not."""
        is_sure = self.pick(range(4)) == 3
        if not is_sure:
            self.value("i", depth)
            self.emit(*self.pick((("i32.const 7", "i32.and", "i32.const 5", "i32.eq"), ("i32.const 31", "i32.eq"))))
            self.open("if")
        yield
        self.after_leaving(depth)
        if not is_sure:
            self.close()

    def after_leaving(self, depth: int) -> None:
        """Write code that is never reached."""
        if self.pick((False, True)):
            self.statement(depth - 1)
        if self.pick((False, True)):
            self.emit("i32.add", "drop")  # of a stack that is polymorphic here

    def do_block(self, depth: int) -> None:
        params, results = self.some_types(), self.some_types()
        self.values(params, depth)
        self.nested(self.pick(("block", "loop")), params, results, depth)
        self.close()
        self.note(results)

    def do_count(self, depth: int) -> None:
        """Write a loop that is left after a few turns."""
        counter = self.num_counters
        self.num_counters += 1
        self.emit(f"i32.const {self.pick(range(1, 6))}", f"local.set $n{counter}")
        self.counters.append(counter)
        self.nested("loop", "", "", depth)
        loop = self.name(self.labels[-1])
        self.emit(f"local.get $n{counter}", "i32.const 1", "i32.sub", f"local.tee $n{counter}", f"br_if {loop}")
        self.counters.pop()
        self.close()

    def do_if(self, depth: int) -> None:
        self.value("i", depth)
        self.nested("if", "", "", depth)
        if self.pick((False, True)):
            self.emit("else")
            self.body("", "", depth)
        self.close()

    def do_call(self, depth: int) -> None:
        self.note(self.call(depth))

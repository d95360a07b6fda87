"""Exceptions in random modules: tags, throwing them, and the blocks that catch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mvvm.wasm.types import EXNREF
from tests.compiler.random_function import BODY
from tests.compiler.random_scope import Family, Pick, Scope, signature, simple, some_types

if TYPE_CHECKING:
    from tests.compiler.random_function import Label, Writer


def choose(pick: Pick, value_types: str) -> list[str]:
    """The tags of a module, as the types of their values.

    An exception holds at most one other: telling what is in it takes as long as it is deep, not as it has ways.
    """
    tags = [some_types(pick, value_types, 3) for _ in range(pick(range(1, 4)))]
    return [tag if tag.count(EXNREF) < 2 else tag.replace(EXNREF, "") for tag in tags]


def fields(scope: Scope) -> list[str]:
    """The fields of a module that declare its tags and, if it has exnrefs, what makes one and what looks into one."""
    lines = [f'  (tag $e{i} (export "e{i}"){signature(tag)})' for i, tag in enumerate(scope.tags)]
    if EXNREF not in scope.value_types:
        return lines
    values = " ".join(map(simple, scope.tags[0]))
    clauses = " ".join(f"(catch $e{i} $e{i})" for i in range(len(scope.tags)))
    lines += [
        "  (func $make_e (param i32) (result exnref) (block $h (result exnref)",
        f"    (try_table (catch_all_ref $h) (if (local.get 0) (then {values} (throw $e0))))",
        "    (ref.null exn)))",
        "  (func $note_e (param exnref)",
        "    (if (ref.is_null (local.get 0)) (then (call $note_i (i32.const 0)) (return)))",
        *[f"    block $e{i}{signature('', tag)}" for i, tag in enumerate(scope.tags)],
        f"    try_table {clauses} (throw_ref (local.get 0)) end unreachable",
    ]
    for i, tag in reversed(list(enumerate(scope.tags))):
        notes = " ".join(f"call $note_{type_}" for type_ in reversed(tag))
        lines.append(f"    end {notes} i32.const {i + 1} call $note_i return")
    return [*lines, "  )"]


def throw(w: Writer, depth: int) -> None:
    """Throw, which most of the time depends on something."""
    tag = w.pick(range(len(w.scope.tags)))
    with w.leaving(depth):
        w.values(w.scope.tags[tag], depth)
        w.emit(f"throw $e{tag}")


def _throw_ref(w: Writer, depth: int) -> None:
    """Throw what a reference is of; if it is null, throw something else, but for now and then."""
    with w.leaving(depth):
        w.value(EXNREF, depth)
        if not w.may_trap(8):
            w.emit(f"local.tee $keep_{EXNREF}", "ref.is_null")
            w.open("if")
            w.emit(*map(simple, w.scope.tags[0]), "throw $e0")
            w.close()
            w.emit(f"local.get $keep_{EXNREF}")
        w.emit("throw_ref")


@contextmanager
def _body(w: Writer, params: str, results: str, depth: int, clauses: str) -> Iterator[None]:
    """Write a try_table, with what is written meanwhile at its end.

    What delegates to it, in the older form, is translated to a throw within it (random_legacy_exceptions.py).
    """
    label = w.open("try_table", params, results, clauses)
    label.stage = BODY
    name = w.name(label)
    if w.scope.has_legacy:
        w.lines[-1] += f" ;;= {w.lines[-1]} block {name}.pad{signature(params, EXNREF)}"
    w.body(params, results, depth)
    yield
    w.close()
    if w.scope.has_legacy:
        w.lines[-1] += f" ;;= br {name} end throw_ref end"


def _try_table(w: Writer, depth: int) -> None:
    """A block with clauses; each leads to a block of its own, or to any label that takes what it gives."""
    params, results = w.some_types(), w.some_types()
    done = w.open("block")
    clauses: list[tuple[str, Label]] = []
    own: list[Label] = []
    for _ in range(w.pick((1, 1, 2, 3))):
        kind = w.pick(("catch", "catch_ref", "catch_all", "catch_all_ref"))
        types = EXNREF * kind.endswith("_ref")
        if "all" not in kind:
            tag = w.pick(range(len(w.scope.tags)))
            kind, types = f"{kind} $e{tag}", w.scope.tags[tag] + types
        same = [label for label in w.targets if label.types == types]
        if same and w.pick(range(2)):
            clauses.append((kind, w.pick(same)))
        else:
            own.append(w.open("block", "", types))
            clauses.append((kind, own[-1]))
    w.values(params, depth)
    text = "".join(f" ({kind} {w.name(label)})" for kind, label in clauses)
    with _body(w, params, results, depth, text):
        throw(w, depth)
    w.note(results)
    for label in reversed(own):
        w.emit(f"br {w.name(done)}")
        w.close()
        w.note(label.types)
        w.statement(depth - 1)
    w.close()


def _caught(w: Writer, type_: str, depth: int) -> None:
    """What is thrown within a block."""
    tag = w.pick(range(len(w.scope.tags)))
    kind, values = w.pick(((f"catch_ref $e{tag}", w.scope.tags[tag]), ("catch_all_ref", "")))
    label = w.open("block", "", values + type_)
    with _body(w, "", "", depth, f" ({kind} {w.name(label)})"):
        w.values(w.scope.tags[tag], depth)
        w.emit(f"throw $e{tag}")
    w.emit("unreachable")
    w.close()
    w.emit(f"local.set $keep_{type_}")
    w.note(values)
    w.emit(f"local.get $keep_{type_}")


FAMILY = Family(
    statements=(_try_table, _try_table, _try_table, throw, _throw_ref),
    values={EXNREF: (_caught,)},
)

"""References that may or may not be null in random functions: branches on them, and what makes them non-null."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.compiler.random_scope import NON_NULL, REFERENCES, TYPED, Family, simple

if TYPE_CHECKING:
    from tests.compiler.random_function import Writer


def _branch_on_null(w: Writer, depth: int) -> None:
    label = w.pick(w.targets)
    type_ = w.pick([t for t in w.scope.value_types if t in REFERENCES and t != NON_NULL])
    w.values(label.types + type_, depth)
    w.emit(f"br_on_null {w.name(label)}")
    w.note(label.types + type_)


def _branch_on_non_null(w: Writer, depth: int) -> None:
    labels = [label for label in w.targets if label.types and label.types[-1] in REFERENCES]
    if labels:
        label = w.pick(labels)
        *before, last = label.types
        w.values([*before, TYPED if last == NON_NULL else last], depth)
        w.emit(f"br_on_non_null {w.name(label)}")
        w.note("".join(before))


def _as_non_null(w: Writer, depth: int) -> None:
    w.value(w.pick([t for t in w.scope.value_types if t in REFERENCES and t != NON_NULL]), depth)
    w.emit("ref.as_non_null", "drop")


def _else_known(w: Writer, type_: str, depth: int) -> None:
    """A reference, or if it is null one that is not."""
    label = w.open("block", "", type_)
    w.value(TYPED, depth)
    if w.pick((False, True)):
        w.emit(f"br_on_non_null {w.name(label)}")
    else:
        inner = w.open("block", TYPED)
        w.emit(f"br_on_null {w.name(inner)}", f"br {w.name(label)}")
        w.close()
    w.emit(simple(type_))
    w.close()


def _checked(w: Writer, type_: str, depth: int) -> None:
    if w.may_trap(6):
        w.value(TYPED, depth)
        w.emit("ref.as_non_null")
    else:
        w.leaf(type_)


FAMILY = Family(
    statements=(_branch_on_null, _branch_on_non_null, _branch_on_non_null),
    risky=(_as_non_null,),
    values={NON_NULL: (_else_known, _checked)},
)

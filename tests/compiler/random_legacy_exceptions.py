"""Exceptions of the older form in random functions, with what does the same in the form that wasmtime knows.

A line `OLD ;;= NEW` has both; `translated` takes the new ones. A try block becomes

    block $l                        what a branch to it leaves
      block $l.0                    for each handler, the first one innermost: values and an exnref come here
        try_table (catch_ref $e0 $l.0)
          block $l.pad              what delegates to the block throws here, within it but out of what is in it
            BODY  br $l
          end  throw_ref
        end  unreachable
      end  local.set $x             for `rethrow`
      HANDLER
    end

A body that delegates has one handler, which branches to a pad further out; the outermost one is the function's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.compiler.random_exceptions import throw
from tests.compiler.random_function import BODY, HANDLER
from tests.compiler.random_scope import Family, signature

if TYPE_CHECKING:
    from tests.compiler.random_function import Label, Writer


def translated(text: str) -> str:
    """A module without exceptions of the older form."""
    return re.sub(r"(?m)^.*;;= ", "", text)


def _open(w: Writer, params: str, results: str, handlers: list[tuple[str, str]]) -> Label:
    """Open a try block. `handlers` are clauses of its translation, with the types of what they give."""
    label = w.open("try", params, results)
    label.stage = BODY
    name = w.name(label)
    blocks = [f"block {name}.{i}{signature(params, types + 'e')}" for i, (_, types) in enumerate(handlers)]
    clauses = "".join(f" ({clause} {name}.{i})" for i, (clause, _) in enumerate(handlers))
    new = [f"block {name}{signature(params, results)}", *reversed(blocks)]
    new += [f"try_table{signature(params)}{clauses}", f"block {name}.pad{signature(params, 'e')}"]
    w.lines[-1] += f" ;;= {' '.join(new)}"
    return label


def _end_of_body(w: Writer, label: Label) -> str:
    return f"br {w.name(label)} end throw_ref end unreachable end"


def _try(w: Writer, depth: int) -> None:
    params, results = w.some_types(), w.some_types()
    tags = [w.pick(range(len(w.scope.tags))) for _ in range(w.pick(range(3)))]
    handlers = [(f"catch_ref $e{tag}", w.scope.tags[tag]) for tag in tags]
    if w.pick((False, True)):
        handlers.append(("catch_all_ref", ""))
    w.values(params, depth)
    label = _open(w, params, results, handlers)
    label.number = w.num_tries
    w.num_tries += 1
    w.body(params, results, depth)
    throw(w, depth)
    before = _end_of_body(w, label)
    label.stage = HANDLER
    for clause, types in handlers:
        w.emit(f"{clause.replace('_ref', '')} ;;= {before} local.set $x{label.number}")
        before = f"br {w.name(label)} end"
        w.note(types)
        if w.pick((False, True)):
            _rethrow(w, depth)
        w.body("", results, depth)
    w.close()
    if not handlers:
        w.lines[-1] += f" ;;= {before}"
    w.note(results)


def _rethrow(w: Writer, depth: int) -> None:
    """Throw again what a handler around this has, if something holds."""
    labels = [label for label in w.labels if label.stage == HANDLER]
    if labels:
        label = w.pick(labels)
        w.value("i", depth)
        w.open("if")
        w.emit(f"rethrow {w.name(label)} ;;= local.get $x{label.number} throw_ref")
        w.close()


def _delegate(w: Writer, depth: int) -> None:
    params, results = w.some_types(), w.some_types()
    target = w.pick(w.targets)
    # What the target is in has the body that the exception is thrown in: a handler is no such thing.
    around = w.targets[: w.targets.index(target) + 1]
    pad = next((label for label in reversed(around) if label.stage == BODY), w.targets[0])
    w.values(params, depth)
    label = _open(w, params, results, [("catch_all_ref", "")])
    w.body(params, results, depth)
    throw(w, depth)
    w.close()
    w.lines[-1] = f"delegate {w.name(target)} ;;= {_end_of_body(w, label)} br {w.name(pad)}.pad end"
    w.note(results)


FAMILY = Family(statements=(_try, _try, _try, _delegate, _rethrow, throw))

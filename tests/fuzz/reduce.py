"""Makes a module that fails smaller: drops statements, replaces expressions by constants, drops calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tests.compiler.random_function import END_OF_PART, PART
from tests.compiler.random_module import RandomModule


def reduce(module: RandomModule, fails: Callable[[RandomModule], bool]) -> RandomModule:
    """A module that fails, too, with as few of the parts that its text marks as can be, and no marks."""
    for call in module.calls:
        fewer = replace(module, calls=[other for other in module.calls if other is not call])
        if fails(fewer):
            module = fewer
    lines = [line.strip() for line in module.text.splitlines()]
    at = 0
    while at < len(lines):
        if lines[at].startswith(PART):
            # Parts that the part has come later, if it must stay.
            shorter = [*lines[:at], lines[at].removeprefix(PART).strip(), *lines[_end(lines, at) + 1 :]]
            if fails(replace(module, text="\n".join(shorter))):
                lines = shorter
        at += 1
    kept = [line for line in lines if line and not line.startswith((PART, END_OF_PART))]
    return replace(module, text="\n".join(kept))


def _end(lines: list[str], start: int) -> int:
    """The line that ends the part that begins at a line."""
    depth = 0
    for at in range(start, len(lines)):
        depth += lines[at].startswith(PART) - lines[at].startswith(END_OF_PART)
        if depth == 0:
            return at
    raise AssertionError("a part without an end")

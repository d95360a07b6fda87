"""Options parsed without Typer, which takes several times as long to import as a program to start."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

# How an option is given: alone, with a value (the last one counts), with a value any number of times.
FLAG, VALUE, LIST = range(3)


def parse_options(
    arguments: list[str], options: Mapping[str, tuple[str, int]]
) -> tuple[dict[str, object], list[str]] | None:
    """Parse the options that a command line begins with: a value by the field that each sets, and what follows them.

    `options` are the field of each, and how it is given. None for what Typer must see: mistakes, unusual spellings.
    """
    fields: dict[str, object] = {}
    at, end = 0, len(arguments)
    while at < end:
        argument = arguments[at]
        if argument == "--" or argument[:1] != "-" or argument == "-":
            break
        at += 1
        name, equals, value = argument.partition("=") if argument[:2] == "--" else (argument, "", "")
        if name not in options:
            return None
        field, kind = options[name]
        if kind == FLAG:
            if equals:
                return None
            fields[field] = True
            continue
        if not equals:
            if at == end:
                return None
            value = arguments[at]
            at += 1
        if kind == LIST:
            fields.setdefault(field, []).append(value)  # type: ignore[attr-defined]
        else:
            fields[field] = value
    return fields, arguments[at:]

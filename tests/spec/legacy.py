"""Folded `try` of the older form of exceptions, spelled out: wasmtime's parser knows only the flat form."""

from __future__ import annotations

from tests.spec.sexpr import Atom, List, Node


def unfold(text: str, node: Node) -> str:
    """The text of a node, with each `(try ... (do ...) (catch ...) ...)` in it in the flat form."""
    if not isinstance(node, List):
        return text[node.start : node.end]
    if node.head == "try" and any(isinstance(item, List) and item.head == "do" for item in node.items):
        return _unfold_try(text, node)
    parts = []
    at = node.start
    for item in node.items:
        parts += [text[at : item.start], unfold(text, item)]
        at = item.end
    return "".join([*parts, text[at : node.end]])


def _unfold_try(text: str, node: List) -> str:
    parts = []
    ending = "end"
    for item in node.items:
        if isinstance(item, List) and item.head in ("do", "catch", "catch_all"):
            parts += [unfold(text, inner) for inner in (item.items[1:] if item.head == "do" else item.items)]
        elif isinstance(item, List) and item.head == "delegate":
            ending = " ".join(inner.text for inner in item.items if isinstance(inner, Atom))
        else:
            parts.append(unfold(text, item))
    return " ".join([*parts, ending])

"""The s-expressions of the WebAssembly text format (Wasm 3.0, 6.3), without knowing what they mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias


class SyntaxFailure(ValueError):
    """Not an s-expression, or not a command of a script."""


@dataclass(frozen=True, slots=True)
class Atom:
    """A keyword, number or identifier. `start` and `end` are offsets in the text, as in all nodes."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class String:
    """A string literal. Escapes may give bytes that are not UTF-8."""

    data: bytes
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class List:
    items: tuple[Node, ...]
    start: int
    end: int

    @property
    def head(self) -> str:
        """The first atom's text, "" if the list does not start with an atom."""
        first = self.items[0] if self.items else None
        return first.text if isinstance(first, Atom) else ""


Node: TypeAlias = Atom | String | List

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+|;;[^\r\n]*)
      | (?P<comment>\(;)
      | (?P<annotation>\(@)
      | (?P<open>\()
      | (?P<close>\))
      | "(?P<string>(?:[^"\\]|\\.)*)"
      | (?P<atom>[^ \t\r\n();"]+|;)""",
    re.VERBOSE,
)
_COMMENT_EDGE = re.compile(r"\(;|;\)")
_ESCAPE = re.compile(rb"\\(?:u\{([0-9a-fA-F_]+)\}|([0-9a-fA-F]{2})|(.))", re.DOTALL)
_CHARACTERS = {b"t": b"\t", b"n": b"\n", b"r": b"\r", b'"': b'"', b"'": b"'", b"\\": b"\\"}


def parse(text: str) -> list[Node]:
    """Split `text` into its top-level nodes. Comments and annotations are left out.

    Raises SyntaxFailure with the offset if parentheses, strings or comments are not closed.
    """
    items: list[Node] = []
    outer: list[tuple[list[Node], int, bool]] = []  # the lists that are still open
    at = 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            raise SyntaxFailure(f"unclosed string at offset {at}")
        start, at = token.span()
        kind = token.lastgroup
        if kind == "comment":
            at = _end_of_comment(text, start)
        elif kind == "atom":
            items.append(Atom(token.group(), start, at))
        elif kind == "string":
            items.append(String(_unescape(token["string"]), start, at))
        elif kind in ("open", "annotation"):
            outer.append((items, start, kind == "annotation"))
            items = []
        elif kind == "close":
            if not outer:
                raise SyntaxFailure(f"unexpected ')' at offset {start}")
            inner = items
            items, start, annotation = outer.pop()
            if not annotation:
                items.append(List(tuple(inner), start, at))
    if outer:
        raise SyntaxFailure(f"unclosed '(' at offset {outer[-1][1]}")
    return items


def _end_of_comment(text: str, start: int) -> int:
    depth = 0
    for edge in _COMMENT_EDGE.finditer(text, start):
        depth += 1 if edge.group() == "(;" else -1
        if depth == 0:
            return edge.end()
    raise SyntaxFailure(f"unclosed '(;' at offset {start}")


def _unescape(literal: str) -> bytes:
    return _ESCAPE.sub(_escaped, literal.encode())


def _escaped(match: re.Match[bytes]) -> bytes:
    code_point, byte, character = match.groups()
    if code_point is not None:
        return chr(int(code_point, 16)).encode()
    if byte is not None:
        return bytes.fromhex(byte.decode())
    if character not in _CHARACTERS:
        raise SyntaxFailure(f"unknown escape \\{character.decode(errors='replace')}")
    return _CHARACTERS[character]

"""The commands of a `.wast` script, as the reference interpreter's README describes the format."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from tests.spec.legacy import unfold
from tests.spec.sexpr import Atom, List, Node, String, SyntaxFailure, parse
from tests.spec.values import Pattern, Value, read_pattern, read_value


@dataclass(frozen=True, slots=True)
class Source:
    """A module as the script gives it: bytes of the binary format, or text that is yet to be converted."""

    data: bytes
    is_text: bool
    imports: frozenset[str]  # names of the modules that it imports from, as far as the text tells


@dataclass(frozen=True, slots=True)
class Action:
    """`invoke` or, without `arguments`, `get` of an export of the instance named `instance` or of the last one."""

    instance: str | None
    export: str
    arguments: tuple[Value, ...] | None


@dataclass(frozen=True, slots=True)
class Module:
    """Instantiate a module, which becomes the last one."""

    name: str | None
    source: Source


@dataclass(frozen=True, slots=True)
class Definition:
    """Compile a module, to be instantiated later by its name."""

    name: str | None
    source: Source


@dataclass(frozen=True, slots=True)
class Instance:
    """Instantiate the definition named `definition`, or the last one."""

    name: str | None
    definition: str | None


@dataclass(frozen=True, slots=True)
class Register:
    """Make an instance's exports importable under `module`."""

    module: str
    instance: str | None


@dataclass(frozen=True, slots=True)
class AssertReturn:
    action: Action
    patterns: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class AssertFailure:
    """An action or a module has to fail in the way that the command's keyword says."""

    subject: Action | Source
    message: str


Body: TypeAlias = Module | Definition | Instance | Register | Action | AssertReturn | AssertFailure


@dataclass(frozen=True, slots=True)
class Command:
    """A command; `keyword` is the script's, `line` where it starts, counted from 1."""

    line: int
    keyword: str
    body: Body


ASSERT_FAILURES = (
    "assert_exception",
    "assert_exhaustion",
    "assert_invalid",
    "assert_invalid_custom",
    "assert_malformed",
    "assert_malformed_custom",
    "assert_trap",
    "assert_unlinkable",
)


def read_script(text: str) -> list[Command]:
    """All commands of a script. Raises SyntaxFailure for what is not one."""
    return _Reader(text).commands()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = [newline.start() for newline in re.finditer("\n", text)]

    def commands(self) -> list[Command]:
        nodes = parse(self.text)
        if nodes and isinstance(nodes[0], List) and not _is_command(nodes[0].head):
            # The format allows a script to be the fields of a single module.
            return [Command(1, "module", Module(None, Source(self.text.encode(), True, _imports(nodes))))]
        return [self.command(node) for node in nodes]

    def command(self, node: Node) -> Command:
        line = bisect(self.lines, node.start) + 1
        if not isinstance(node, List):
            raise SyntaxFailure(f"line {line}: not a command")
        try:
            return Command(line, node.head, self.body(node))
        except (ValueError, IndexError) as error:
            raise SyntaxFailure(f"line {line}: {node.head}: {error}") from error

    def body(self, node: List) -> Body:
        keyword, items = node.head, node.items
        if keyword == "module":
            return self.module(node)
        if keyword == "register":
            return Register(_string(items[1]), _atom(items[2]) if len(items) > 2 else None)
        if keyword in ("invoke", "get"):
            return _action(node)
        if keyword == "assert_return":
            return AssertReturn(_action(items[1]), tuple(read_pattern(item) for item in items[2:]))
        if keyword in ASSERT_FAILURES:
            return AssertFailure(self.subject(items[1]), _string(items[2]) if len(items) > 2 else "")
        raise SyntaxFailure("unknown command")

    def module(self, node: List) -> Module | Definition | Instance:
        atoms = [item for item in node.items[:4] if isinstance(item, Atom)]
        form = atoms[1].text if len(atoms) > 1 else ""
        names = [atom.text for atom in atoms if atom.text.startswith("$")]
        name = names[0] if names else None
        if form == "instance":
            return Instance(name, names[1] if len(names) > 1 else None)
        if form == "definition":
            return Definition(name, self.source(node, after=atoms[1]))
        return Module(name, self.source(node, after=atoms[0]))

    def subject(self, node: Node) -> Action | Source:
        if isinstance(node, List) and node.head == "module":
            return self.source(node, after=node.items[0])
        return _action(node)

    def source(self, node: List, after: Node) -> Source:
        """The module in `node`, whose form and name are what follows the keyword `after`."""
        forms = [item.text for item in node.items if isinstance(item, Atom)]
        if "binary" in forms or "quote" in forms:
            data = b"".join(item.data for item in node.items if isinstance(item, String))
            return Source(data, "quote" in forms, frozenset())
        text = "(module" + self.text[after.end : node.end]
        if "(do" in text:
            text = unfold(self.text, node)
        return Source(_FORMAT_CHARACTER.sub(_escape, text).encode(), True, _imports([node]))


# Characters of Unicode's category Cf: wasmtime takes those that change the direction of text for an attack, unless they
# are escaped. In scripts they stand only in strings and comments.
_FORMAT_CHARACTER = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


def _escape(match: re.Match[str]) -> str:
    return f"\\u{{{ord(match.group()):x}}}"


def _is_command(head: str) -> bool:
    return head in ("module", "register", "invoke", "get") or head.startswith("assert_")


def _imports(nodes: Sequence[Node]) -> frozenset[str]:
    return frozenset(_imported(nodes))


def _imported(nodes: Sequence[Node]) -> Iterator[str]:
    # Imports are fields of the module, or abbreviated within one: (func (import "m" "f")).
    for node in nodes:
        if isinstance(node, List):
            if node.head == "import" and isinstance(node.items[1], String):
                yield node.items[1].data.decode()
            elif node.head in ("module", "func", "global", "memory", "table", "tag"):
                yield from _imported(node.items)


def _action(node: Node) -> Action:
    if not isinstance(node, List) or node.head not in ("invoke", "get"):
        raise SyntaxFailure("neither invoke nor get")
    items = node.items[1:]
    instance = None
    if isinstance(items[0], Atom):
        instance = items[0].text
        items = items[1:]
    arguments = tuple(read_value(item) for item in items[1:]) if node.head == "invoke" else None
    return Action(instance, _string(items[0]), arguments)


def _string(node: Node) -> str:
    if not isinstance(node, String):
        raise SyntaxFailure("a string is missing")
    return node.data.decode()


def _atom(node: Node) -> str:
    if not isinstance(node, Atom):
        raise SyntaxFailure("a name is missing")
    return node.text

from __future__ import annotations

import pytest

from tests.spec.sexpr import Atom, List, String, SyntaxFailure, parse


def only(text: str) -> List:
    (node,) = parse(text)
    assert isinstance(node, List)
    return node


def test_nodes_know_where_they_stand() -> None:
    text = ' (module $m "a" (func)) '
    node = only(text)
    assert text[node.start : node.end] == '(module $m "a" (func))'
    assert node.items == (
        Atom("module", 2, 8),
        Atom("$m", 9, 11),
        String(b"a", 12, 15),
        List((Atom("func", 17, 21),), 16, 22),
    )
    assert node.head == "module"


def test_a_list_may_have_no_head() -> None:
    assert only("()").head == ""
    assert only('("a" b)').head == ""


@pytest.mark.parametrize(
    "text",
    [
        '(a ;; b ( " (;\n c)',
        "(a ;; b\r c)",
        '(a (; ( " ;; ;) c)',
        "(a (; (; b ;) ;) c)",
        "(a(;;)c)",
        '(a (@note , ; "x)" (b) [ ) c)',
    ],
)
def test_comments_and_annotations_are_left_out(text: str) -> None:
    assert [item.text for item in only(text).items if isinstance(item, Atom)] == ["a", "c"]
    assert len(only(text).items) == 2


@pytest.mark.parametrize(
    ("literal", "data"),
    [
        (r'"\t\n\r\"\'\\"', b"\t\n\r\"'\\"),
        (r'"\00\fF0"', b"\x00\xff0"),
        (r'"\u{e9}\u{1_F600}"', "\u00e9\U0001f600".encode()),
        ('"\u00e9"', "\u00e9".encode()),
        (r'"\\00"', rb"\00"),
        ('"(;)"', b"(;)"),
    ],
)
def test_escapes(literal: str, data: bytes) -> None:
    assert parse(literal) == [String(data, 0, len(literal))]


@pytest.mark.parametrize("text", ["(", "(a", ")", "(a))", '"a', r'"a\"', "(; (; ;)", r'"\q"'])
def test_what_is_not_closed_is_refused(text: str) -> None:
    with pytest.raises(SyntaxFailure):
        parse(text)

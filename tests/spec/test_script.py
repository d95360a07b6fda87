from __future__ import annotations

import pytest

from tests.spec.script import (
    Action,
    AssertFailure,
    AssertReturn,
    Body,
    Definition,
    Instance,
    Module,
    Register,
    Source,
    read_script,
)
from tests.spec.sexpr import SyntaxFailure
from tests.spec.values import Bits, Value

NOTHING: frozenset[str] = frozenset()
F = Action(None, "f", ())


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("(module (func))", Module(None, Source(b"(module (func))", True, NOTHING))),
        ("(module $m)", Module("$m", Source(b"(module $m)", True, NOTHING))),
        (r'(module $m binary "\00as" "m")', Module("$m", Source(b"\0asm", False, NOTHING))),
        ('(module quote "(func" ")")', Module(None, Source(b"(func)", True, NOTHING))),
        ("(module definition $m (func))", Definition("$m", Source(b"(module $m (func))", True, NOTHING))),
        ('(module definition binary "a")', Definition(None, Source(b"a", False, NOTHING))),
        ("(module instance $i $m)", Instance("$i", "$m")),
        ("(module instance)", Instance(None, None)),
        ('(register "m" $m)', Register("m", "$m")),
        ('(register "m")', Register("m", None)),
        ('(invoke $m "f" (i32.const 1))', Action("$m", "f", (Value("i32", 1),))),
        ('(get "g")', Action(None, "g", None)),
        ('(assert_return (invoke "f"))', AssertReturn(F, ())),
        (
            '(assert_return (get "g") (i32.const 1))',
            AssertReturn(Action(None, "g", None), (Bits("i32", 1, 2**32 - 1),)),
        ),
        ('(assert_trap (invoke "f") "unreachable")', AssertFailure(F, "unreachable")),
        ('(assert_exception (invoke "f"))', AssertFailure(F, "")),
        ('(assert_invalid (module) "type")', AssertFailure(Source(b"(module)", True, NOTHING), "type")),
        ('(assert_malformed (module quote "a") "b")', AssertFailure(Source(b"a", True, NOTHING), "b")),
    ],
)
def test_commands(text: str, body: Body) -> None:
    (command,) = read_script(text)
    assert command.body == body
    assert text.startswith("(" + command.keyword)


def test_lines_are_counted_from_one() -> None:
    script = ';; a\n(module)\n\n  (register\n"m") (invoke "f")\n'
    assert [command.line for command in read_script(script)] == [2, 4, 5]


def test_a_script_may_be_the_fields_of_one_module() -> None:
    (command,) = read_script('(func) (memory 0) (func (import "m" "f"))')
    assert isinstance(command.body, Module)
    assert command.body.source.data == b'(func) (memory 0) (func (import "m" "f"))'
    assert command.body.source.imports == {"m"}


def test_imports_are_found_where_they_may_stand() -> None:
    (command,) = read_script(
        '(module (import "a" "x" (func)) (func $f (export "y") (import "b" "x")) (memory (import "c" "x") 1)'
        ' (data (i32.const 0) "import"))'
    )
    assert isinstance(command.body, Module)
    assert command.body.source.imports == {"a", "b", "c"}


def test_what_wasmtime_takes_for_an_attack_is_escaped() -> None:
    (command,) = read_script('(module (func (export "\u202e")))')
    assert isinstance(command.body, Module)
    assert command.body.source.data == rb'(module (func (export "\u{202e}")))'


@pytest.mark.parametrize(
    "text",
    ["(module)\n(assert_nothing)", "(module)\nmodule", "(module)\n(assert_return)", "(module)\n(invoke f)"],
)
def test_errors_name_the_line(text: str) -> None:
    with pytest.raises(SyntaxFailure, match="line 2"):
        read_script(text)

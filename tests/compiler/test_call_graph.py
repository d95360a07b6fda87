"""Which functions may suspend, by policy, and which nodes of a graph lie on a cycle."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvvm.lower.function import ModuleFacts
from mvvm.options import CompileOptions, Policy
from mvvm.passes.call_graph import find_calls, in_cycles
from mvvm.passes.tail_calls import find_tail_functions
from tests.compiler.wat import module

_ALL = (Policy.FUNCTION, Policy.COUNTER_LOOP, Policy.LOOP_DIRTY, Policy.LOOP)
_LOOPING = _ALL[1:]
_LOOP = "(loop $l (br_if $l (i32.const 0)))"


def _suspending(wat: str, policy: Policy) -> set[str]:
    """The names of a module's own functions that suspend."""
    decoded = module(wat)
    found = ModuleFacts(decoded, CompileOptions(checkpoint=policy)).suspending.functions
    first = decoded.info.num_imported_functions
    assert set(range(first)) <= found
    return {decoded.names.functions[index] for index in found if index >= first}


@pytest.mark.parametrize("policy", _ALL)
@pytest.mark.parametrize(
    ("functions", "suspend"),
    [
        # Nothing to stop at.
        ("(func $leaf (result i32) (i32.const 1)) (func $a (drop (call $leaf)))", ""),
        # A loop that no branch names is a block.
        ("(func $a (loop (drop (i32.const 1))))", ""),
        # A branch or a call that is never reached.
        ("(func $a (loop $l (return) (br $l)))", ""),
        ("(func $a (return) (call $h))", ""),
        # The host may be interrupted; so then may be all who wait for it.
        ("(func $a (call $h)) (func $b (call $a)) (func $c (call $b)) (func $d)", "a b c"),
        # Recursion: to itself, to one another, and who waits for it; but not what it calls.
        ("(func $a (call $a)) (func $b)", "a"),
        (
            "(func $a (call $b)) (func $b (call $c)) (func $c (call $a) (call $d)) (func $d) (func $e (call $a))",
            "a b c e",
        ),
        # A cycle among functions that suspend anyhow does not count once more.
        ("(func $a (call $h) (call $b)) (func $b (call $a)) (func $c)", "a b"),
    ],
)
def test_functions_that_suspend_under_every_policy(functions: str, suspend: str, policy: Policy) -> None:
    assert _suspending(f'(module (import "env" "h" (func $h)) {functions})', policy) == set(suspend.split())


_CALLS_LOOP = f"(module (func $loop {_LOOP}) (func $a (call $loop)) (func $b (call $a)) (func $c))"


@pytest.mark.parametrize("policy", _LOOPING)
def test_loops_suspend(policy: Policy) -> None:
    assert _suspending(_CALLS_LOOP, policy) == {"loop", "a", "b"}


def test_loops_do_not_suspend_at_function_level() -> None:
    assert _suspending(_CALLS_LOOP, Policy.FUNCTION) == set()


def test_nothing_suspends_in_a_plain_program() -> None:
    wat = f'(module (import "env" "h" (func $h)) (func $a (call $h) {_LOOP}))'
    assert ModuleFacts(module(wat), CompileOptions()).suspending.functions == set()


_TABLE = f"""
  (type $none (func)) (type $same (func)) (type $one (func (param i32))) (type $two (func (param i32 i32)))
  (func $loop {_LOOP}) (func $quiet (param i32)) (func $calls_none (call_indirect (type $same) (i32.const 0)))
  (func $calls_one (call_indirect (type $one) (i32.const 0) (i32.const 1)))
  (func $calls_two (call_indirect (type $two) (i32.const 0) (i32.const 0) (i32.const 1)))
"""


@pytest.mark.parametrize("policy", _LOOPING)
def test_a_table_that_never_changes_reaches_what_has_the_type(policy: Policy) -> None:
    wat = f"(module {_TABLE} (table 3 funcref) (elem (i32.const 0) $loop $quiet))"
    assert _suspending(wat, policy) == {"loop", "calls_none"}


@pytest.mark.parametrize("policy", _ALL)
@pytest.mark.parametrize(
    "table",
    [
        '(table (export "t") 3 funcref)',
        '(import "env" "t" (table 3 funcref))',
        "(table 3 funcref) (func $writes (table.set (i32.const 0) (ref.null func)))",
    ],
)
def test_a_table_that_may_change_reaches_anything(table: str, policy: Policy) -> None:
    wat = f"(module {table if 'import' in table else ''} {_TABLE} {'' if 'import' in table else table})"
    own = set() if policy == Policy.FUNCTION else {"loop"}
    assert _suspending(wat, policy) == own | {"calls_none", "calls_one", "calls_two"}


@pytest.mark.parametrize("policy", _ALL)
def test_recursion_through_a_table(policy: Policy) -> None:
    wat = """(module (type $t (func)) (table 2 funcref) (elem (i32.const 0) $a)
      (func $a (call $b)) (func $b (call_indirect (type $t) (i32.const 0))) (func $c (param i32)))"""
    assert _suspending(wat, policy) == {"a", "b"}


def test_only_the_table_that_is_named_counts() -> None:
    wat = f"""(module (type $t (func)) (table $x 1 funcref) (table $y 1 funcref) (func $loop {_LOOP}) (func $quiet)
      (elem (table $x) (i32.const 0) func $loop) (elem (table $y) (i32.const 0) func $quiet)
      (func $by_x (call_indirect $x (type $t) (i32.const 0)))
      (func $by_y (call_indirect $y (type $t) (i32.const 0))))"""
    assert _suspending(wat, Policy.LOOP) == {"loop", "by_x"}


def test_an_import_in_a_table_that_never_changes() -> None:
    wat = """(module (type $t (func)) (import "env" "h" (func $h)) (table 1 funcref) (elem (i32.const 0) $h)
      (func $a (call_indirect (type $t) (i32.const 0))))"""
    assert _suspending(wat, Policy.FUNCTION) == {"a"}


_REFERENCES = f"""(type $t (func)) (type $u (func (param i32)))
  (func $loop {_LOOP}) (func $quiet (type $u)) (func $other (type $u)) (elem declare func $loop $quiet)
  (func $by_t (call_ref $t (ref.func $loop))) (func $by_u (call_ref $u (i32.const 0) (ref.func $quiet)))"""


def test_a_reference_reaches_the_functions_of_its_type_that_are_referred_to() -> None:
    assert _suspending(f"(module {_REFERENCES})", Policy.LOOP) == {"loop", "by_t"}
    # Not those of a type that only looks the same in code.
    wat = f"""(module (type $a (func (param externref))) (type $b (func (param (ref extern))))
      (func $loop (type $a) {_LOOP}) (func $quiet (type $b)) (elem declare func $loop $quiet)
      (func $by_a (call_ref $a (ref.null extern) (ref.func $loop)))
      (func $by_b (param (ref extern)) (call_ref $b (local.get 0) (ref.func $quiet))))"""
    assert _suspending(wat, Policy.LOOP) == {"loop", "by_a"}


@pytest.mark.parametrize(
    "way",
    [
        '(import "env" "t" (table 1 funcref))',
        '(import "env" "g" (global funcref))',
        '(import "env" "f" (func $import (result (ref $u))))',
        '(table (export "t") 1 funcref)',
        '(global (export "g") (mut (ref null $u)) (ref.null $u))',
        '(func $taker (export "f") (param (ref null $u)))',
        "(func $taker (param (ref null $u))) (elem declare func $taker)",
    ],
)
def test_a_reference_from_elsewhere_reaches_anything(way: str) -> None:
    types, rest = _REFERENCES.split("\n", 1)
    assert _suspending(f"(module {types} {way} {rest})", Policy.LOOP) == {"loop", "by_t", "by_u"}


@pytest.mark.parametrize("policy", _ALL)
@pytest.mark.parametrize(
    ("functions", "suspend"),
    [
        ("(func $a (return_call $b)) (func $b)", ""),
        ("(func $a (return_call $a)) (func $b)", "a"),
        ("(func $a (return_call $b)) (func $b (call $a)) (func $c (return_call $a)) (func $d)", "a b c"),
        ("(func $a (return_call $h)) (func $b (return_call $a))", "a b"),
        # One of the host may be interrupted.
        ("(type $t (func)) (table 1 funcref) (func $a (return_call_indirect (type $t) (i32.const 0)))", "a"),
        ("(type $t (func)) (func $a (return_call_ref $t (ref.func $b))) (func $b) (elem declare func $b)", "a"),
    ],
)
def test_tail_calls(functions: str, suspend: str, policy: Policy) -> None:
    assert _suspending(f'(module (import "env" "h" (func $h)) {functions})', policy) == set(suspend.split())


@pytest.mark.parametrize(
    ("functions", "take_part"),
    [
        ("(func $a (call $b)) (func $b (call $a))", ""),
        ("(func $a (return_call $b)) (func $b) (func $c (call $a))", "a b"),
        ("(func $a (return_call $h))", "a"),
        # All of the type that a table may hold.
        (
            """(type $t (func (param i32))) (table funcref (elem $b $c)) (func $b (type $t)) (func $c)
            (func $d (type $t)) (func $a (return_call_indirect (type $t) (i32.const 0) (i32.const 0)))""",
            "a b",
        ),
        (
            """(type $t (func (param i32))) (func $b (export "b") (type $t)) (func $c (type $t))
            (func $a (param (ref $t)) (return_call_ref $t (i32.const 0) (local.get 0)))""",
            "a b",
        ),
        ("(func $a unreachable (return_call $b)) (func $b)", ""),
    ],
)
def test_who_takes_part_in_tail_calls(functions: str, take_part: str) -> None:
    decoded = module(f'(module (import "env" "h" (func $h)) {functions})')
    assert {decoded.names.functions[index] for index in find_tail_functions(decoded)} == set(take_part.split())


def test_what_a_body_calls() -> None:
    decoded = module(
        f"""(module (type $t (func)) (table $x 1 funcref) (table $y 1 funcref) (func $f) (func $g)
        (func (call $g) (call $f) (call $g) (call_indirect $y (type $t) (i32.const 0)) {_LOOP}))"""
    )
    calls = find_calls(decoded, *decoded.bodies[2], 2)
    assert (calls.callees, calls.indirect, calls.loops) == ({0, 1}, {(0, 1)}, True)


def _reaches_itself(edges: dict[int, set[int]], start: int) -> bool:
    seen: set[int] = set()
    pending = list(edges[start])
    while pending:
        node = pending.pop()
        if node not in seen:
            seen.add(node)
            pending += edges.get(node, ())
    return start in seen


_NODES = st.integers(0, 9)


@given(st.dictionaries(_NODES, st.sets(_NODES, max_size=4)))
def test_cycles_as_a_naive_search_finds_them(edges: dict[int, set[int]]) -> None:
    """Edges to what is no node of the graph are to be passed over."""
    inner = {node: successors & edges.keys() for node, successors in edges.items()}
    assert in_cycles(edges) == {node for node in edges if _reaches_itself(inner, node)}


def test_a_chain_that_is_deeper_than_the_stack_of_python() -> None:
    length = 20_000
    chain = {node: {node + 1} for node in range(length)}
    assert in_cycles(chain) == set()
    assert in_cycles({**chain, length: {0}}) == set(range(length + 1))


@pytest.mark.parametrize(
    ("functions", "throws"),
    [
        ("(func $a (throw $t)) (func $b (call $a)) (func $c) (func $d (call $c))", "a b"),
        ("(func $a (param exnref) (throw_ref (local.get 0)))", "a"),
        ("(func $a (call $h)) (func $b (call $a)) (func $c unreachable)", "a b"),
        (
            "(table 1 funcref) (elem (i32.const 0) $a) (func $a (throw $t)) (func $b (call_indirect (i32.const 0)))",
            "a b",
        ),
    ],
)
def test_which_functions_throw(functions: str, throws: str) -> None:
    decoded = module(f'(module (import "h" "h" (func $h)) (tag $t) {functions})')
    found = ModuleFacts(decoded, CompileOptions()).throwing
    assert found is not None
    assert {decoded.names.functions[index] for index in found.functions if index} == set(throws.split())


_WASI = '(import "wasi_snapshot_preview1" "h" (func $h))'


@pytest.mark.parametrize(
    "fields",
    [
        f'{_WASI} (func (export "run") (call 0))',
        "(table 1 funcref) (elem (i32.const 0) 0) (func (call_indirect (i32.const 0)))",
        "(func (block (try_table (catch_all 0) (call 0))))",
    ],
)
def test_no_exception_comes_into_these_modules(fields: str) -> None:
    assert ModuleFacts(module(f"(module {fields})"), CompileOptions()).throwing is None


@pytest.mark.parametrize(
    "fields",
    [
        '(import "h" "h" (func))',
        "(tag)",
        "(func (result exnref) (ref.null exn))",
        '(table (export "t") 1 funcref)',
        '(import "h" "h" (table 1 funcref))',
        '(global (export "g") (mut funcref) (ref.null func))',
        '(func (export "f") (param funcref))',
    ],
)
def test_an_exception_may_come_into_these(fields: str) -> None:
    """Without a tag of their own, by what others give them."""
    assert ModuleFacts(module(f"(module {fields})"), CompileOptions()).throwing is not None

"""What a random module has that its functions can name, and how types and values are spelled in the text format."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from mvvm.wasm.types import EXNREF, EXTERNREF, FUNCREF, NAMES, V128, FuncType

if TYPE_CHECKING:
    from tests.compiler.random_function import Writer

# Chooses one of some options: Hypothesis, which can make failing modules smaller, or chance, which is faster.
Pick = Callable[[Sequence[Any]], Any]

NUMBERS = "iIfF"
TYPED, NON_NULL = "t", "n"  # beside the characters of mvvm.wasm.types: (ref null $t0) and (ref $t0)
REFERENCES = FUNCREF + EXTERNREF + EXNREF + TYPED + NON_NULL
SPELLED = {**NAMES, TYPED: "(ref null $t0)", NON_NULL: "(ref $t0)"}
SUBTYPES = {FUNCREF: "rtn", TYPED: "tn"}  # whose values are values of a type, where those are others' too
NULLS = {FUNCREF: "ref.null func", EXTERNREF: "ref.null extern", EXNREF: "ref.null exn", TYPED: "ref.null $t0"}
HOST_TYPES = {"mix": FuncType("iI", "I"), "swap": FuncType("fF", "Ff")}


@dataclass(frozen=True)
class Memory:
    """A memory: `index` is the type of its addresses, `limits` are in pages and say whether it is shared."""

    name: str
    index: str
    limits: str

    @property
    def shared(self) -> bool:
        """Whether threads may share it."""
        return "shared" in self.limits


@dataclass(frozen=True)
class Table:
    """A table of `element`s, which has `size` of them in the beginning; `index` is the type of its indices."""

    name: str
    element: str
    index: str
    size: int


@dataclass(frozen=True)
class Scope:
    """What functions can name. `value_types` are those of locals, parameters, globals; `tags` are parameters' types.

    With `sees_nans` nothing hides the bits of NaNs that arithmetic gives, there are more of them, and less traps.
    """

    types: Sequence[FuncType]  # of all functions
    families: Sequence[Family]
    value_types: str
    memories: Sequence[Memory]
    tables: Sequence[Table]
    tags: Sequence[str]
    has_legacy: bool
    sees_nans: bool


class Family(NamedTuple):
    """Instructions that belong together. What writes them gets the depth that expressions may have."""

    statements: tuple[Callable[[Writer, int], None], ...] = ()
    risky: tuple[Callable[[Writer, int], None], ...] = ()  # statements which trap now and then
    values: Mapping[str, tuple[Callable[[Writer, str, int], None], ...]] = {}  # by their type


def some_types(pick: Pick, types: str, at_most: int) -> str:
    """A list of types, which may be empty."""
    return "".join(pick(types) for _ in range(pick(range(at_most + 1))))


def signature(params: str, results: str = "") -> str:
    """Parameters and results as the text format has them, behind a space each."""
    return "".join([f" (param {SPELLED[t]})" for t in params] + [f" (result {SPELLED[t]})" for t in results])


def simple(type_: str) -> str:
    """An instruction that gives a value of a type."""
    if type_ == V128:
        return "v128.const i64x2 3 0"
    if type_ == NON_NULL:
        return "ref.func $f0"
    return NULLS.get(type_) or f"{SPELLED[type_]}.const 3"


def expression(pick: Pick, type_: str, value: int, depth: int = 2) -> str:
    """A constant expression for an integer, of at most so many operations in each other."""
    name, modulus = SPELLED[type_], 1 << (32 if type_ == "i" else 64)
    kind = pick(("const", "add", "sub", "mul", "global")) if depth else "const"
    if kind == "const":
        return f"({name}.const {value % modulus})"
    if kind == "global":
        return f"({name}.add (global.get $five_{type_}) {expression(pick, type_, value - 5, depth - 1)})"
    other = pick((0, 1, 7, 0x12345678, modulus - 1, modulus // 2))
    if kind == "mul":
        factor = pick((2, 3, modulus - 1))
        product = " ".join(expression(pick, type_, operand, depth - 1) for operand in (other, factor))
        return f"({name}.add ({name}.mul {product}) ({name}.const {(value - other * factor) % modulus}))"
    first = value - other if kind == "add" else value + other
    return f"({name}.{kind} {expression(pick, type_, first, depth - 1)} ({name}.const {other}))"

"""Value and function types.

A value type is one character, so a list of types is a string and a function type has a short canonical
spelling, its *key*: `iI_F` takes an i32 and an i64 and returns an f64. Names of compiled thunks, type
identity at link time and the metadata of `.aot` files all use it.

A reference type that says more than that (mvvm.wasm.references) has one of these characters in code, which is all that
passes and lowering see: all references to functions are FUNCREF there. What a module *declares* is spelled `ref func`
or `ref null HEAP` beside it, where linking or the API need it.

The loader imports this module: nothing here may import `typing`, `dataclasses` or `enum` (start-up time).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

I32 = "i"
I64 = "I"
F32 = "f"
F64 = "F"
V128 = "v"
FUNCREF = "r"
EXTERNREF = "x"
EXNREF = "e"

REFERENCES = FUNCREF + EXTERNREF + EXNREF

NAMES = {
    I32: "i32",
    I64: "i64",
    F32: "f32",
    F64: "f64",
    V128: "v128",
    FUNCREF: "funcref",
    EXTERNREF: "externref",
    EXNREF: "exnref",
}

# The encoding in the binary format (Wasm 2.0, 5.3.1 to 5.3.4).
FROM_BYTE = {
    0x7F: I32,
    0x7E: I64,
    0x7D: F32,
    0x7C: F64,
    0x7B: V128,
    0x70: FUNCREF,
    0x6F: EXTERNREF,
    0x69: EXNREF,
}

PAGE_SIZE = 65536  # of memories that do not say that their pages have one byte
MAX_PAGES = 65536  # of a memory with 32-bit addresses
# Of one with 64-bit addresses: 64 GiB. The spec allows 2**48 pages, and growing to fail at any size; compiled code
# compares addresses with this constant (mvvm.lower.wide_address).
MAX_PAGES_64 = 1 << 20
WIDE_GUARD = (4 << 30) + PAGE_SIZE  # bytes reserved behind a memory with 64-bit addresses


class FuncType:
    """A function type: `params` and `results` are strings of value types.

    `declared_params` and `declared_results` are the types as they were declared. Equal and hashed by `identity`, which
    is the same for all types that the spec takes for the same, in whatever module; `key` only tells how code is called.
    """

    __slots__ = ("declared_params", "declared_results", "identity", "key", "params", "results")

    def __init__(
        self,
        params: str,
        results: str,
        declared: tuple[Sequence[str], Sequence[str]] | None = None,
        identity: str = "",
    ) -> None:
        """`declared` and `identity` may be left out where they say no more than `params` and `results`."""
        self.params = params
        self.results = results
        self.key = f"{params}_{results}"
        self.declared_params, self.declared_results = declared or (params, results)
        self.identity = identity or self.key

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FuncType) and other.identity == self.identity

    def __hash__(self) -> int:
        return hash(self.identity)

    def __repr__(self) -> str:
        return f"FuncType({self.params!r}, {self.results!r})"

    def __str__(self) -> str:
        results = " ".join(NAMES.get(t, f"({t})") for t in self.declared_results)
        return f"{self.params_text} -> ({results})"

    @property
    def params_text(self) -> str:
        """The parameters, for people."""
        return "(" + " ".join(NAMES.get(t, f"({t})") for t in self.declared_params) + ")"


class Limits:
    """Size limits of a memory (in pages) or a table (in elements); `maximum` is None where there is none.

    `index64` tells that addresses or indices are i64 (memory64), `shared` that threads may share the memory. A memory's
    pages are of `page_size` bytes: PAGE_SIZE, or 1 (custom page sizes).
    """

    __slots__ = ("index64", "maximum", "minimum", "page_size", "shared")

    def __init__(
        self,
        minimum: int,
        maximum: int | None,
        *,
        index64: bool = False,
        shared: bool = False,
        page_size: int = PAGE_SIZE,
    ) -> None:
        self.minimum = minimum
        self.maximum = maximum
        self.index64 = index64
        self.shared = shared
        self.page_size = page_size

    def _key(self) -> tuple[object, ...]:
        return self.minimum, self.maximum, self.index64, self.shared, self.page_size

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Limits) and other._key() == self._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        more = ", index64=True" * self.index64 + ", shared=True" * self.shared
        if self.page_size != PAGE_SIZE:
            more += f", page_size={self.page_size}"
        return f"Limits({self.minimum}, {self.maximum}{more})"

    @property
    def index(self) -> str:
        """The value type of addresses or indices."""
        return I64 if self.index64 else I32

    def same_kind(self, other: Limits) -> bool:
        """Whether addresses are of the same type, pages of the same size, and both are shared or neither is."""
        return (self.index64, self.shared, self.page_size) == (other.index64, other.shared, other.page_size)

    def accept(self, size: int, maximum: int | None) -> bool:
        """Whether something of this `size` and `maximum` may be imported under these limits (Wasm 4.5.3.2)."""
        if size < self.minimum:
            return False
        return self.maximum is None or (maximum is not None and maximum <= self.maximum)


class GlobalType:
    """A global's type: `value` type, as it was `declared`, and whether it is `mutable`."""

    __slots__ = ("declared", "mutable", "value")

    def __init__(self, value: str, mutable: bool, declared: str = "") -> None:
        self.value = value
        self.mutable = mutable
        self.declared = declared or value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, GlobalType) and (other.declared, other.mutable) == (self.declared, self.mutable)

    def __hash__(self) -> int:
        return hash((self.declared, self.mutable))

    def __repr__(self) -> str:
        return f"GlobalType({self.value!r}, {self.mutable})"


class TableType:
    """A table's type: the type of its `element`s, as it was `declared`, and its `limits`."""

    __slots__ = ("declared", "element", "limits")

    def __init__(self, element: str, limits: Limits, declared: str = "") -> None:
        self.element = element
        self.limits = limits
        self.declared = declared or element

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TableType) and (other.declared, other.limits) == (self.declared, self.limits)

    def __hash__(self) -> int:
        return hash((self.declared, self.limits))

    def __repr__(self) -> str:
        return f"TableType({self.element!r}, {self.limits!r})"

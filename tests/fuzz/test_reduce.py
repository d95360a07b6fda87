"""A module that fails is made smaller, and stays valid."""

from __future__ import annotations

import random

from tests.compiler.random_function import PART
from tests.compiler.random_legacy_exceptions import translated
from tests.compiler.random_module import RandomModule, Size, write_module
from tests.compiler.wat import module
from tests.fuzz.reduce import reduce
from tests.torture.test_random import _without_imports as without_imports

_WRONG = "memory.copy"


def test_what_does_not_matter_goes() -> None:
    whole = next(made for made in map(_made, range(100)) if _WRONG in made.text and "delegate" in made.text)
    first = whole.calls[0]

    def fails(smaller: RandomModule) -> bool:
        """As if an instruction went wrong in the first of the calls."""
        module(smaller.text)
        module(translated(smaller.text))
        return _WRONG in smaller.text and any(call is first for call in smaller.calls)

    small = reduce(whole, fails)
    assert fails(small)
    assert small.calls == [first]
    assert PART not in small.text
    assert small.text.count(_WRONG) == 1
    assert without_imports(small.text) != small.text
    assert 3 * len(small.text) < len(whole.text)


def _made(seed: int) -> RandomModule:
    return write_module(random.Random(seed).choice, Size(4, 6, 3))

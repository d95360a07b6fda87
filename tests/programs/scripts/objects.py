"""CPython: classes, generators, exceptions, big integers, floats, text, the pure-Python library."""

from __future__ import annotations

import collections
import dataclasses
import functools
import itertools
import json
import os
import re
import sys
from collections.abc import Iterator


@dataclasses.dataclass(order=True)
class Point:
    x: int
    y: int = 0

    def __add__(self, other: Point) -> Point:
        return Point(self.x + other.x, self.y + other.y)


@functools.cache
def ways(n: int) -> int:
    return 1 if n < 2 else ways(n - 1) + ways(n - 2)


def primes() -> Iterator[int]:
    found: list[int] = []
    for n in itertools.count(2):
        if all(n % p for p in found):
            found.append(n)
            yield n


print(Point(1, 2) + Point(3), sorted([Point(2), Point(1, 5)])[0], ways(25))
print(list(itertools.islice(primes(), 10)), sum(range(10**5)), 2**200, -7 // 2, -7 % 3)
print(0.1 + 0.2, 1e22, float("nan") != float("nan"), round(2.5), (1234.5).hex(), f"{3.14159:>10.3f}|{255:#x}")
print(collections.Counter("mississippi").most_common(2), "naïve €".encode(), "ß".upper())
print(re.sub(r"(\w+)@(\w+)", r"\2 at \1", "user@host"), json.dumps({"k": [1, None, True, "é"]}))
try:
    try:
        os.environ["MISSING"]
    except KeyError as error:
        raise ValueError("outer") from error
except ValueError as error:
    print(repr(error), repr(error.__cause__))
with open("out.txt", "w") as file:
    file.write("\n".join(str(n * n) for n in range(100)))
with open("out.txt") as file:
    print(len(file.read()), file=sys.stderr)
sys.exit(3)

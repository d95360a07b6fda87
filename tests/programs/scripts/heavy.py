"""For the bench: dictionaries, big loops, classes and strings in CPython. The argument is how many rounds."""

from __future__ import annotations

import sys


class Node:
    def __init__(self, depth: int) -> None:
        self.children = [Node(depth - 1), Node(depth - 1)] if depth else []

    def count(self) -> int:
        return 1 + sum(child.count() for child in self.children)


def sieve(limit: int) -> int:
    flags = bytearray([1]) * (limit + 1)
    for n in range(2, int(limit**0.5) + 1):
        if flags[n]:
            flags[n * n :: n] = bytes(len(flags[n * n :: n]))
    return sum(flags) - 2


def words(n: int) -> int:
    counts: dict[str, int] = {}
    state = 7
    for _ in range(n):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        word = f"w{state % 613:x}"
        counts[word] = counts.get(word, 0) + 1
    return len("".join(sorted(counts)))


def collatz(limit: int) -> int:
    longest = 0
    for start in range(1, limit):
        n, steps = start, 0
        while n != 1:
            n = n * 3 + 1 if n & 1 else n >> 1
            steps += 1
        longest = max(longest, steps)
    return longest


for turn in range(int(sys.argv[1])):
    print(turn, Node(12).count(), sieve(200000), words(30000), collatz(3000), sum(i * i for i in range(50000)))

"""Operands on which float instructions go wrong, as bits; and random ones, always the same."""

from __future__ import annotations

import random
import struct
from collections.abc import Sequence
from itertools import product

F32_NANS = (0x7FC00000, 0x7FC00001, 0x7F800001, 0x7FA00000, 0x7FFFFFFF)  # canonical, quiet, signalling
F64_NANS = tuple(0x7FF << 52 | (bits & 0x7FFFFF) << 29 | bits & 1 for bits in F32_NANS)
# Halves, the ends of what has a fraction, the borders of the integer types: each with its neighbours.
_BORDERS = (0.5, 1.0, 1.5, 2.5, 2.0**31, 2.0**32, 2.0**63, 2.0**64)
_F32_BORDERS = (*_BORDERS, 2.0**22 - 0.5, 2.0**23 - 0.5, 2.0**23, 2.0**24)
# And what is half way between two f32, where those are normal, subnormal, and where they end.
_F64_BORDERS = (
    *(*_BORDERS, 2.0**51 - 0.5, 2.0**52 - 0.5, 2.0**52, 2.0**53),
    *(1 + 2.0**-24, 1 + 3 * 2.0**-24, 2.0**-150, 3 * 2.0**-150, 2.0**-126 - 2.0**-150, 2.0**128 - 2.0**103),
)
_F32_EDGES = (0, 1, 0x400000, 0x7FFFFF, 0x800000, 0x7F7FFFFF, 0x7F800000, 0x3DCCCCCD)
_F64_EDGES = (0, 1, 1 << 51, (1 << 52) - 1, 1 << 52, 0x7FE << 52 | (1 << 52) - 1, 0x7FF << 52, 0x3FB999999999999A)


def f32_bits(value: float) -> int:
    """The bits of an f32; `value` is one, and no NaN."""
    (bits,) = struct.unpack("<I", struct.pack("<f", value))
    return int(bits)


def f64_bits(value: float) -> int:
    """The bits of an f64; `value` is no NaN."""
    (bits,) = struct.unpack("<Q", struct.pack("<d", value))
    return int(bits)


def _with_signs(values: Sequence[int], width: int) -> list[int]:
    return [sign << width - 1 | value for value in values for sign in (0, 1)]


def _near(bits: Sequence[int]) -> list[int]:
    return [value + distance for value in bits for distance in (-1, 0, 1)]


F32 = _with_signs([*_F32_EDGES, *F32_NANS, *_near([f32_bits(value) for value in _F32_BORDERS])], 32)
F64 = _with_signs([*_F64_EDGES, *F64_NANS, *_near([f64_bits(value) for value in _F64_BORDERS])], 64)


def _integers(width: int) -> list[int]:
    """Powers of two, half ways between the floats around them, and neighbours, as unsigned and with either sign."""
    values = {0, 1, (1 << width) - 1, (1 << width - 1) - 1}
    for power in range(1, width):
        for digits in (24, 53):
            for half in (1, 3) if power >= digits else (0,):
                middle = (1 << power) + (half << power - digits if half else 0)
                values |= {middle - 1, middle, middle + 1}
    mask = (1 << width) - 1
    return sorted({value & mask for value in values} | {-value & mask for value in values})


I32, I64 = _integers(32), _integers(64)


def _random(source: random.Random, width: int) -> int:
    """Any bits; or a float of middling size, so that sums and products of two of them are rounded."""
    bits = source.getrandbits(width)
    if source.random() < 0.3:
        return bits
    exponent_width, bias = (8, 127) if width == 32 else (11, 1023)
    place = width - 1 - exponent_width
    exponent = bias + source.randrange(-20, 20)
    return bits & ~(((1 << exponent_width) - 1) << place) | exponent << place


def pairs(special: Sequence[int], width: int, count: int) -> list[tuple[int, int]]:
    """All pairs of the special values, and random ones: `count` in all."""
    source = random.Random(width)
    made = list(product(special, special))
    made += [(_random(source, width), _random(source, width)) for _ in range(count - len(made))]
    return made[:count]


def singles(special: Sequence[int], width: int, count: int) -> list[int]:
    """The special values, and random ones: `count` in all."""
    source = random.Random(-width)
    return [*special, *(_random(source, width) for _ in range(count - len(special)))]

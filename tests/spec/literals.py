"""Number literals of the text format (Wasm 3.0, 6.3.1 and 6.3.2) as bit patterns."""

from __future__ import annotations

from fractions import Fraction

MANTISSA_BITS = {32: 23, 64: 52}  # without the implicit one


def int_bits(literal: str, width: int) -> int:
    """The two's complement of an integer literal of `width` bits."""
    value = int(literal, 16 if "x" in literal else 10)
    if not -(1 << (width - 1)) <= value < 1 << width:
        raise ValueError(f"{literal} does not fit {width} bits")
    return value & ((1 << width) - 1)


def float_bits(literal: str, width: int) -> int:
    """The IEEE 754 bits of a float literal, rounded once, to the nearest, ties to even.

    (Python's own `float` would round an f32 twice.)
    """
    mantissa_bits = MANTISSA_BITS[width]
    infinity = (1 << (width - 1)) - (1 << mantissa_bits)
    text = literal.lstrip("+-").replace("_", "")
    if text == "inf":
        magnitude = infinity
    elif text == "nan":
        magnitude = infinity | 1 << (mantissa_bits - 1)
    elif text.startswith("nan:"):
        magnitude = infinity | int(text.removeprefix("nan:"), 16)
    else:
        magnitude = min(_rounded(_exact(text), width), infinity)
    return magnitude | (literal.startswith("-") << (width - 1))


def _exact(text: str) -> Fraction:
    if not text.startswith("0x"):
        return Fraction(text)
    digits, _, exponent = text.removeprefix("0x").lower().partition("p")
    whole, _, fraction = digits.partition(".")
    return int(whole + fraction, 16) * Fraction(2) ** (int(exponent or "0") - 4 * len(fraction))


def _rounded(value: Fraction, width: int) -> int:
    if value == 0:
        return 0
    mantissa_bits = MANTISSA_BITS[width]
    smallest = 2 - (1 << (width - 2 - mantissa_bits))  # the exponent of subnormal numbers
    exponent = value.numerator.bit_length() - value.denominator.bit_length()
    if value < Fraction(2) ** exponent:
        exponent -= 1
    exponent = max(exponent, smallest)
    mantissa = round(value / Fraction(2) ** (exponent - mantissa_bits))
    # The implicit one of a normal number, and a carry out of rounding, go into the exponent field by the sum.
    return mantissa + ((exponent - smallest) << mantissa_bits)

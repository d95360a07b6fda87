"""All vector instructions: the families' tables, put together."""

from __future__ import annotations

from mvvm.lower import (
    relaxed_simd,
    simd_bits,
    simd_convert,
    simd_float,
    simd_integer,
    simd_lanes,
    simd_memory,
    simd_widths,
)

HANDLERS = {
    **simd_bits.HANDLERS,
    **simd_lanes.HANDLERS,
    **simd_integer.HANDLERS,
    **simd_widths.HANDLERS,
    **simd_float.HANDLERS,
    **simd_convert.HANDLERS,
    **simd_memory.HANDLERS,
    **relaxed_simd.HANDLERS,
}

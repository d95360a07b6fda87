"""CPU features: what code may need, and what this machine has.

Features have LLVM's names. Only those of the tables below are ever used by compiled code, so that every machine
can be asked for each of them.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

# x86_64: LLVM's name -> the flag in /proc/cpuinfo.
_X86_64 = {
    "cx16": "cx16", "sahf": "lahf_lm", "popcnt": "popcnt", "sse3": "pni", "ssse3": "ssse3", "sse4.1": "sse4_1",
    "sse4.2": "sse4_2", "avx": "avx", "avx2": "avx2", "bmi": "bmi1", "bmi2": "bmi2", "f16c": "f16c", "fma": "fma",
    "lzcnt": "abm", "movbe": "movbe", "xsave": "xsave", "avx512f": "avx512f", "avx512bw": "avx512bw",
    "avx512cd": "avx512cd", "avx512dq": "avx512dq", "avx512vl": "avx512vl", "avx512vbmi": "avx512vbmi",
    "avx512vbmi2": "avx512_vbmi2", "avx512bitalg": "avx512_bitalg", "avx512vpopcntdq": "avx512_vpopcntdq",
    "avx512ifma": "avx512ifma", "adx": "adx", "pclmul": "pclmulqdq", "gfni": "gfni",
}  # fmt: skip
# aarch64: LLVM's name -> the bit in AT_HWCAP (Linux, asm/hwcap.h).
_AARCH64 = {"crc": 1 << 7, "lse": 1 << 8, "fullfp16": 1 << 9 | 1 << 10, "rdm": 1 << 12, "dotprod": 1 << 20}
# s390x: LLVM's name -> the bit in AT_HWCAP (Linux, asm/elf.h). The kernel tells of one facility of each generation of
# machines (z13, z14, z15); the others came with it or before.
_VXRS, _VXRS_EXT, _VXRS_EXT2 = 1 << 11, 1 << 13, 1 << 15
_S390X = {
    "distinct-ops": _VXRS, "fast-serialization": _VXRS, "fp-extension": _VXRS, "high-word": _VXRS,
    "interlocked-access1": _VXRS, "load-store-on-cond": _VXRS, "population-count": _VXRS, "load-and-trap": _VXRS,
    "miscellaneous-extensions": _VXRS, "load-and-zero-rightmost-byte": _VXRS, "load-store-on-cond-2": _VXRS,
    "vector": _VXRS, "miscellaneous-extensions-2": _VXRS_EXT, "vector-enhancements-1": _VXRS_EXT,
    "miscellaneous-extensions-3": _VXRS_EXT2, "vector-enhancements-2": _VXRS_EXT2,
}  # fmt: skip
_OF_HWCAP = {"aarch64": _AARCH64, "s390x": _S390X}
_AT_HWCAP = 16

_V2 = ("cx16", "sahf", "popcnt", "sse3", "ssse3", "sse4.1", "sse4.2")
_V3 = (*_V2, "avx", "avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe", "xsave")
_V4 = (*_V3, "avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl")
_Z13, _Z14, _Z15 = (
    tuple([name for name, bit in _S390X.items() if bit <= newest]) for newest in (_VXRS, _VXRS_EXT, _VXRS_EXT2)
)

# Architecture -> CPU name that a user may ask for -> features that code for it may use.
CPUS: dict[str, dict[str, tuple[str, ...]]] = {
    "x86_64": {"x86-64": (), "x86-64-v2": _V2, "x86-64-v3": _V3, "x86-64-v4": _V4},
    "aarch64": {"generic": ()},
    "s390x": {"z13": _Z13, "z14": _Z14, "z15": _Z15},
    "riscv64": {"rv64gc": ()},
}
# The default: ten years old at least, so that an .aot file runs wherever it may be sent.
BASELINE = {"x86_64": "x86-64-v3", "aarch64": "generic", "s390x": "z13", "riscv64": "rv64gc"}
# Whether a machine has more than rv64gc only new kernels tell: nothing is supposed.
FEATURES: dict[str, tuple[str, ...]] = {
    "x86_64": tuple(_X86_64), "aarch64": tuple(_AARCH64), "s390x": tuple(_S390X), "riscv64": (),
}  # fmt: skip
BIG_ENDIAN = frozenset(("s390x",))


def host_architecture() -> str:
    """The architecture of this process, as in a target triple."""
    import os

    return os.uname().machine


def host_features(architecture: str) -> set[str]:
    """Those features of the tables that this machine has."""
    if architecture == "x86_64":
        flags = _cpuinfo_flags()
        return {name for name, flag in _X86_64.items() if flag in flags}
    if architecture in _OF_HWCAP:
        import ctypes

        getauxval = ctypes.CDLL(None).getauxval
        getauxval.restype = ctypes.c_ulong
        hwcap: int = getauxval(_AT_HWCAP)
        return {name for name, bits in _OF_HWCAP[architecture].items() if hwcap & bits == bits}
    return set()


def missing_features(architecture: str, needed: Iterable[str]) -> list[str]:
    """Those of the `needed` features that this machine lacks."""
    needed = list(needed)
    if not needed:
        return []
    present = host_features(architecture)
    return [name for name in needed if name not in present]


def _cpuinfo_flags() -> set[str]:
    with open("/proc/cpuinfo", "rb", buffering=0) as file:
        text = file.read(8192)
    start = text.find(b"\nflags")
    end = text.find(b"\n", start + 1)
    return set(str(text[start:end], "ascii").partition(":")[2].split())

"""How to compile: nothing here changes what a program does, but for the bits of NaNs where Wasm leaves them open."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from mvvm import cpu
from mvvm.errors import UsageError

_SYSTEM = "unknown-linux-gnu"


@dataclass(frozen=True)
class Target:
    """What code is made for: `features` are those it may use beyond the architecture's base (LLVM's names)."""

    architecture: str
    cpu: str
    features: tuple[str, ...]

    @property
    def triple(self) -> str:
        """LLVM's target triple."""
        return f"{self.architecture}-{_SYSTEM}"

    @staticmethod
    def parse(architecture: str | None = None, cpu_name: str | None = None, features: str = "") -> Target:
        """A target from what a user says.

        `architecture` is one, or a triple that starts with one (default: this machine's); `cpu_name` a CPU of
        `mvvm.cpu` or "native" (default: the architecture's portable baseline); `features` a comma list of
        `+name` and `-name`. Raises UsageError.
        """
        arch = (architecture or cpu.host_architecture()).split("-")[0]
        if arch not in cpu.CPUS:
            raise UsageError(f"unknown target {architecture!r}: the targets are {', '.join(cpu.CPUS)} (Linux)")
        if architecture and "-" in architecture and "linux" not in architecture:
            raise UsageError(f"unknown target {architecture!r}: only Linux is supported")
        known = cpu.CPUS[arch]
        if cpu_name == "native":
            if arch != cpu.host_architecture():
                raise UsageError(f"--cpu native: this machine is not {arch}")
            has = cpu.host_features(arch)
            chosen = [name for name in cpu.FEATURES[arch] if name in has]
        else:
            cpu_name = cpu_name or cpu.BASELINE[arch]
            if cpu_name not in known:
                raise UsageError(f"unknown CPU {cpu_name!r} for {arch}: one of {', '.join(known)}, native")
            chosen = list(known[cpu_name])
        for item in filter(None, features.split(",")):
            sign, name = item[0], item[1:]
            if sign not in "+-" or name not in cpu.FEATURES[arch]:
                known_names = ", ".join(cpu.FEATURES[arch])
                raise UsageError(f"unknown CPU feature {item!r}: write +NAME or -NAME, NAME one of {known_names}")
            if sign == "+" and name not in chosen:
                chosen.append(name)
            elif sign == "-" and name in chosen:
                chosen.remove(name)
        return Target(arch, cpu_name, tuple(chosen))


class Policy(StrEnum):
    """Where a program can be stopped: which loops look out for a request, and how often.

    NONE is a plain compiler; all others have function-level stable points, after calls.
    """

    NONE = "none"
    FUNCTION = "function"  # no loops
    COUNTER_LOOP = "counter-loop"  # loops once an iteration, innermost ones only once in many
    LOOP_DIRTY = "loop-dirty"  # as COUNTER_LOOP, but innermost loops that change memory, globals or tables each time
    LOOP = "loop"  # all loops, once an iteration


@dataclass(frozen=True)
class CompileOptions:
    """Options of the compiler. Equal options and an equal module give equal bytes.

    With COUNTER_LOOP an innermost loop looks out once in `1 << threshold_bits` iterations. `canonicalize_nans` makes
    every NaN that arithmetic gives the canonical one, so that results are the same on every machine, bit for bit.
    """

    opt_level: int = 3
    target: Target = field(default_factory=Target.parse)
    aux_stack_check: bool = True
    checkpoint: Policy = Policy.NONE
    threshold_bits: int = 16
    canonicalize_nans: bool = False

    def __post_init__(self) -> None:
        if self.opt_level not in range(4):
            raise UsageError(f"the optimization level is 0 to 3, not {self.opt_level}")
        if not 1 <= self.threshold_bits <= 30:
            raise UsageError(f"the threshold is 1 to 30 bits, not {self.threshold_bits}")

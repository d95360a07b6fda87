"""What a program was compiled with is what it is compiled with again: continuations, and code for other machines."""

from __future__ import annotations

from dataclasses import fields

import mvvm
from mvvm.abi import elf, sections
from mvvm.migrate.compiling import options_of
from mvvm.runtime.metadata import Target
from tests.migrate.guests import FACTORIAL


def test_all_options_are_in_the_file() -> None:
    target = mvvm.Target.parse("aarch64", features="+lse")
    options = mvvm.CompileOptions(
        opt_level=1,
        target=target,
        aux_stack_check=False,
        checkpoint=mvvm.Policy.COUNTER_LOOP,
        threshold_bits=5,
        canonicalize_nans=True,
    )
    default = mvvm.CompileOptions()
    assert all(getattr(options, field.name) != getattr(default, field.name) for field in fields(options))
    section = elf.read(mvvm.compile(FACTORIAL, options)).sections[sections.TARGET]
    assert options_of(Target(bytes(section.contents))) == options

"""Guests for the tests of the runtime: modules in the text format, compiled once."""

from __future__ import annotations

import functools
from typing import Any

import mvvm


@functools.cache
def program(wat: str, opt_level: int = 3) -> mvvm.Program:
    return mvvm.load(compiled(wat, opt_level))


@functools.cache
def compiled(wat: str, opt_level: int = 3) -> bytes:
    return mvvm.compile(wat.encode(), mvvm.CompileOptions(opt_level=opt_level), jobs=1)


def instance(wat: str, /, **imports: Any) -> mvvm.Instance:
    """An instance whose imports, all of module `env`, are given by name."""
    return mvvm.Instance(program(wat), {"env": imports})


def exports(wat: str, /, **imports: Any) -> dict[str, Any]:
    """The exports of an instance, as values of any kind."""
    return dict(instance(wat, **imports).exports)


def host(params: str, results: str, function: Any) -> mvvm.Func:
    return mvvm.Func(mvvm.FuncType(params, results), function)

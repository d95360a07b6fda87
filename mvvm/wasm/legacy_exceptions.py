"""Validation of modules that use the older form of exceptions, which wasmtime refuses.

It looks at another module in place of such a one:

    try bt  body  catch $t  handler  catch_all  handler  end

becomes

    i32.const 0  if bt  body  else  drop the parameters; values of $t's types  handler  end
    i32.const 0  if bt'  unreachable  else  drop the parameters  handler  end

Each arm of an `if` is checked on its own, with the operands and labels that a body or handler has in the older form:
the label of a try block is that of its handlers. (bt' has the results as parameters, too, vt the types of $t as
results.) The second and further handlers take up what the `if` before gave, which is dropped. `rethrow` becomes
`unreachable`, `delegate` an `end`; what they name is checked here. So the module that comes out is valid if and only if
the one that went in is. It is never run.

Lists of types are the bytes that the module has for them: validation looks at types as they were declared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvvm.errors import InvalidModule
from mvvm.wasm.code import (
    BLOCK,
    CATCH,
    CATCHES,
    DELEGATE,
    ELSE,
    END,
    IF,
    LOOP,
    RETHROW,
    TRY,
    TRY_TABLE,
    UNREACHABLE,
    skip,
)
from mvvm.wasm.decode import decode_module
from mvvm.wasm.reader import signed, unsigned
from mvvm.wasm.references import is_reference_type, machine_type
from mvvm.wasm.types import FROM_BYTE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvvm.wasm.module import ModuleInfo

_CODE_SECTION, _TYPE_SECTION = 10, 1
_FUNC_TYPE, _EMPTY_BLOCK = 0x60, 0x40
_NONE = b"\0"  # a list of no types
_DROP = b"\x1a"
_IN_BODY, _IN_HANDLER, _AFTER_ALL, _OTHER = range(4)


def rewrite(wasm: bytes) -> bytes:
    """The module to validate in place of a binary module with exceptions of the older form. Raises InvalidModule."""
    try:
        module = decode_module(wasm)
        rewriter = _Rewriter(wasm, module.info, _func_types(wasm))
        bodies = [_sized(rewriter.body(start, end)) for start, end in module.bodies]
    except IndexError:
        raise InvalidModule("invalid module: it ends early") from None
    result = bytearray(wasm[:8])
    at = 8
    while at < len(wasm):
        section = wasm[at]
        size, start = unsigned(wasm, at + 1)
        contents = wasm[start : start + size]
        if section == _CODE_SECTION:
            contents = _u32(len(bodies)) + b"".join(bodies)
        elif section == _TYPE_SECTION:
            count, after = unsigned(contents, 0)
            contents = _u32(count + len(rewriter.types)) + contents[after:] + b"".join(rewriter.types)
        result += bytes([section]) + _sized(contents)
        at = start + size
    return bytes(result)


class _Open:
    """An open block. Of a try block: its types, and where the code is in it."""

    def __init__(self, state: int, params: bytes = _NONE, results: bytes = _NONE) -> None:
        self.state = state
        self.params = params
        self.results = results


class _Rewriter:
    """Rewrites bodies. `types` are function types to be added to the module's, `known` those that it has."""

    def __init__(self, data: bytes, info: ModuleInfo, known: list[tuple[bytes, bytes]]) -> None:
        self.data = data
        self.info = info
        self.known = known
        self.types: list[bytes] = []
        self._numbers: dict[tuple[bytes, bytes], int] = {}

    def body(self, start: int, end: int) -> bytes:
        """A body: local declarations and expression."""
        data = self.data
        groups, at = unsigned(data, start)
        for _ in range(groups):
            _, at = unsigned(data, at)
            _, at = machine_type(data, at)
        result = bytearray(data[start:at])
        blocks = [_Open(_OTHER)]
        while at < end:
            op, after = data[at], skip(data, at)
            if op == TRY:
                block = _Open(_IN_BODY, *self._block_type(at + 1))
                result += b"\x41\0" + bytes([IF]) + data[at + 1 : after]
                blocks.append(block)
            elif op in CATCHES:
                result += self._handler(blocks[-1], op, at)
            elif op == DELEGATE:
                depth, _ = unsigned(data, at + 1)
                block = blocks.pop()
                _require(block.state == _IN_BODY, "`delegate` where there is no `try`")
                _require(depth < len(blocks), "unknown label")
                result += self._end_body(block)
            elif op == RETHROW:
                depth, _ = unsigned(data, at + 1)
                _require(depth < len(blocks), "unknown label")
                _require(blocks[-1 - depth].state in (_IN_HANDLER, _AFTER_ALL), "invalid rethrow label")
                result.append(UNREACHABLE)
            else:
                if op in (BLOCK, LOOP, IF, TRY_TABLE):
                    blocks.append(_Open(_OTHER))
                elif op == ELSE:
                    _require(blocks[-1].state == _OTHER, "`else` in a `try`")
                elif op == END:
                    block = blocks.pop()
                    if block.state == _IN_BODY:
                        result += self._end_body(block)
                        at = after
                        continue
                result += data[at:after]
            at = after
        return bytes(result)

    def _end_body(self, block: _Open) -> bytes:
        """The end of a body without handlers."""
        return bytes([ELSE, UNREACHABLE, END])

    def _handler(self, block: _Open, op: int, at: int) -> bytes:
        _require(block.state in (_IN_BODY, _IN_HANDLER), "`catch` where there is no `try`, or after `catch_all`")
        result = b""
        dropped = block.params
        if block.state == _IN_HANDLER:
            dropped = block.results
            number = self._type(block.results, block.results)
            result = bytes([END, 0x41, 0, IF]) + _s33(number) + bytes([UNREACHABLE])
        block.state = _IN_HANDLER if op == CATCH else _AFTER_ALL
        result += bytes([ELSE]) + _DROP * unsigned(dropped, 0)[0]
        if op == CATCH:
            tag, _ = unsigned(self.data, at + 1)
            _require(tag < len(self.info.tags), "unknown tag")
            values = self._type(_NONE, self.known[self.info.tags[tag]][0])
            result += bytes([BLOCK]) + _s33(values) + bytes([UNREACHABLE, END])
        return result

    def _block_type(self, at: int) -> tuple[bytes, bytes]:
        byte = self.data[at]
        if byte == _EMPTY_BLOCK:
            return _NONE, _NONE
        if is_reference_type(byte) or byte in FROM_BYTE:
            return _NONE, b"\1" + self.data[at : machine_type(self.data, at)[1]]
        index, _ = signed(self.data, at)
        _require(0 <= index < len(self.known), "unknown type")
        return self.known[index]

    def _type(self, params: bytes, results: bytes) -> int:
        """The index of a function type."""
        number = self._numbers.get((params, results))
        if number is None:
            number = self._numbers[params, results] = len(self.known) + len(self.types)
            self.types.append(bytes([_FUNC_TYPE]) + params + results)
        return number


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise InvalidModule(f"invalid module: {message}")


def _u32(number: int) -> bytes:
    result = bytearray()
    while number >= 0x80:
        result.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*result, number])


def _s33(number: int) -> bytes:
    """A number that is not negative, as a signed LEB128 number."""
    result = bytearray()
    while number >= 0x40:
        result.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*result, number])


def _sized(contents: bytes) -> bytes:
    return _u32(len(contents)) + contents


def _func_types(wasm: bytes) -> list[tuple[bytes, bytes]]:
    """The parameters and results of each function type of a module that was decoded."""
    at = 8
    while at < len(wasm):
        size, start = unsigned(wasm, at + 1)
        if wasm[at] == _TYPE_SECTION:
            return list(_read_func_types(wasm, unsigned(wasm, start)[1], start + size))
        at = start + size
    return []


def _read_func_types(wasm: bytes, at: int, end: int) -> Iterator[tuple[bytes, bytes]]:
    while at < end:
        form, at = wasm[at], at + 1
        if form == _FUNC_TYPE:
            middle = _skip_types(wasm, at)
            after = _skip_types(wasm, middle)
            yield wasm[at:middle], wasm[middle:after]
            at = after
        else:  # a group, or a type without supertypes: a number, and then what it is
            at = unsigned(wasm, at)[1]


def _skip_types(wasm: bytes, at: int) -> int:
    count, at = unsigned(wasm, at)
    for _ in range(count):
        at = machine_type(wasm, at)[1]
    return at

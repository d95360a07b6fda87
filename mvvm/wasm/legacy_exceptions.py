"""Validation of modules that use the older form of exceptions, which wasmtime refuses.

It looks at another module in place of such a one:

    try bt  body  catch $t  handler  catch_all  handler  end

becomes

    i32.const 0  if bt  body  else  drop the parameters; values of $t's types  handler  end
    i32.const 0  if bt'  unreachable  else  drop the parameters  handler  end

Each arm of an `if` is checked on its own, with the operands and labels that a body or handler has in the older form:
the label of a try block is that of its handlers. (bt' has the results as parameters, too.) The values are those of a
block that never ends. The second and further handlers take up what the `if` before gave, which is dropped. `rethrow`
becomes `unreachable`, `delegate` an `end`; what they name is checked here. So the module that comes out is valid if and
only if the one that went in is. It is never run.
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
from mvvm.wasm.references import (
    HEAPS,
    REF_NULL_TYPE,
    REF_TYPE,
    declared_type,
    is_reference_type,
    machine_type,
    split,
)
from mvvm.wasm.types import FROM_BYTE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mvvm.wasm.module import ModuleInfo

_CODE_SECTION, _TYPE_SECTION = 10, 1
_BYTES = {type_: byte for byte, type_ in reversed(FROM_BYTE.items())}
_HEAP_BYTES = {heap: byte for byte, heap in HEAPS.items()}
_DROP = b"\x1a"
_END_BODY = bytes([ELSE, UNREACHABLE, END])  # of a body without handlers
_IN_BODY, _IN_HANDLER, _AFTER_ALL, _OTHER = range(4)


def rewrite(wasm: bytes) -> bytes:
    """The module to validate in place of a binary module with exceptions of the older form. Raises InvalidModule."""
    try:
        module = decode_module(wasm)
        rewriter = _Rewriter(wasm, module.info)
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
    """An open block. Of a try block: its types, as they are declared, and where the code is in it."""

    def __init__(self, state: int, params: Sequence[str] = "", results: Sequence[str] = "") -> None:
        self.state = state
        self.params = params
        self.results = results


class _Rewriter:
    """Rewrites bodies. `types` are function types to be added to the module's."""

    def __init__(self, data: bytes, info: ModuleInfo) -> None:
        self.data = data
        self.info = info
        self.types: list[bytes] = []
        self._numbers: dict[bytes, int] = {}

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
                result += _END_BODY
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
                        result += _END_BODY
                        at = after
                        continue
                result += data[at:after]
            at = after
        return bytes(result)

    def _handler(self, block: _Open, op: int, at: int) -> bytes:
        _require(block.state in (_IN_BODY, _IN_HANDLER), "`catch` where there is no `try`, or after `catch_all`")
        result = b""
        dropped = block.params
        if block.state == _IN_HANDLER:
            dropped = block.results
            result = bytes([END, 0x41, 0, IF]) + self._type(block.results, block.results) + bytes([UNREACHABLE])
        block.state = _IN_HANDLER if op == CATCH else _AFTER_ALL
        values = b""
        if op == CATCH:
            tag, _ = unsigned(self.data, at + 1)
            _require(tag < len(self.info.tags), "unknown tag")
            types = self.info.types[self.info.tags[tag]].declared_params
            values = bytes([BLOCK]) + self._type("", types) + bytes([UNREACHABLE, END])
        return result + bytes([ELSE]) + _DROP * len(dropped) + values

    def _block_type(self, at: int) -> tuple[Sequence[str], Sequence[str]]:
        byte = self.data[at]
        if byte == 0x40:
            return "", ""
        if is_reference_type(byte) or byte in FROM_BYTE:
            return "", [declared_type(self.data, at, lambda index: self.info.types[index].identity)[0]]
        index, _ = signed(self.data, at)
        _require(0 <= index < len(self.info.types), "unknown type")
        type_ = self.info.types[index]
        return type_.declared_params, type_.declared_results

    def _type(self, params: Sequence[str], results: Sequence[str]) -> bytes:
        """A block type."""
        type_ = b"\x60" + self._vector(params) + self._vector(results)
        if type_ not in self._numbers:
            self._numbers[type_] = len(self.info.types) + len(self.types)
            self.types.append(type_)
        return _s33(self._numbers[type_])

    def _vector(self, types: Sequence[str]) -> bytes:
        return _u32(len(types)) + b"".join([self._value_type(declared) for declared in types])

    def _value_type(self, declared: str) -> bytes:
        if len(declared) == 1:
            return bytes([_BYTES[declared]])
        nullable, heap = split(declared)
        if heap[0] != "$":
            number = bytes([_HEAP_BYTES[heap]])
        else:  # any of those that are the same
            number = _s33([type_.identity for type_ in self.info.types].index(heap[1:]))
        return bytes([REF_NULL_TYPE if nullable else REF_TYPE]) + number


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

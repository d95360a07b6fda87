"""Functions: the guest's, to be called from Python, and Python's, to be called from the guest."""

from __future__ import annotations

import ctypes
import struct
from sys import byteorder

from mvvm.abi.context import HOST_CONTEXT, RECORD_CONTEXT, RECORD_INDEX, RECORD_TYPE, TAIL_BIT
from mvvm.abi.stable_points import INTERRUPTED
from mvvm.errors import UsageError, WasmException
from mvvm.runtime import thread as threads
from mvvm.runtime.entry import enter
from mvvm.runtime.store import Store, instance_at, numbered_type
from mvvm.runtime.values import bits_at, from_raw, put_bits, to_raw
from mvvm.runtime.wake import Interrupted
from mvvm.wasm.types import EXNREF, EXTERNREF, F32, F64, FUNCREF, I32, I64, V128, FuncType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mvvm.runtime.instance import Instance

# What a host function of raw values gets: bit patterns, and where its results go.
_CTYPES = {
    I32: ctypes.c_uint32,
    I64: ctypes.c_uint64,
    F32: ctypes.c_uint32,
    F64: ctypes.c_uint64,
    FUNCREF: ctypes.c_uint64,
    EXTERNREF: ctypes.c_uint64,
    EXNREF: ctypes.c_uint64,
}
_FLOATS = {F32: ctypes.c_float, F64: ctypes.c_double}
_MASKS = {I32: 0xFFFFFFFF, F32: 0xFFFFFFFF}
# A narrow value is at the start of its slot of 64 bits, which is the upper half on a big-endian machine.
_SHIFTS = {} if byteorder == "little" else {I32: 32, F32: 32}

_prototypes: dict[str, type] = {}


class Func:
    """A function with its `type`.

    `Func(type, callable)` makes one of the host: it is called with values (see mvvm.runtime.values) and returns
    None, a value, or a tuple of values; a WasmException that it raises is thrown in the guest. With `raw=True` it gets
    unsigned integers instead of signed and its single i32 result or none is taken as it is: for functions that speak in
    addresses, as WASI's do; a v128 is then two arguments of 64 bits, the low one first.
    Functions of the guest come from `Instance.exports`.
    """

    __slots__ = ("_callable", "_callback", "_raw", "instance", "record", "store", "type")

    def __init__(self, type: FuncType, callable: Callable[..., object] | None, raw: bool = False) -> None:
        self.type = type
        self.store = Store()
        self.record = 0  # address of the Record, for a function of the guest
        self.instance: Instance | None = None
        self._callable = callable
        self._callback: object = None
        self._raw = raw

    @classmethod
    def from_record(cls, record: int) -> Func:
        """The function that a funcref (the address of a Record) stands for."""
        type_ = numbered_type(ctypes.c_uint32.from_address(record + RECORD_TYPE).value)
        func = cls(type_, None)
        func.record = record
        context = ctypes.c_uint64.from_address(record + RECORD_CONTEXT).value
        instance = instance_at(context)
        if instance is None:  # a HostFunc: the instance that imports it
            instance = instance_at(ctypes.c_uint64.from_address(context + HOST_CONTEXT).value)
        assert instance is not None
        func.instance, func.store = instance, instance.store
        return func

    @property
    def index(self) -> int:
        """The function index in the module that defines it."""
        return ctypes.c_uint32.from_address(self.record + RECORD_INDEX).value & (TAIL_BIT - 1)

    def __call__(self, *args: object) -> object:
        """Call with values. Returns None, the result, or a tuple of results. Raises Trap, WasmException, UsageError."""
        params = self.type.declared_params
        if len(args) != len(params):
            raise UsageError(f"the function takes {len(params)} arguments, not {len(args)}")
        raw = [to_raw(value, type_, self.store) for value, type_ in zip(args, params, strict=True)]
        if not self.record:
            assert self._callable is not None
            return self._callable(*args)
        results = self.call_raw(raw)
        values = [from_raw(bits, type_) for bits, type_ in zip(results, self.type.results, strict=True)]
        return values[0] if len(values) == 1 else tuple(values) or None

    def call_raw(self, args: Sequence[int]) -> list[int]:
        """Call a function of the guest with bit patterns. Returns bit patterns. Raises Trap, WasmException."""
        assert self.instance is not None
        program = self.instance.program
        results = self.type.results
        values = (ctypes.c_uint64 * (2 * max(len(args), len(results), 1)))()
        address = ctypes.addressof(values)
        # Words of a little-endian machine need no look at their types, which would cost a fifth of a call.
        are_words = not _SHIFTS and V128 not in self.type.key
        if are_words:
            for position, bits in enumerate(args):
                values[2 * position] = bits
        else:
            for position, (bits, type_) in enumerate(zip(args, self.type.params, strict=False)):
                put_bits(address + 16 * position, type_, bits)
        enter(self.instance, program.invoke_thunk(self.type), self.record, address)
        if are_words:
            return [values[2 * i] & _MASKS.get(t, 0xFFFFFFFF_FFFFFFFF) for i, t in enumerate(results)]
        return [bits_at(address + 16 * position, type_) for position, type_ in enumerate(results)]

    def callback(self) -> int:
        """The address of native code that calls a host function (HOST_CALLBACK)."""
        if self._callback is None:
            prototype = _prototype(self.type, self._raw)
            self._callback = prototype(self._raw_entry() if self._raw else self._value_entry())
        address = ctypes.cast(self._callback, ctypes.c_void_p).value  # type: ignore[arg-type]
        assert address is not None
        return address

    def _raw_entry(self) -> Callable[..., int]:
        function: Callable[..., int] = self._callable  # type: ignore[assignment]

        def call(*args: int) -> int:
            try:
                while True:
                    try:
                        return function(*args)
                    except Interrupted:
                        if _stops_here():
                            return INTERRUPTED
            except WasmException as error:
                return _throw(error)
            except BaseException as error:
                threads.current().pending = error
                return -1

        return call

    def _value_entry(self) -> Callable[..., int]:
        function = self._callable
        assert function is not None
        params, results = self.type.params, self.type.results
        declared = self.type.declared_results
        in_status = results in ("", I32)

        def call(*args: int) -> int:
            try:
                if V128 in params:
                    args = (*_joined(args, params), args[-1])
                values = [
                    value if t in _FLOATS else from_raw(value, t)
                    for value, t in zip(args[: len(params)], params, strict=True)
                ]
                returned = function(*values)
                raw = _results_to_raw(returned, declared, threads.current().store)
                if in_status:
                    return raw[0] if raw else 0
                if _SHIFTS:
                    raw = [bits << _SHIFTS.get(t, 0) for bits, t in zip(raw, results, strict=True)]
                if V128 in results:
                    raw = _divided(raw, results)
                ctypes.memmove(args[-1], struct.pack(f"={len(raw)}Q", *raw), 8 * len(raw))
                return 0
            except WasmException as error:
                return _throw(error)
            except BaseException as error:
                threads.current().pending = error
                return -1

        return call


def _joined(args: Sequence[int], params: str) -> list[int]:
    """Arguments of these types, of which each v128 came as two."""
    words = iter(args)
    return [next(words) | next(words) << 64 if type_ == V128 else next(words) for type_ in params]


def _divided(raw: Sequence[int], types: str) -> list[int]:
    """Bit patterns of values of these types, of which each v128 becomes two, as the machine has them in memory."""
    words: list[int] = []
    for bits, type_ in zip(raw, types, strict=True):
        words += struct.unpack("=2Q", bits.to_bytes(16, byteorder)) if type_ == V128 else (bits,)
    return words


def _throw(error: WasmException) -> int:
    from mvvm.runtime.exceptions import throw_from_host

    return throw_from_host(threads.current(), error)


def _stops_here() -> bool:
    """Whether the program is to stop in this host call, which was interrupted."""
    store = threads.current().store
    assert store is not None
    controllers = [instance.controller for instance in store.root().instances if instance.controller is not None]
    return controllers[0].on_interrupt()


def _results_to_raw(returned: object, results: Sequence[str], store: Store | None) -> list[int]:
    values: tuple[object, ...]
    if len(results) > 1 and isinstance(returned, (tuple, list)):
        values = tuple(returned)
    else:
        values = () if not results and returned is None else (returned,)
    if len(values) != len(results):
        raise UsageError(f"a host function returned {returned!r}, which are not {len(results)} results")
    assert store is not None
    return [to_raw(value, type_, store) for value, type_ in zip(values, results, strict=True)]


def _prototype(type_: FuncType, raw: bool) -> type:
    """The ctypes callback type of a host function."""
    key = f"{type_.key} {raw}"
    known = _prototypes.get(key)
    if known is None:
        params: list[type] = []
        for t in type_.params:
            params += [ctypes.c_uint64] * 2 if t == V128 else [_FLOATS[t] if t in _FLOATS else _CTYPES[t]]
        if type_.results not in ("", I32):
            params.append(ctypes.c_size_t)
        known = _prototypes[key] = ctypes.CFUNCTYPE(ctypes.c_int64, *params)
    return known

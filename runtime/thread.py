"""Host threads that run guest code: their structure, their stack, and the fault handler."""

from __future__ import annotations

import _thread
import ctypes

from mvvm.abi.context import (
    THREAD_EXCEPTION,
    THREAD_FAULT_ADDRESS,
    THREAD_SIZE,
    THREAD_STACK_LIMIT,
    THREAD_STACK_LOW,
)
from mvvm.abi.sections import SIGACTION_SIZE
from mvvm.cpu import host_architecture
from mvvm.errors import EnvironmentFailure
from mvvm.runtime import libc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mvvm.runtime.store import Store

# What a host function may use of the stack: Python's interpreter, ctypes, libc. In bytes.
HEADROOM = 256 * 1024
_ALTERNATE_STACK = 64 * 1024
# Fixed by Linux and glibc, the same on all 64-bit machines but for SA_RESTORER, which libc sets, and the place of the
# flags in s390x's struct sigaction.
_SIGBUS, _SIGSEGV = 7, 11
_SA_SIGINFO, _SA_ONSTACK, _SA_NODEFER = 4, 0x08000000, 0x40000000
_SIGACTION_SIZE, _SIGACTION_FLAGS = 152, 12 if host_architecture() == "s390x" else 136
_BEFORE = {_SIGSEGV: 8, _SIGBUS: 8 + SIGACTION_SIZE}  # in HANDLER_WORDS: the actions before ours
_SS_DISABLE = 2

_libc = libc.libc
_local = _thread._local()
_key = ctypes.c_uint32()
_action = ctypes.create_string_buffer(_SIGACTION_SIZE)
_handler = 0  # address of the handler that this process uses
_handler_owner: object = None  # keeps the code of the handler mapped
_words = 0


class Thread:
    """The structure Thread of the calling thread (mvvm.abi.context).

    `pending` is what a host function raised, `store` the one in which the innermost call into the guest runs,
    `exception` the word that is not 0 while a Wasm exception is in flight.
    """

    __slots__ = ("_alternate", "_buffer", "address", "exception", "pending", "stack_low", "stack_size", "store")

    def __init__(self) -> None:
        self._buffer = ctypes.create_string_buffer(THREAD_SIZE)
        self.address = ctypes.addressof(self._buffer)
        self.exception = ctypes.c_uint64.from_address(self.address + THREAD_EXCEPTION)
        self.pending: BaseException | None = None
        self.store: Store | None = None
        self.stack_low, self.stack_size = _stack()
        ctypes.c_uint64.from_address(self.address + THREAD_STACK_LOW).value = self.stack_low
        ctypes.c_uint64.from_address(self.address + THREAD_STACK_LIMIT).value = self.stack_low + HEADROOM
        self._alternate = _use_alternate_stack()
        if _libc.pthread_setspecific(_key, ctypes.c_void_p(self.address)):
            raise EnvironmentFailure("pthread_setspecific failed: out of memory")

    @property
    def fault_address(self) -> int:
        """The address that the last fault was about."""
        return ctypes.c_uint64.from_address(self.address + THREAD_FAULT_ADDRESS).value


def current() -> Thread:
    """The calling thread's structure, made on first use. A handler must be installed before."""
    try:
        return _local.thread  # type: ignore[no-any-return]
    except AttributeError:
        _local.thread = thread = Thread()
        return thread


def install_handler(handler: int, words: int, owner: object) -> None:
    """Make the handler at an address this process's, if none is yet. `owner` keeps it mapped."""
    global _handler, _handler_owner, _words
    if _handler:
        return
    if _libc.pthread_key_create(ctypes.byref(_key), None):
        raise EnvironmentFailure("pthread_key_create failed: too many keys are in use")
    _words = words
    ctypes.c_uint32.from_address(words).value = _key.value
    _handler, _handler_owner = handler, owner
    ensure_handler()


def ensure_handler() -> None:
    """Install the handler where another (Python's faulthandler, say) took its signals over."""
    for signal in (_SIGSEGV, _SIGBUS):
        _libc.sigaction(signal, None, _action)
        if int.from_bytes(_action[:8], _BYTE_ORDER) == _handler:  # type: ignore[arg-type]
            continue
        ctypes.memmove(_words + _BEFORE[signal], _action, _SIGACTION_SIZE)
        ours = ctypes.create_string_buffer(_SIGACTION_SIZE)
        ctypes.c_uint64.from_buffer(ours).value = _handler
        flags = _SA_SIGINFO | _SA_ONSTACK | _SA_NODEFER
        ctypes.c_int32.from_buffer(ours, _SIGACTION_FLAGS).value = flags
        _libc.sigaction(signal, ours, None)


def _byte_order() -> str:
    import sys

    return sys.byteorder


_BYTE_ORDER = _byte_order()


class _Stack(ctypes.Structure):
    """stack_t."""

    _fields_ = (("ss_sp", ctypes.c_void_p), ("ss_flags", ctypes.c_int), ("ss_size", ctypes.c_size_t))


def _use_alternate_stack() -> object:
    """Give the calling thread a stack for its fault handler, unless it has one that is large enough.

    Returns what must be kept alive.
    """
    present = _Stack()
    _libc.sigaltstack(None, ctypes.byref(present))
    if not present.ss_flags & _SS_DISABLE and present.ss_size >= _ALTERNATE_STACK:
        return None
    memory = ctypes.create_string_buffer(_ALTERNATE_STACK)
    ours = _Stack(ctypes.addressof(memory), 0, _ALTERNATE_STACK)
    _libc.sigaltstack(ctypes.byref(ours), None)
    return memory


def _stack() -> tuple[int, int]:
    """The lowest usable address of the calling thread's stack, and its size in bytes."""
    attributes = ctypes.create_string_buffer(128)  # pthread_attr_t: 56 bytes on x86_64, 64 on aarch64
    address, size = ctypes.c_size_t(), ctypes.c_size_t()
    _libc.pthread_self.restype = ctypes.c_size_t
    if _libc.pthread_getattr_np(ctypes.c_size_t(_libc.pthread_self()), attributes):
        raise EnvironmentFailure("pthread_getattr_np failed: out of memory")
    _libc.pthread_attr_getstack(attributes, ctypes.byref(address), ctypes.byref(size))
    _libc.pthread_attr_destroy(attributes)
    return address.value, size.value

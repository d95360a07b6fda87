"""Function bodies: from bytes to instruction lists.

The decoder trusts that the module was validated. It resolves branch targets, leaves out unreachable code, and
follows the types on the operand stack, which give `select` its type. It is the hottest Python of the compiler
(a large module has millions of instructions), hence the flat loop.
"""

from __future__ import annotations

from mvvm.errors import InvalidModule, UnsupportedFeature
from mvvm.wasm import opcodes
from mvvm.wasm.module import ModuleInfo
from mvvm.wasm.opcodes import Immediate, code, prefixed
from mvvm.wasm.reader import signed, unsigned
from mvvm.wasm.references import is_reference_type, machine_heap_type, machine_type
from mvvm.wasm.types import EXNREF, FROM_BYTE, FuncType

UNREACHABLE, BLOCK, LOOP, IF = code("unreachable"), code("block"), code("loop"), code("if")
ELSE, END, BR, BR_IF, BR_TABLE = code("else"), code("end"), code("br"), code("br_if"), code("br_table")
RETURN, CALL, CALL_INDIRECT, CALL_REF = code("return"), code("call"), code("call_indirect"), code("call_ref")
RETURN_CALL, RETURN_CALL_INDIRECT = code("return_call"), code("return_call_indirect")
RETURN_CALL_REF = code("return_call_ref")
BR_ON_NULL, BR_ON_NON_NULL = code("br_on_null"), code("br_on_non_null")
SELECT, SELECT_T, DROP = code("select"), code("select_t"), code("drop")
LOCAL_GET, LOCAL_SET, LOCAL_TEE = code("local.get"), code("local.set"), code("local.tee")
GLOBAL_GET, GLOBAL_SET = code("global.get"), code("global.set")
WAIT32 = code("memory.atomic.wait32")
WAITS = frozenset((WAIT32, code("memory.atomic.wait64")))
CALLS = frozenset((CALL, CALL_INDIRECT, CALL_REF))
TAIL_CALLS = frozenset((RETURN_CALL, RETURN_CALL_INDIRECT, RETURN_CALL_REF))
TRY, TRY_TABLE, CATCH, CATCH_ALL, DELEGATE = (
    code(name) for name in ("try", "try_table", "catch", "catch_all", "delegate")
)
THROW, THROW_REF, RETHROW = code("throw"), code("throw_ref"), code("rethrow")
THROWS = frozenset((THROW, THROW_REF, RETHROW))
LEAVING = frozenset((UNREACHABLE, BR, BR_TABLE, RETURN)) | TAIL_CALLS | THROWS  # control never goes on after them
TRIES = frozenset((TRY, TRY_TABLE))
CATCHES = frozenset((CATCH, CATCH_ALL))
_HANDLING = frozenset((TRY, TRY_TABLE, CATCH, CATCH_ALL, DELEGATE))
BODY = -1  # the kind of the Block that stands for a whole function

MemArg = tuple[int, int]  # memory index, offset


class Clause:
    """A clause of a try block `block`: it catches exceptions with `tag`, or all if that is None.

    `target` is where control goes, the block itself for the older form's `catch` and `catch_all`. `types` are of what
    is pushed there: the exception's values, and `with_ref` the exception: on top, but below the values in the older
    form, where it is a hidden operand that lives as long as the handler, for `rethrow`.
    """

    __slots__ = ("block", "tag", "target", "types", "with_ref")

    def __init__(self, block: Block, tag: int | None, target: Block, types: str, *, with_ref: bool) -> None:
        self.block = block
        self.tag = tag
        self.target = target
        self.types = types
        self.with_ref = with_ref


class Block:
    """A structured control instruction, or a whole body: what branches name.

    `kind` is the opcode of block, loop or if, or BODY. `targeted` tells whether a reachable branch names it,
    `reached` whether control can go on after its end, `has_else` whether an `if` has an `else`.
    `phi_locals` are the locals that may have different values on the ways to its label and are used after it
    (set by mvvm.passes.liveness).

    Of a try block, `clauses` are what it catches, in order; `around` is the try block whose body it is in, `outer` the
    one to which what it does not catch goes: another one only after `delegate` (None: the caller). `in_handler` tells
    the decoder that its body is over, and `catch_locals` are, as `phi_locals`, of where its exceptions are caught.
    """

    __slots__ = (
        "around",
        "catch_locals",
        "clauses",
        "has_else",
        "height",
        "in_handler",
        "kind",
        "outer",
        "phi_locals",
        "reached",
        "targeted",
        "type",
    )

    def __init__(self, kind: int, type: FuncType, height: int) -> None:
        self.kind = kind
        self.type = type
        self.height = height  # of the operand stack, below the parameters
        self.targeted = self.reached = self.has_else = False
        self.phi_locals: tuple[int, ...] = ()
        if kind in TRIES:
            self.clauses: list[Clause] = []
            self.around: Block | None = None
            self.outer: Block | None = None
            self.in_handler = False
            self.catch_locals: tuple[int, ...] = ()

    @property
    def label_types(self) -> str:
        """The types that a branch to this block takes."""
        return self.type.params if self.kind == LOOP else self.type.results


class Function:
    """A decoded body. `ops`, `immediates` and `offsets` (bytes from the start of the module) run in parallel.

    Immediates are: the Block (block, loop, if, try, try_table, else, end, delegate, br, br_if; rethrow: whose handler),
    a list of Blocks, the default last (br_table), a Clause (catch, catch_all), an index, `(type, table)`
    (call_indirect), a MemArg, a number (bit patterns for floats and v128, signed for integers), a value type (select,
    ref.null, ref.is_null, ref.as_non_null), a MemArg with a lane, a tuple of lanes (i8x16.shuffle), or None.

    `operands` are the types on the operand stack at each loop, wait, tail call, br_on_null and br_on_non_null, before
    it, and after each call, by position.
    """

    __slots__ = ("body", "immediates", "index", "locals", "offsets", "operands", "ops", "type")

    def __init__(self, index: int, type: FuncType, locals_: str) -> None:
        self.index = index
        self.type = type
        self.locals = locals_  # types of all locals, the parameters first
        self.body = Block(BODY, type, 0)
        self.ops: list[int] = []
        self.immediates: list[object] = []
        self.offsets: list[int] = []
        self.operands: dict[int, str] = {}


# What the decoding loop does with an opcode, ordered by how often it occurs.
(
    _LOCAL_GET,
    _I32_CONST,
    _MEMARG,
    _FIXED,
    _LOCAL_SET,
    _LOCAL_TEE,
    _BR_IF,
    _OPEN,
    _END,
    _OTHER,
) = range(10)

_TABLE = opcodes.by_code()


def _category(op: opcodes.Op | None) -> int:
    if op is None:
        return _OTHER
    named = {
        "local.get": _LOCAL_GET,
        "i32.const": _I32_CONST,
        "local.set": _LOCAL_SET,
        "local.tee": _LOCAL_TEE,
        "br_if": _BR_IF,
        "block": _OPEN,
        "loop": _OPEN,
        "if": _OPEN,
        "end": _END,
    }
    if op.name in named:
        return named[op.name]
    if op.immediate == Immediate.MEMARG:
        return _MEMARG
    if op.immediate == Immediate.NONE and op.pops is not None and op.pushes is not None:
        return _FIXED
    return _OTHER


_CATEGORY = [_category(op) for op in _TABLE]
_POPS = [len(op.pops) if op is not None and op.pops is not None else 0 for op in _TABLE]
_PUSHES = [op.pushes if op is not None and op.pushes is not None else "" for op in _TABLE]


def unsupported(opcode: int, sub: int | None = None) -> UnsupportedFeature:
    """The error for an opcode that the table does not have."""
    feature = opcodes.UNSUPPORTED.get(opcode)
    if feature is None:
        spelled = f"{opcode:#04x}" if sub is None else f"{opcode:#04x} {sub}"
        feature = f"an unknown instruction ({spelled})"
    return UnsupportedFeature(f"the module uses {feature}, which mvvm does not compile")


def decode_function(data: bytes, start: int, end: int, index: int, info: ModuleInfo) -> Function:
    """Decode the body at `data[start:end]` (local declarations and expression) of function `index`."""
    try:
        decoder = _Decoder(data, start, index, info)
        function = decoder.run(end)
        if decoder.rethrown:  # which handlers keep their exceptions is known only now
            function = _Decoder(data, start, index, info, decoder.rethrown).run(end)
        return function
    except (IndexError, KeyError):
        raise InvalidModule(f"function {index}: the body at byte {start:#x} is damaged") from None


class _Decoder:
    def __init__(
        self, data: bytes, start: int, index: int, info: ModuleInfo, rethrown: frozenset[int] = frozenset()
    ) -> None:
        """`rethrown` are the try blocks, by byte offset, whose exceptions a `rethrow` names."""
        self.data = data
        self.keeping = rethrown
        self.rethrown: frozenset[int] = frozenset()  # those that were found
        self.tries: dict[Block, int] = {}  # byte offsets
        self.info = info
        type_ = info.func_type(index)
        groups, at = unsigned(data, start)
        locals_ = [type_.params]
        for _ in range(groups):
            count, at = unsigned(data, at)
            local, at = machine_type(data, at)
            locals_.append(local * count)
        self.start = at
        self.function = Function(index, type_, "".join(locals_))
        self.types: list[str] = []  # of the operand stack
        self.blocks: list[Block] = [self.function.body]

    def run(self, end: int) -> Function:
        data, function, types = self.data, self.function, self.types
        locals_ = function.locals
        ops, immediates, offsets = function.ops, function.immediates, function.offsets
        add_op, add_immediate, add_offset = ops.append, immediates.append, offsets.append
        push = types.append
        category_of, pops_of, pushes_of = _CATEGORY, _POPS, _PUSHES
        at = self.start
        reachable = True
        immediate: object
        while at < end:
            offset = at
            op = data[at]
            at += 1
            category = category_of[op]
            if category == _LOCAL_GET:
                index = data[at]
                at += 1
                if index >= 0x80:
                    index, at = unsigned(data, at - 1)
                push(locals_[index])
                immediate = index
            elif category == _I32_CONST:
                number = data[at]
                at += 1
                if number < 0x40:
                    immediate = number
                else:
                    immediate, at = signed(data, at - 1)
                push("i")
            elif category == _MEMARG:
                align = data[at]
                number = data[at + 1]
                at += 2
                if align < 0x40 and number < 0x80:
                    immediate = (0, number)
                else:
                    immediate, at = _memarg(data, at - 2)
                if pops_of[op] == 1:
                    types[-1] = pushes_of[op]
                else:
                    del types[-2:]
            elif category == _FIXED:
                pops = pops_of[op]
                if pops == 2:
                    types.pop()
                    types[-1] = pushes_of[op]
                elif pops == 1:
                    types[-1] = pushes_of[op]
                else:
                    continue  # nop
                immediate = None
            elif category == _LOCAL_SET:
                types.pop()
                immediate, at = unsigned(data, at)
            elif category == _LOCAL_TEE:
                immediate, at = unsigned(data, at)
            elif category == _BR_IF:
                types.pop()
                depth, at = unsigned(data, at)
                immediate = block = self.blocks[-1 - depth]
                block.targeted = True
            elif category == _OPEN:
                if op == IF:
                    types.pop()
                elif op == LOOP:
                    function.operands[len(ops)] = "".join(types)
                block_type, at = self.block_type(at)
                immediate = block = Block(op, block_type, len(types) - len(block_type.params))
                self.blocks.append(block)
            elif category == _END:
                immediate = block = self.blocks.pop()
                del types[block.height :]
                types.extend(block.type.results)
                block.reached |= (
                    reachable or (block.targeted and block.kind != LOOP) or (block.kind == IF and not block.has_else)
                )
                reachable = block.reached
            elif op == ELSE:
                immediate = block = self.blocks[-1]
                del types[block.height :]
                types.extend(block.type.params)
                block.has_else = True
                block.reached = reachable
                reachable = True
            elif op in _HANDLING:
                immediate, at, reachable = self.handling(op, offset, at, reachable)
            else:
                if op in _SEEN_BEFORE:
                    function.operands[len(ops)] = "".join(types)
                op, immediate, at = self.other(op, at)
                if op in LEAVING:
                    reachable = False
                elif op in CALLS:
                    function.operands[len(ops)] = "".join(types)
                elif op in WAITS:
                    # Before it: all three operands, of which the first is an address. The result is on the stack now.
                    assert isinstance(immediate, tuple)
                    address = self.info.memories[immediate[0]].index
                    before = "".join(types[:-1])
                    function.operands[len(ops)] = before + address + ("iI" if op == WAIT32 else "II")
            add_op(op)
            add_immediate(immediate)
            add_offset(offset)
            if not reachable and at < end:
                at = self.skip_unreachable(at)
        return function

    def block_type(self, at: int) -> tuple[FuncType, int]:
        byte = self.data[at]
        if byte == 0x40:
            return _EMPTY, at + 1
        if byte in FROM_BYTE:
            return _SINGLE[FROM_BYTE[byte]], at + 1
        if is_reference_type(byte):
            type_, at = machine_type(self.data, at)
            return _SINGLE[type_], at
        if 0x40 < byte < 0x80:
            raise unsupported(0xFB)
        index, at = signed(self.data, at)
        return self.info.types[index], at

    def branch_target(self, depth: int) -> Block:
        block = self.blocks[-1 - depth]
        block.targeted = True
        return block

    def enclosing_try(self, depth: int) -> Block | None:
        """The innermost try block with its body around the blocks from number `depth` on."""
        for block in reversed(self.blocks[:depth]):
            if block.kind in TRIES and not block.in_handler:
                return block
        return None

    def handling(self, op: int, offset: int, at: int, reachable: bool) -> tuple[object, int, bool]:
        """Decode what opens, parts or closes a try block. Returns its immediate, the offset after, and `reachable`."""
        types, blocks = self.types, self.blocks
        if op in TRIES:
            type_, at = self.block_type(at)
            block = Block(op, type_, len(types) - len(type_.params))
            block.outer = block.around = self.enclosing_try(len(blocks))
            if op == TRY_TABLE:
                count, at = unsigned(self.data, at)
                for _ in range(count):
                    at = self.clause(block, at)
            self.tries[block] = offset
            blocks.append(block)
            return block, at, reachable
        block = blocks[-1]
        if op == DELEGATE:
            depth, at = unsigned(self.data, at)
            blocks.pop()
            block.outer = self.enclosing_try(len(blocks) - depth)
            del types[block.height :]
            types.extend(block.type.results)
            block.reached |= reachable or block.targeted
            return block, at, block.reached
        block.in_handler = True
        block.reached |= reachable
        with_ref = self.tries[block] in self.keeping
        tag = None
        pushed = EXNREF if with_ref else ""
        if op == CATCH:
            tag, at = unsigned(self.data, at)
            pushed += self.info.tag_params(tag)
        clause = Clause(block, tag, block, pushed, with_ref=with_ref)
        block.clauses.append(clause)
        del types[block.height :]
        types.extend(pushed)
        return clause, at, True

    def clause(self, block: Block, at: int) -> int:
        """Decode a clause of a try_table. Returns the offset after."""
        kind = self.data[at]
        tag, at = (None, at + 1) if kind & _ALL else unsigned(self.data, at + 1)
        depth, at = unsigned(self.data, at)
        pushed = "" if tag is None else self.info.tag_params(tag)
        pushed += EXNREF if kind & _REF else ""
        if block.clauses and block.clauses[-1].tag is None:
            return at  # behind one for all: control never gets to its label from here
        target = self.branch_target(depth)
        block.clauses.append(Clause(block, tag, target, pushed, with_ref=bool(kind & _REF)))
        return at

    def other(self, op: int, at: int) -> tuple[int, object, int]:
        """Decode an instruction outside the hot set. Returns its code, its immediate and the offset after."""
        data, types, info = self.data, self.types, self.info
        if op >= 0xFB:
            sub, at = unsigned(data, at)
            if sub >= _NUM_SUBS.get(op, 0) or _TABLE[prefixed(op, sub)] is None:
                raise unsupported(op, sub)
            op = prefixed(op, sub)
        row = _TABLE[op]
        if row is None:
            raise unsupported(op)
        immediate, at = self.immediate(row, at)
        if row.pops is not None and row.pushes is not None:
            if row.pops:
                del types[-len(row.pops) :]
            types.extend(row.pushes)
        elif op == RETHROW:
            assert isinstance(immediate, Block)
            self.rethrown |= {self.tries[immediate]}
        elif op in CALLS or op in TAIL_CALLS:
            type_ = called_type(op, immediate, info)
            if op not in (CALL, RETURN_CALL):
                types.pop()
            if type_.params:
                del types[-len(type_.params) :]
            types.extend(type_.results)
        else:
            immediate = self.polymorphic(row.name, immediate)
        return op, immediate, at

    def polymorphic(self, name: str, immediate: object) -> object:
        """Follow the types of an instruction whose effect is not fixed. Returns its immediate."""
        types, info = self.types, self.info
        if name in ("select", "select_t"):
            types.pop()
            types.pop()
            return types[-1]
        if name in ("drop", "global.set", "br_table", "br_on_non_null"):
            types.pop()
        elif name == "global.get":
            assert isinstance(immediate, int)
            types.append(info.global_type(immediate).value)
        elif name == "table.get":
            assert isinstance(immediate, int)
            types[-1] = info.tables[immediate].element
        elif name == "table.set":
            del types[-2:]
        elif name == "table.grow":
            assert isinstance(immediate, int)
            types.pop()
            types[-1] = info.tables[immediate].limits.index
        elif name == "table.size":
            assert isinstance(immediate, int)
            types.append(info.tables[immediate].limits.index)
        elif name == "memory.size":
            assert isinstance(immediate, int)
            types.append(info.memories[immediate].index)
        elif name == "table.fill":
            del types[-3:]
        elif name == "ref.null":
            assert isinstance(immediate, str)
            types.append(immediate)
        elif name == "ref.is_null":
            immediate = types[-1]
            types[-1] = "i"
        elif name == "ref.as_non_null":
            immediate = types[-1]
        return immediate

    def immediate(self, row: opcodes.Op, at: int) -> tuple[object, int]:
        """Read the immediate of an instruction."""
        data, kind = self.data, row.immediate
        if kind == Immediate.NONE:
            return None, at
        if kind == Immediate.I64:
            return signed(data, at)
        if kind == Immediate.SHUFFLE:
            return tuple(data[at : at + 16]), at + 16
        if kind == Immediate.FENCE:
            return None, at + 1
        if kind in _SIZES:
            size = _SIZES[kind]
            bits = int.from_bytes(data[at : at + size], "little")
            return bits, at + size
        if kind == Immediate.MEMARG:
            return _memarg(data, at)
        if kind == Immediate.MEMARG_LANE:
            (memory, offset), at = _memarg(data, at)
            return (memory, offset, data[at]), at + 1
        if kind == Immediate.REF_TYPE:
            return machine_heap_type(data, at)
        if kind == Immediate.LABELS:
            count, at = unsigned(data, at)
            targets = []
            for _ in range(count + 1):
                depth, at = unsigned(data, at)
                targets.append(self.branch_target(depth))
            return targets, at
        first, at = unsigned(data, at)
        if kind == Immediate.SELECT_TYPES:
            return machine_type(data, at)
        if kind == Immediate.LABEL:
            return (self.blocks[-1 - first] if row.code == RETHROW else self.branch_target(first)), at
        if kind in _TWO_INDICES:
            second, at = unsigned(data, at)
            return (first, second), at
        return first, at

    def skip_unreachable(self, at: int) -> int:
        """The offset of the `else` or `end` that closes what the code at `at` is in."""
        data = self.data
        depth = 0
        while True:
            op = data[at]
            if op in (BLOCK, LOOP, IF, TRY, TRY_TABLE):
                depth += 1
                at = skip(data, at)
            elif op in (ELSE, CATCH, CATCH_ALL) and depth == 0:
                return at
            elif op in (END, DELEGATE):
                if depth == 0:
                    return at
                depth -= 1
                at = skip(data, at)
            else:
                at = skip(data, at)


def called_type(op: int, immediate: object, info: ModuleInfo) -> FuncType:
    """The type of what a call or tail call calls."""
    if op in (CALL, RETURN_CALL):
        assert isinstance(immediate, int)
        return info.func_type(immediate)
    if isinstance(immediate, tuple):
        return info.types[immediate[0]]
    assert isinstance(immediate, int)
    return info.types[immediate]


_SEEN_BEFORE = TAIL_CALLS | {BR_ON_NULL, BR_ON_NON_NULL}

# Bytes of immediates that are not LEB128 numbers.
_SIZES = {
    Immediate.F32: 4,
    Immediate.F64: 8,
    Immediate.FENCE: 1,
    Immediate.LANE: 1,
    Immediate.SHUFFLE: 16,
    Immediate.V128: 16,
}
_NUM_SUBS = {0xFC: 0x100, 0xFD: 0x200, 0xFE: 0x100}  # sub-opcodes are below this
_ALL, _REF = 2, 1  # bits of the kinds of catch clauses: catch, catch_ref, catch_all, catch_all_ref
_EMPTY = FuncType("", "")
_SINGLE = {type_: FuncType("", type_) for type_ in FROM_BYTE.values()}
_TWO_INDICES = frozenset(
    (
        Immediate.CALL_INDIRECT,
        Immediate.DATA_MEMORY,
        Immediate.ELEM_TABLE,
        Immediate.TABLE_TABLE,
        Immediate.MEMORY_MEMORY,
    )
)


def _memarg(data: bytes, at: int) -> tuple[MemArg, int]:
    align, at = unsigned(data, at)
    memory = 0
    if align & 0x40:
        memory, at = unsigned(data, at)
    offset, at = unsigned(data, at)
    return (memory, offset), at


def skip(data: bytes, at: int) -> int:
    """The offset after the instruction at `at`, whatever it is."""
    op = data[at]
    at += 1
    sub = op
    if op >= 0xFB:
        sub, at = unsigned(data, at)
        if sub >= _NUM_SUBS.get(op, 0):
            raise unsupported(op)
        sub = prefixed(op, sub)
    row = _TABLE[sub]
    if row is None:
        raise unsupported(op)
    kind = row.immediate
    if kind == Immediate.NONE:
        return at
    if kind in (Immediate.BLOCK, Immediate.TRY_TABLE):
        byte = data[at]
        if not 0x40 < byte < 0x80:
            at = signed(data, at)[1]
        elif byte in FROM_BYTE or is_reference_type(byte):
            at = machine_type(data, at)[1]
        else:
            raise unsupported(0xFB)
        return at if kind == Immediate.BLOCK else _skip_clauses(data, at)
    if kind in (Immediate.I32, Immediate.I64):
        return signed(data, at)[1]
    if kind in _SIZES:
        return at + _SIZES[kind]
    if kind in (Immediate.MEMARG, Immediate.MEMARG_LANE):
        return _memarg(data, at)[1] + (kind == Immediate.MEMARG_LANE)
    first, at = unsigned(data, at)
    if kind == Immediate.LABELS:
        for _ in range(first + 1):
            at = unsigned(data, at)[1]
    elif kind == Immediate.SELECT_TYPES:
        for _ in range(first):
            at = machine_type(data, at)[1]
    elif kind in _TWO_INDICES:
        at = unsigned(data, at)[1]
    return at


def _skip_clauses(data: bytes, at: int) -> int:
    count, at = unsigned(data, at)
    for _ in range(count):
        kind = data[at]
        at += 1
        for _ in range(1 if kind & _ALL else 2):
            at = unsigned(data, at)[1]
    return at

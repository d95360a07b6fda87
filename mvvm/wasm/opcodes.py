"""The instruction table: one row an instruction, read by the decoder, the passes and the lowering.

A code is the opcode byte; for a prefixed instruction `0x100 * (prefix - 0xfb) + sub-opcode`, and for relaxed SIMD
0x100 more, so that all codes index one flat list. The effect is spelled `pops->pushes` in value types (see
mvvm.wasm.types); `?` stands where the types depend on an immediate or on the operands.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from mvvm.wasm import atomic_opcodes, simd_opcodes


class Immediate(IntEnum):
    """What follows the opcode in the binary format."""

    NONE = 0
    BLOCK = 1  # block type
    LABEL = 2  # label index
    LABELS = 3  # br_table
    FUNC = 4
    CALL_INDIRECT = 5  # type index, table index
    LOCAL = 6
    GLOBAL = 7
    TABLE = 8
    MEMARG = 9  # alignment, offset, with a memory index where bit 6 of the alignment is set
    MEMORY = 10
    I32 = 11
    I64 = 12
    F32 = 13
    F64 = 14
    REF_TYPE = 15
    SELECT_TYPES = 16
    DATA_MEMORY = 17
    DATA = 18
    ELEM_TABLE = 19
    ELEM = 20
    TABLE_TABLE = 21
    MEMORY_MEMORY = 22
    LANE = 23
    MEMARG_LANE = 24
    SHUFFLE = 25  # 16 lane indices
    V128 = 26  # 16 bytes
    FENCE = 27  # a zero byte
    TYPE = 28
    TAG = 40
    TRY_TABLE = 41  # block type, catch clauses


class Op(NamedTuple):
    """A row: `pops` and `pushes` are None where the effect is not fixed."""

    code: int
    name: str
    immediate: Immediate
    pops: str | None
    pushes: str | None


def prefixed(prefix: int, sub: int) -> int:
    """The code of a prefixed instruction."""
    if prefix == 0xFD and sub >= 0x100:  # relaxed SIMD; 0x300 is where 0xfe begins
        sub += 0x100
    return 0x100 * (prefix - 0xFB) + sub


# fmt: off
_CONTROL = """
00 unreachable        NONE          ?
01 nop                NONE          ->
02 block              BLOCK         ?
03 loop               BLOCK         ?
04 if                 BLOCK         ?
05 else               NONE          ?
06 try                BLOCK         ?
07 catch              TAG           ?
08 throw              TAG           ?
09 rethrow            LABEL         ?
0a throw_ref          NONE          ?
0b end                NONE          ?
0c br                 LABEL         ?
0d br_if              LABEL         ?
0e br_table           LABELS        ?
0f return             NONE          ?
10 call               FUNC          ?
11 call_indirect      CALL_INDIRECT ?
12 return_call        FUNC          ?
13 return_call_indirect CALL_INDIRECT ?
14 call_ref           TYPE          ?
15 return_call_ref    TYPE          ?
18 delegate           LABEL         ?
19 catch_all          NONE          ?
1a drop               NONE          ?
1b select             NONE          ?
1c select_t           SELECT_TYPES  ?
1f try_table          TRY_TABLE     ?
20 local.get          LOCAL         ?
21 local.set          LOCAL         ?
22 local.tee          LOCAL         ?
23 global.get         GLOBAL        ?
24 global.set         GLOBAL        ?
25 table.get          TABLE         ?
26 table.set          TABLE         ?
3f memory.size        MEMORY        ?
40 memory.grow        MEMORY        ?
41 i32.const          I32           ->i
42 i64.const          I64           ->I
43 f32.const          F32           ->f
44 f64.const          F64           ->F
d0 ref.null           REF_TYPE      ?
d1 ref.is_null        NONE          ?
d2 ref.func           FUNC          ->r
d4 ref.as_non_null    NONE          ?
d5 br_on_null         LABEL         ?
d6 br_on_non_null     LABEL         ?
"""

_MEMORY = """
28 i32.load           i->i
29 i64.load           i->I
2a f32.load           i->f
2b f64.load           i->F
2c i32.load8_s        i->i
2d i32.load8_u        i->i
2e i32.load16_s       i->i
2f i32.load16_u       i->i
30 i64.load8_s        i->I
31 i64.load8_u        i->I
32 i64.load16_s       i->I
33 i64.load16_u       i->I
34 i64.load32_s       i->I
35 i64.load32_u       i->I
36 i32.store          ii->
37 i64.store          iI->
38 f32.store          if->
39 f64.store          iF->
3a i32.store8         ii->
3b i32.store16        ii->
3c i64.store8         iI->
3d i64.store16        iI->
3e i64.store32        iI->
"""

# Consecutive opcodes from a first one, all with the same effect.
_NUMERIC = """
45 i->i   i32.eqz
46 ii->i  i32.eq i32.ne i32.lt_s i32.lt_u i32.gt_s i32.gt_u i32.le_s i32.le_u i32.ge_s i32.ge_u
50 I->i   i64.eqz
51 II->i  i64.eq i64.ne i64.lt_s i64.lt_u i64.gt_s i64.gt_u i64.le_s i64.le_u i64.ge_s i64.ge_u
5b ff->i  f32.eq f32.ne f32.lt f32.gt f32.le f32.ge
61 FF->i  f64.eq f64.ne f64.lt f64.gt f64.le f64.ge
67 i->i   i32.clz i32.ctz i32.popcnt
6a ii->i  i32.add i32.sub i32.mul i32.div_s i32.div_u i32.rem_s i32.rem_u i32.and i32.or i32.xor
74 ii->i  i32.shl i32.shr_s i32.shr_u i32.rotl i32.rotr
79 I->I   i64.clz i64.ctz i64.popcnt
7c II->I  i64.add i64.sub i64.mul i64.div_s i64.div_u i64.rem_s i64.rem_u i64.and i64.or i64.xor
86 II->I  i64.shl i64.shr_s i64.shr_u i64.rotl i64.rotr
8b f->f   f32.abs f32.neg f32.ceil f32.floor f32.trunc f32.nearest f32.sqrt
92 ff->f  f32.add f32.sub f32.mul f32.div f32.min f32.max f32.copysign
99 F->F   f64.abs f64.neg f64.ceil f64.floor f64.trunc f64.nearest f64.sqrt
a0 FF->F  f64.add f64.sub f64.mul f64.div f64.min f64.max f64.copysign
a7 I->i   i32.wrap_i64
a8 f->i   i32.trunc_f32_s i32.trunc_f32_u
aa F->i   i32.trunc_f64_s i32.trunc_f64_u
ac i->I   i64.extend_i32_s i64.extend_i32_u
ae f->I   i64.trunc_f32_s i64.trunc_f32_u
b0 F->I   i64.trunc_f64_s i64.trunc_f64_u
b2 i->f   f32.convert_i32_s f32.convert_i32_u
b4 I->f   f32.convert_i64_s f32.convert_i64_u
b6 F->f   f32.demote_f64
b7 i->F   f64.convert_i32_s f64.convert_i32_u
b9 I->F   f64.convert_i64_s f64.convert_i64_u
bb f->F   f64.promote_f32
bc f->i   i32.reinterpret_f32
bd F->I   i64.reinterpret_f64
be i->f   f32.reinterpret_i32
bf I->F   f64.reinterpret_i64
c0 i->i   i32.extend8_s i32.extend16_s
c2 I->I   i64.extend8_s i64.extend16_s i64.extend32_s
"""

_PREFIX_FC_SATURATING = "f->i i32 f32|F->i i32 f64|f->I i64 f32|F->I i64 f64"

_PREFIX_FC = """
08 memory.init        DATA_MEMORY   iii->
09 data.drop          DATA          ->
0a memory.copy        MEMORY_MEMORY iii->
0b memory.fill        MEMORY        iii->
0c table.init         ELEM_TABLE    iii->
0d elem.drop          ELEM          ->
0e table.copy         TABLE_TABLE   iii->
0f table.grow         TABLE         ?
10 table.size         TABLE         ?
11 table.fill         TABLE         ?
13 i64.add128         NONE          IIII->II
14 i64.sub128         NONE          IIII->II
15 i64.mul_wide_s     NONE          II->II
16 i64.mul_wide_u     NONE          II->II
"""
# fmt: on

# What an instruction pops as an address, an index or a size is an i64 where the memory or table has 64-bit ones: the
# table says i, since what it takes for granted is how many values there are.


def _op(code: int, name: str, immediate: str, effect: str) -> Op:
    if effect == "?":
        return Op(code, name, Immediate[immediate], None, None)
    pops, pushes = effect.split("->")
    return Op(code, name, Immediate[immediate], pops, pushes)


def _rows() -> list[Op]:
    rows = []
    for line in _CONTROL.strip().splitlines():
        code, name, immediate, effect = line.split()
        rows.append(_op(int(code, 16), name, immediate, effect))
    for line in _MEMORY.strip().splitlines():
        code, name, effect = line.split()
        rows.append(_op(int(code, 16), name, "MEMARG", effect))
    for line in _NUMERIC.strip().splitlines():
        first, effect, *names = line.split()
        rows.extend(_op(int(first, 16) + i, name, "NONE", effect) for i, name in enumerate(names))
    sub = 0
    for row in _PREFIX_FC_SATURATING.split("|"):
        effect, to, source = row.split()
        for sign in "su":
            rows.append(_op(prefixed(0xFC, sub), f"{to}.trunc_sat_{source}_{sign}", "NONE", effect))
            sub += 1
    for line in _PREFIX_FC.strip().splitlines():
        code, name, immediate, effect = line.split()
        rows.append(_op(prefixed(0xFC, int(code, 16)), name, immediate, effect))
    rows.extend(_op(prefixed(0xFD, sub), name, *rest) for sub, name, *rest in simd_opcodes.rows())
    rows.extend(_op(prefixed(0xFE, sub), name, *rest) for sub, name, *rest in atomic_opcodes.rows())
    return rows


OPS: tuple[Op, ...] = tuple(_rows())
BY_NAME: dict[str, Op] = {op.name: op for op in OPS}
NUM_CODES = 0x600  # codes are below this
PSEUDO = 0x500  # from here on: operations that passes put in, which no binary holds


def by_code() -> list[Op | None]:
    """The table as a list that codes index."""
    table: list[Op | None] = [None] * NUM_CODES
    for op in OPS:
        table[op.code] = op
    return table


def code(name: str) -> int:
    """The code of an instruction, by its name in the text format (`select_t` is the typed `select`)."""
    return BY_NAME[name].code


# What an opcode that is not in the table belongs to.
UNSUPPORTED: dict[int, str] = {
    **dict.fromkeys((0xD3, 0xFB), "garbage collection"),
    0xFE: "shared-everything threads",
}

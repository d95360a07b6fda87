"""Rows of the instruction table for the prefix 0xfd: SIMD (Wasm 2.0) and relaxed SIMD (Wasm 3.0).

A line has a sub-opcode, its immediate, its effect (see mvvm.wasm.opcodes), and the names of consecutive instructions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# fmt: off
_ROWS = """
00  MEMARG      i->v   v128.load v128.load8x8_s v128.load8x8_u v128.load16x4_s v128.load16x4_u v128.load32x2_s
06  MEMARG      i->v   v128.load32x2_u v128.load8_splat v128.load16_splat v128.load32_splat v128.load64_splat
0b  MEMARG      iv->   v128.store
0c  V128        ->v    v128.const
0d  SHUFFLE     vv->v  i8x16.shuffle
0e  NONE        vv->v  i8x16.swizzle
0f  NONE        i->v   i8x16.splat i16x8.splat i32x4.splat
12  NONE        I->v   i64x2.splat
13  NONE        f->v   f32x4.splat
14  NONE        F->v   f64x2.splat
15  LANE        v->i   i8x16.extract_lane_s i8x16.extract_lane_u
17  LANE        vi->v  i8x16.replace_lane
18  LANE        v->i   i16x8.extract_lane_s i16x8.extract_lane_u
1a  LANE        vi->v  i16x8.replace_lane
1b  LANE        v->i   i32x4.extract_lane
1c  LANE        vi->v  i32x4.replace_lane
1d  LANE        v->I   i64x2.extract_lane
1e  LANE        vI->v  i64x2.replace_lane
1f  LANE        v->f   f32x4.extract_lane
20  LANE        vf->v  f32x4.replace_lane
21  LANE        v->F   f64x2.extract_lane
22  LANE        vF->v  f64x2.replace_lane
23  NONE        vv->v  i8x16.eq i8x16.ne i8x16.lt_s i8x16.lt_u i8x16.gt_s i8x16.gt_u
29  NONE        vv->v  i8x16.le_s i8x16.le_u i8x16.ge_s i8x16.ge_u
2d  NONE        vv->v  i16x8.eq i16x8.ne i16x8.lt_s i16x8.lt_u i16x8.gt_s i16x8.gt_u
33  NONE        vv->v  i16x8.le_s i16x8.le_u i16x8.ge_s i16x8.ge_u
37  NONE        vv->v  i32x4.eq i32x4.ne i32x4.lt_s i32x4.lt_u i32x4.gt_s i32x4.gt_u
3d  NONE        vv->v  i32x4.le_s i32x4.le_u i32x4.ge_s i32x4.ge_u
41  NONE        vv->v  f32x4.eq f32x4.ne f32x4.lt f32x4.gt f32x4.le f32x4.ge
47  NONE        vv->v  f64x2.eq f64x2.ne f64x2.lt f64x2.gt f64x2.le f64x2.ge
4d  NONE        v->v   v128.not
4e  NONE        vv->v  v128.and v128.andnot v128.or v128.xor
52  NONE        vvv->v v128.bitselect
53  NONE        v->i   v128.any_true
54  MEMARG_LANE iv->v  v128.load8_lane v128.load16_lane v128.load32_lane v128.load64_lane
58  MEMARG_LANE iv->   v128.store8_lane v128.store16_lane v128.store32_lane v128.store64_lane
5c  MEMARG      i->v   v128.load32_zero v128.load64_zero
5e  NONE        v->v   f32x4.demote_f64x2_zero f64x2.promote_low_f32x4
60  NONE        v->v   i8x16.abs i8x16.neg i8x16.popcnt
63  NONE        v->i   i8x16.all_true i8x16.bitmask
65  NONE        vv->v  i8x16.narrow_i16x8_s i8x16.narrow_i16x8_u
67  NONE        v->v   f32x4.ceil f32x4.floor f32x4.trunc f32x4.nearest
6b  NONE        vi->v  i8x16.shl i8x16.shr_s i8x16.shr_u
6e  NONE        vv->v  i8x16.add i8x16.add_sat_s i8x16.add_sat_u i8x16.sub i8x16.sub_sat_s i8x16.sub_sat_u
74  NONE        v->v   f64x2.ceil f64x2.floor
76  NONE        vv->v  i8x16.min_s i8x16.min_u i8x16.max_s i8x16.max_u
7a  NONE        v->v   f64x2.trunc
7b  NONE        vv->v  i8x16.avgr_u
7c  NONE        v->v   i16x8.extadd_pairwise_i8x16_s i16x8.extadd_pairwise_i8x16_u
7e  NONE        v->v   i32x4.extadd_pairwise_i16x8_s i32x4.extadd_pairwise_i16x8_u
80  NONE        v->v   i16x8.abs i16x8.neg
82  NONE        vv->v  i16x8.q15mulr_sat_s
83  NONE        v->i   i16x8.all_true i16x8.bitmask
85  NONE        vv->v  i16x8.narrow_i32x4_s i16x8.narrow_i32x4_u
87  NONE        v->v   i16x8.extend_low_i8x16_s i16x8.extend_high_i8x16_s
89  NONE        v->v   i16x8.extend_low_i8x16_u i16x8.extend_high_i8x16_u
8b  NONE        vi->v  i16x8.shl i16x8.shr_s i16x8.shr_u
8e  NONE        vv->v  i16x8.add i16x8.add_sat_s i16x8.add_sat_u i16x8.sub i16x8.sub_sat_s i16x8.sub_sat_u
94  NONE        v->v   f64x2.nearest
95  NONE        vv->v  i16x8.mul i16x8.min_s i16x8.min_u i16x8.max_s i16x8.max_u
9b  NONE        vv->v  i16x8.avgr_u
9c  NONE        vv->v  i16x8.extmul_low_i8x16_s i16x8.extmul_high_i8x16_s
9e  NONE        vv->v  i16x8.extmul_low_i8x16_u i16x8.extmul_high_i8x16_u
a0  NONE        v->v   i32x4.abs i32x4.neg
a3  NONE        v->i   i32x4.all_true i32x4.bitmask
a7  NONE        v->v   i32x4.extend_low_i16x8_s i32x4.extend_high_i16x8_s
a9  NONE        v->v   i32x4.extend_low_i16x8_u i32x4.extend_high_i16x8_u
ab  NONE        vi->v  i32x4.shl i32x4.shr_s i32x4.shr_u
ae  NONE        vv->v  i32x4.add
b1  NONE        vv->v  i32x4.sub
b5  NONE        vv->v  i32x4.mul i32x4.min_s i32x4.min_u i32x4.max_s i32x4.max_u i32x4.dot_i16x8_s
bc  NONE        vv->v  i32x4.extmul_low_i16x8_s i32x4.extmul_high_i16x8_s
be  NONE        vv->v  i32x4.extmul_low_i16x8_u i32x4.extmul_high_i16x8_u
c0  NONE        v->v   i64x2.abs i64x2.neg
c3  NONE        v->i   i64x2.all_true i64x2.bitmask
c7  NONE        v->v   i64x2.extend_low_i32x4_s i64x2.extend_high_i32x4_s
c9  NONE        v->v   i64x2.extend_low_i32x4_u i64x2.extend_high_i32x4_u
cb  NONE        vi->v  i64x2.shl i64x2.shr_s i64x2.shr_u
ce  NONE        vv->v  i64x2.add
d1  NONE        vv->v  i64x2.sub
d5  NONE        vv->v  i64x2.mul i64x2.eq i64x2.ne i64x2.lt_s i64x2.gt_s i64x2.le_s i64x2.ge_s
dc  NONE        vv->v  i64x2.extmul_low_i32x4_s i64x2.extmul_high_i32x4_s
de  NONE        vv->v  i64x2.extmul_low_i32x4_u i64x2.extmul_high_i32x4_u
e0  NONE        v->v   f32x4.abs f32x4.neg
e3  NONE        v->v   f32x4.sqrt
e4  NONE        vv->v  f32x4.add f32x4.sub f32x4.mul f32x4.div f32x4.min f32x4.max f32x4.pmin f32x4.pmax
ec  NONE        v->v   f64x2.abs f64x2.neg
ef  NONE        v->v   f64x2.sqrt
f0  NONE        vv->v  f64x2.add f64x2.sub f64x2.mul f64x2.div f64x2.min f64x2.max f64x2.pmin f64x2.pmax
f8  NONE        v->v   i32x4.trunc_sat_f32x4_s i32x4.trunc_sat_f32x4_u f32x4.convert_i32x4_s f32x4.convert_i32x4_u
fc  NONE        v->v   i32x4.trunc_sat_f64x2_s_zero i32x4.trunc_sat_f64x2_u_zero
fe  NONE        v->v   f64x2.convert_low_i32x4_s f64x2.convert_low_i32x4_u
100 NONE        vv->v  i8x16.relaxed_swizzle
101 NONE        v->v   i32x4.relaxed_trunc_f32x4_s i32x4.relaxed_trunc_f32x4_u
103 NONE        v->v   i32x4.relaxed_trunc_f64x2_s_zero i32x4.relaxed_trunc_f64x2_u_zero
105 NONE        vvv->v f32x4.relaxed_madd f32x4.relaxed_nmadd f64x2.relaxed_madd f64x2.relaxed_nmadd
109 NONE        vvv->v i8x16.relaxed_laneselect i16x8.relaxed_laneselect
10b NONE        vvv->v i32x4.relaxed_laneselect i64x2.relaxed_laneselect
10d NONE        vv->v  f32x4.relaxed_min f32x4.relaxed_max f64x2.relaxed_min f64x2.relaxed_max
111 NONE        vv->v  i16x8.relaxed_q15mulr_s i16x8.relaxed_dot_i8x16_i7x16_s
113 NONE        vvv->v i32x4.relaxed_dot_i8x16_i7x16_add_s
"""
# fmt: on


def rows() -> Iterator[tuple[int, str, str, str]]:
    """Sub-opcode, name, immediate and effect of each instruction."""
    for line in _ROWS.strip().splitlines():
        first, immediate, effect, *names = line.split()
        for position, name in enumerate(names):
            yield int(first, 16) + position, name, immediate, effect

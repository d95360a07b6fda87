;; {"calls": [[0, [1.0, 0, 0]]], "sees_nans": true}
(module
(type $t0 (func (param f64) (param externref) (param externref) (result f64) (result f32)))
(type $t1 (func (param (ref $t0)) (result v128)))
(type $t2 (func (param i64) (result (ref $t0)) (result f32)))
(type $t3 (func (param i64) (param i64) (result (ref null $t0)) (result (ref $t0))))
(type $t4 (func (result externref) (result funcref)))
(import "host" "mix" (func $mix (param i32) (param i64) (result i64)))
(import "host" "swap" (func $swap (param f32) (param f64) (result f64) (result f32)))
(global $fuel (export "fuel") (mut i32) (i32.const 300))
(global $five_i i32 (i32.const 5))
(global $five_I i64 (i64.const 5))
(global $gi (export "gi") (mut i32) (i32.add (i32.add (i32.const 3) (i32.const 1)) (i32.const 4294967295)))
(global $gI (export "gI") (mut i64) (i64.add (i64.add (i64.mul (i64.const 0) (i64.const 2)) (i64.const 4)) (i64.const 18446744073709551615)))
(global $gf (export "gf") (mut f32) (f32.const 3))
(global $gF (export "gF") (mut f64) (f64.const 3))
(global $gv (mut v128) (v128.const i64x2 3 0))
(func (export "see_gv") (result i64) (call $note_v (global.get $gv)) (global.get $digest))
(global $gr (mut funcref) (ref.null func))
(func (export "see_gr") (result i64) (call $note_r (global.get $gr)) (global.get $digest))
(global $gx (mut externref) (ref.null extern))
(func (export "see_gx") (result i64) (call $note_x (global.get $gx)) (global.get $digest))
(global $gt (mut (ref null $t0)) (ref.null $t0))
(func (export "see_gt") (result i64) (call $note_t (global.get $gt)) (global.get $digest))
(global $gn (mut (ref $t0)) (ref.func $f0))
(func (export "see_gn") (result i64) (call $note_n (global.get $gn)) (global.get $digest))
(data $d "abcdefgh")
(memory $m0 (export "m0")  1 3 shared)
(data (memory $m0) (offset (i32.sub (i32.add (i32.mul (i32.const 0) (i32.const 3)) (i32.const 65529)) (i32.const 4294967295))) "uvwxyz")
(func $fill0 (local $i i32) (loop $next
(i64.store $m0 (local.get $i) (i64.add (i64.load $m0 (local.get $i)) (i64.mul
(i64.extend_i32_u (local.get $i))
(i64.const 0x9e3779b97f4a7c15))))
(br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 8)))
(i32.const 65536)))))
(func $fill (call $fill0))
(start $fill)
(elem $er funcref (item ref.func $f0) (item ref.null func) (item ref.func $f0))
(elem $ex externref (item ref.null extern) (item ref.null extern) (item ref.null extern))
(elem $et (ref null $t0) (item ref.func $f0) (item ref.null $t0) (item ref.func $f0))
(elem $en (ref $t0) (item ref.func $f0) (item ref.func $f0) (item ref.func $f0))
(table $t 16 20 funcref)
(func (export "see_t") (result i64) (local $i i32)
(call $note_i (table.size $t))
(loop $next (if (i32.lt_u (local.get $i) (table.size $t)) (then
(call $note_r (table.get $t (local.get $i)))
(local.set $i (i32.add (local.get $i) (i32.const 1))) (br $next))))
(global.get $digest))
(elem (table $t) (offset (i32.add (global.get $five_i) (i32.sub (i32.const 2147483643) (i32.const 2147483648)))) func $f0 $f1 $f2 $f3 $f4)
(table $static i64 7 funcref)
(func (export "see_static") (result i64) (local $i i64)
(call $note_I (table.size $static))
(loop $next (if (i64.lt_u (local.get $i) (table.size $static)) (then
(call $note_r (table.get $static (local.get $i)))
(local.set $i (i64.add (local.get $i) (i64.const 1))) (br $next))))
(global.get $digest))
(elem (table $static) (offset (i64.const 0)) func $f0 $f1 $f2 $f3 $f4)
(table $wide i64 16 20 funcref)
(func (export "see_wide") (result i64) (local $i i64)
(call $note_I (table.size $wide))
(loop $next (if (i64.lt_u (local.get $i) (table.size $wide)) (then
(call $note_r (table.get $wide (local.get $i)))
(local.set $i (i64.add (local.get $i) (i64.const 1))) (br $next))))
(global.get $digest))
(elem (table $wide) (offset (i64.add (global.get $five_I) (i64.sub (i64.const 18446744073709551610) (i64.const 18446744073709551615)))) func $f0 $f1 $f2 $f3 $f4)
(table $tx 5 9 externref)
(func (export "see_tx") (result i64) (local $i i32)
(call $note_i (table.size $tx))
(loop $next (if (i32.lt_u (local.get $i) (table.size $tx)) (then
(call $note_x (table.get $tx (local.get $i)))
(local.set $i (i32.add (local.get $i) (i32.const 1))) (br $next))))
(global.get $digest))
(table $tt 5 9 (ref null $t0))
(func (export "see_tt") (result i64) (local $i i32)
(call $note_i (table.size $tt))
(loop $next (if (i32.lt_u (local.get $i) (table.size $tt)) (then
(call $note_t (table.get $tt (local.get $i)))
(local.set $i (i32.add (local.get $i) (i32.const 1))) (br $next))))
(global.get $digest))
(elem (table $tt) (offset (i32.add (global.get $five_i) (i32.sub (i32.const 305419891) (i32.const 305419896)))) (ref null $t0) (item ref.func $f0) (item ref.null $t0) (item ref.func $f0))
(table $tn 5 9 (ref $t0) (ref.func $f0))
(func (export "see_tn") (result i64) (local $i i32)
(call $note_i (table.size $tn))
(loop $next (if (i32.lt_u (local.get $i) (table.size $tn)) (then
(call $note_n (table.get $tn (local.get $i)))
(local.set $i (i32.add (local.get $i) (i32.const 1))) (br $next))))
(global.get $digest))
(elem (table $tn) (offset (i32.const 0)) (ref $t0) (item ref.func $f0) (item ref.func $f0) (item ref.func $f0))
(tag $e0 (export "e0") (param i32) (param (ref null $t0)) (param funcref))
(tag $e1 (export "e1") (param funcref))
(tag $e2 (export "e2"))
(func $burn (if (i32.eqz (global.get $fuel)) (then unreachable))
(global.set $fuel (i32.sub (global.get $fuel) (i32.const 1))))
(global $digest (export "digest") (mut i64) (i64.const 0))
(func $note_I (param i64)
(global.set $digest (i64.xor (i64.rotl (global.get $digest) (i64.const 7)) (local.get 0))))
(func $note_i (param i32) (call $note_I (i64.extend_i32_u (local.get 0))))
(func $note_v (param v128) (call $note_I (i64x2.extract_lane 0 (local.get 0)))
(call $note_I (i64x2.extract_lane 1 (local.get 0))))
(func $note_F (param f64) (call $note_I (i64.reinterpret_f64 (local.get 0))))
(func $note_f (param f32) (call $note_i (i32.reinterpret_f32 (local.get 0))))
(func $note_r (param funcref) (call $note_i (ref.is_null (local.get 0))))
(func $note_x (param externref) (call $note_i (ref.is_null (local.get 0))))
(func $note_t (param (ref null $t0)) (call $note_i (ref.is_null (local.get 0))))
(func $note_n (param (ref $t0)) (call $note_i (ref.is_null (local.get 0))))
(func (export "f0") (param f64) (param i32) (param i32) (result f64) (result f32) (local $result0 f64) (local $result1 f32)
(local.get 0)
(ref.null extern)
(ref.null extern)
(call $f0)
(local.set $result1)
(local.set $result0)
(local.get $result0)
(local.get $result1)
)
(func $f0  (type $t0) (param f64) (param externref) (param externref) (result f64) (result f32)
(local externref) (local funcref) (local f64) (local v128) (local $scratch_i i32) (local $scratch_I i64) (local $scratch_f f32) (local $scratch_F f64) (local $scratch_v v128) (local $scratch_r funcref) (local $scratch_x externref) (local $scratch_t (ref null $t0)) (local $scratch_n (ref $t0)) (local $keep_i i32) (local $keep_I i64) (local $keep_f f32) (local $keep_F f64) (local $keep_v v128) (local $keep_r funcref) (local $keep_x externref) (local $keep_t (ref null $t0)) (local $keep_n (ref $t0)) (local $base_i i32) (local $base_I i64) (local $n0 i32) (local $n1 i32) (local $n2 i32) (local $n3 i32) (local $n4 i32) (local $n5 i32) (local $n6 i32) (local $n7 i32)
;;= (local $x0 exnref) (local $x1 exnref) (local $x2 exnref) (local $x3 exnref)
call $burn
ref.null extern
local.set 3
ref.func $f0
local.set 4
f64.const -nan:0x1
local.set 5
v128.const i32x4 0x7fc00000 1 -1 0x7f800000
local.set 6
ref.func $f0
local.set $keep_n
block $l0 (result f64) (result f32) ;;= block $l0.pad (result exnref) block $l0 (result f64) (result f32)
try $l23 (result externref) (result v128) ;;= block $l23 (result externref) (result v128) block $l23.1 (result exnref) block $l23.0 (result funcref) (result exnref) try_table (catch_ref $e1 $l23.0) (catch_all_ref $l23.1) block $l23.pad (result exnref)
ref.null extern
block $l26 (result v128)
i32.const -2
if $l29 (result f32)
local.get 0
f32.const -nan:0x1
global.get $gi
br_table $l0 $l0
nop
global.get $gf
else
local.get 5
global.get $gf
return
i32.add
drop
global.get $gf
end
f64.const 3
call $swap
call $note_f
call $note_F
v128.const i64x2 3 0
end
i32.const 3
i32.const 3
i32.and
if $l33
i32.const 3
ref.null $t0
ref.null func
throw $e0
end
catch $e1 ;;= br $l23 end throw_ref end unreachable end local.set $x1
call $note_r
try $l35 (result (ref $t0)) (result v128) ;;= block $l35 (result (ref $t0)) (result v128) block $l35.0 (result exnref) try_table (catch_all_ref $l35.0) block $l35.pad (result exnref)
f64.const 3
f32.const 3
return
i32.add
drop
ref.func $f0
v128.const i64x2 3 0
i32.const 3
i32.const 7
i32.and
i32.eqz
if $l39
i32.const 3
ref.null $t0
ref.null func
throw $e0
end
delegate $l0 ;;= br $l35 end throw_ref end unreachable end br $l0.pad end
call $note_v
call $note_n
ref.null extern
v128.const i64x2 3 0
catch_all ;;= br $l23 end local.set $x1
i32.const 3
if $l42
rethrow $l23 ;;= local.get $x1 throw_ref
end
ref.null extern
v128.const i64x2 3 0
end
call $note_v
call $note_x
ref.func $f0
ref.func $f0
global.get $gi
if $l46 (result i32)
global.get $gi
else
i32.const 31
end
select (result (ref $t0))
call $f1
call $note_v
local.get $keep_i
i32.const 3
i32.const 3
select
if $l48
end
f64.const 3
f32.const 3
end ;;= end return end throw_ref
)
(func (export "f1") (param i32) (result i64) (result i64) (local $result0 v128)
(ref.func $f0)
(call $f1)
(local.set $result0)
(i64x2.extract_lane 0 (local.get $result0))
(i64x2.extract_lane 1 (local.get $result0))
)
(func $f1  (type $t1) (param (ref $t0)) (result v128)
(local funcref) (local (ref $t0)) (local f64) (local $scratch_i i32) (local $scratch_I i64) (local $scratch_f f32) (local $scratch_F f64) (local $scratch_v v128) (local $scratch_r funcref) (local $scratch_x externref) (local $scratch_t (ref null $t0)) (local $scratch_n (ref $t0)) (local $keep_i i32) (local $keep_I i64) (local $keep_f f32) (local $keep_F f64) (local $keep_v v128) (local $keep_r funcref) (local $keep_x externref) (local $keep_t (ref null $t0)) (local $keep_n (ref $t0)) (local $base_i i32) (local $base_I i64) (local $n0 i32) (local $n1 i32) (local $n2 i32) (local $n3 i32) (local $n4 i32)
;;= (local $x0 exnref) (local $x1 exnref) (local $x2 exnref)
call $burn
ref.null func
local.set 1
ref.func $f0
local.set 2
f64.const -nan
local.set 3
ref.func $f0
local.set $keep_n
block $l0 (result v128) ;;= block $l0.pad (result exnref) block $l0 (result v128)
ref.func $f0
i64.const 1
return_call_indirect $wide (type $t1)
v128.const i64x2 3 0
end ;;= end return end throw_ref
)
(func (export "f2") (param i64) (result f32) (local $result0 (ref $t0)) (local $result1 f32)
(local.get 0)
(call $f2)
(local.set $result1)
(local.set $result0)
(call $note_n (local.get $result0))
(local.get $result1)
)
(func $f2  (type $t2) (param i64) (result (ref $t0)) (result f32)
(local v128) (local i64) (local $scratch_i i32) (local $scratch_I i64) (local $scratch_f f32) (local $scratch_F f64) (local $scratch_v v128) (local $scratch_r funcref) (local $scratch_x externref) (local $scratch_t (ref null $t0)) (local $scratch_n (ref $t0)) (local $keep_i i32) (local $keep_I i64) (local $keep_f f32) (local $keep_F f64) (local $keep_v v128) (local $keep_r funcref) (local $keep_x externref) (local $keep_t (ref null $t0)) (local $keep_n (ref $t0)) (local $base_i i32) (local $base_I i64) (local $n0 i32) (local $n1 i32) (local $n2 i32) (local $n3 i32) (local $n4 i32) (local $n5 i32)
;;= (local $x0 exnref) (local $x1 exnref)
call $burn
v128.const i32x4 0xfff80000 0xffc00001 0x7ff80000 0x7fc00000
local.set 1
i64.const 0x7fffffffffffffff
local.set 2
ref.func $f0
local.set $keep_n
block $l0 (result (ref $t0)) (result f32) ;;= block $l0.pad (result exnref) block $l0 (result (ref $t0)) (result f32)
i64.const 3
return_call $f2
ref.func $f0
f32.const 3
end ;;= end return end throw_ref
)
(func (export "f3") (param i64) (param i64) (local $result0 (ref null $t0)) (local $result1 (ref $t0))
(local.get 0)
(local.get 1)
(call $f3)
(local.set $result1)
(local.set $result0)
(call $note_t (local.get $result0))
(call $note_n (local.get $result1))
)
(func $f3  (type $t3) (param i64) (param i64) (result (ref null $t0)) (result (ref $t0))
(local i64) (local $scratch_i i32) (local $scratch_I i64) (local $scratch_f f32) (local $scratch_F f64) (local $scratch_v v128) (local $scratch_r funcref) (local $scratch_x externref) (local $scratch_t (ref null $t0)) (local $scratch_n (ref $t0)) (local $keep_i i32) (local $keep_I i64) (local $keep_f f32) (local $keep_F f64) (local $keep_v v128) (local $keep_r funcref) (local $keep_x externref) (local $keep_t (ref null $t0)) (local $keep_n (ref $t0)) (local $base_i i32) (local $base_I i64) (local $n0 i32)
;;= (local $x0 exnref)
call $burn
i64.const 0x100000000
local.set 2
ref.func $f0
local.set $keep_n
block $l0 (result (ref null $t0)) (result (ref $t0)) ;;= block $l0.pad (result exnref) block $l0 (result (ref null $t0)) (result (ref $t0))
ref.null $t0
ref.func $f0
end ;;= end return end throw_ref
)
(func (export "f4") (local $result0 externref) (local $result1 funcref)
(call $f4)
(local.set $result1)
(local.set $result0)
(call $note_x (local.get $result0))
(call $note_r (local.get $result1))
)
(func $f4  (type $t4) (result externref) (result funcref)
(local f32) (local i32) (local $scratch_i i32) (local $scratch_I i64) (local $scratch_f f32) (local $scratch_F f64) (local $scratch_v v128) (local $scratch_r funcref) (local $scratch_x externref) (local $scratch_t (ref null $t0)) (local $scratch_n (ref $t0)) (local $keep_i i32) (local $keep_I i64) (local $keep_f f32) (local $keep_F f64) (local $keep_v v128) (local $keep_r funcref) (local $keep_x externref) (local $keep_t (ref null $t0)) (local $keep_n (ref $t0)) (local $base_i i32) (local $base_I i64) (local $n0 i32)
;;= (local $x0 exnref) (local $x1 exnref)
call $burn
f32.const nan:0x400001
local.set 0
i32.const 0x8000
local.set 1
ref.func $f0
local.set $keep_n
block $l0 (result externref) (result funcref) ;;= block $l0.pad (result exnref) block $l0 (result externref) (result funcref)
i32.const 3
if $l24
i64.const 3
return_call_indirect $static (type $t4)
end
ref.null extern
ref.null func
end ;;= end return end throw_ref
)
)

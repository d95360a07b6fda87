(module
  ;; prelude
  ;; Vectors wherever a value can be: in locals, on the operand stack, in globals, as parameters and results, also of
  ;; calls through tables and of blocks and loops, beside values of other sizes.
  (type $step (func (param v128 i32) (result v128)))
  (table $steps 3 funcref)
  (elem (table $steps) (i32.const 0) func $double $mix $turn)
  (global $shared (mut v128) (v128.const i32x4 1 2 3 0xffffffff))
  (global $scale v128 (v128.const f32x4 1.5 -0 nan:0x200001 inf))

  (func $V (param v128)
    (call $I (i64x2.extract_lane 0 (local.get 0)))
    (call $I (i64x2.extract_lane 1 (local.get 0))))

  (func $double (param $v v128) (param $n i32) (result v128)
    (drop (call $pause (local.get $n)))
    (i32x4.add (local.get $v) (local.get $v)))
  (func $mix (param $v v128) (param $n i32) (result v128)
    (local $i i32) (local $w v128)
    (local.set $i (local.get $n))
    (loop $again
      (local.set $w (v128.xor (local.get $w) (i16x8.mul (local.get $v) (i16x8.splat (local.get $i)))))
      (br_if $again (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
    (i8x16.shuffle 3 2 1 0 31 30 29 28 4 5 6 7 16 17 18 19 (local.get $v) (local.get $w)))
  (func $turn (param $v v128) (param $n i32) (result v128)
    (if (result v128) (local.get $n)
      (then (call_indirect $steps (type $step)
        (i8x16.swizzle (local.get $v) (v128.const i8x16 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 0))
        (i32.sub (local.get $n) (i32.const 1)) (i32.const 2)))
      (else (local.get $v))))

  ;; On the stack below calls: constants, what memory holds, what was computed, the same value twice.
  (func $below (param $n i32) (param $v v128) (result v128 v128 i32 v128)
    v128.const i64x2 0x0123456789abcdef 0xfedcba9876543210
    local.get $v
    i32.const 7
    local.get $v
    f64.const 0.1
    (f32x4.mul (f32x4.convert_i32x4_s (local.get $v)) (v128.const f32x4 0.5 0.25 3 -1))
    (drop (call $pause (local.get $n)))
    (call_indirect $steps (type $step) (local.get $v) (local.get $n) (i32.const 1))
    call $V
    call $V
    call $F
    call $V
    local.set $n
    local.get $n
    v128.const i64x2 -1 0
    (call $double (local.get $v) (local.get $n))
    v128.xor)

  ;; Accumulators of two shapes, a counter, and vectors that do not change in the loop.
  (func $sums (param $n i32) (result v128 v128)
    (local $i i32) (local $ints v128) (local $floats v128) (local $step v128) (local $limit v128)
    (local.set $step (v128.const i32x4 1 -2 3 0x40000000))
    (local.set $limit (i32x4.splat (local.get $n)))
    (loop $again
      (local.set $ints (i32x4.add (local.get $ints) (i32x4.min_u (local.get $step) (local.get $limit))))
      (local.set $floats (f64x2.add (f64x2.mul (local.get $floats) (v128.const f64x2 1.1 -0.9))
        (f64x2.convert_low_i32x4_s (local.get $ints))))
      (v128.store (i32.add (i32.const 512) (i32.shl (i32.and (local.get $i) (i32.const 7)) (i32.const 4)))
        (local.get $ints))
      (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
    (local.get $ints) (local.get $floats))

  ;; A loop with a vector as its parameter, and one below it on the stack.
  (func $through (param $n i32) (param $v v128) (result v128)
    (v128.not (local.get $v))
    (local.get $v)
    (loop $again (param v128) (result v128)
      (call $mix (i32.const 2))
      (global.set $shared (i8x16.add_sat_s (global.get $shared) (local.get $v)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32x4.sub))

  ;; More vectors than there are registers, in a recursion.
  (func $many (param $n i32) (param v128 v128 v128 v128 v128 v128 v128 v128 v128 v128) (result v128 v128 i32 v128)
    (if (i32.eqz (local.get $n)) (then (return (local.get 3) (local.get 10) (i32.const 5) (local.get 1))))
    (call $many (i32.sub (local.get $n) (i32.const 1)) (local.get 2) (local.get 3) (local.get 4) (local.get 5)
      (local.get 6) (local.get 7) (local.get 8) (local.get 9) (call $double (local.get 10) (i32.const 1))
      (i64x2.add (local.get 1) (local.get 2)))
    call $V
    call $i
    v128.or
    (v128.xor (local.get 7) (local.get 9))
    (local.get $n)
    (local.get 10))

  (func (export "_start") (local $v v128)
    (local.set $v (v128.const i8x16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 -1))
    (call $below (i32.const 3) (local.get $v))
    call $V
    call $i
    call $V
    call $V
    (call $sums (i32.const 9))
    call $V
    call $V
    (call $V (call $through (i32.const 3) (global.get $scale)))
    (call $V (call $turn (local.get $v) (i32.const 4)))
    (call $many (i32.const 3) (local.get $v) (global.get $shared) (global.get $scale) (local.get $v) (local.get $v)
      (v128.const i64x2 1 2) (v128.const i64x2 3 4) (v128.const i64x2 5 6) (global.get $shared) (local.get $v))
    call $V
    call $i
    call $V
    call $V
    (call $V (global.get $shared))
    (drop (call $emit))))

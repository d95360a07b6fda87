(module
  ;; prelude
  ;; Sums, differences and products of 128 bits, whose halves are operands at stable points.
  (func $factorial (param $n i64) (result i64 i64) (local $low i64) (local $high i64) (local $carry i64)
    (local.set $low (i64.const 1))
    (loop $next
      (i64.mul_wide_u (local.get $low) (local.get $n))
      (drop (call $pause (i32.const 2)))
      (local.set $carry)
      (local.set $low)
      (local.set $high (i64.add (i64.mul (local.get $high) (local.get $n)) (local.get $carry)))
      (br_if $next (i64.ne (local.tee $n (i64.sub (local.get $n) (i64.const 1))) (i64.const 1))))
    (local.get $low) (local.get $high))
  (func $both (param i64 i64) (call $I (local.get 0)) (call $I (local.get 1)))
  (func (export "_start")
    (call $both (call $factorial (i64.const 30)))
    (call $factorial (i64.const 25))
    (call $factorial (i64.const 24))
    i64.add128
    call $both
    (call $factorial (i64.const 7))
    (call $factorial (i64.const 22))
    i64.sub128
    call $both
    (call $both (i64.mul_wide_s (i64.const -3) (i64.extend_i32_u (call $pause (i32.const 7)))))
    (drop (call $emit))))

(module
  ;; prelude
  ;; Values of every type on the stack below the arguments of calls, references too, and in locals across them.
  (type $unary (func (param i32) (result i32)))
  (table $functions 3 funcref)
  (elem (table $functions) (i32.const 0) func $add_one $pause)
  (elem declare func $times_three)
  (func $add_one (param i32) (result i32) (i32.add (call $pause (local.get 0)) (i32.const 1)))
  (func $times_three (param i32) (result i32) (i32.mul (call $pause (local.get 0)) (i32.const 3)))

  ;; Takes one of each, pauses, and notes what it was given.
  (func $take (param i32 i64 f32 f64 funcref externref) (result i32)
    (drop (call $pause (i32.const 5)))
    (call $i (local.get 0))
    (call $I (local.get 1))
    (call $f (local.get 2))
    (call $F (local.get 3))
    (call $i (ref.is_null (local.get 4)))
    (call $i (ref.is_null (local.get 5)))
    (table.set $functions (i32.const 2) (local.get 4))
    (if (result i32) (ref.is_null (local.get 4))
      (then (i32.const -1))
      (else (call_indirect $functions (type $unary) (i32.const 7) (i32.const 2)))))

  (func $held (param $n i32) (result i32)
    ;; Below the calls, in this order: i32 i64 f32 f64 funcref externref.
    i32.const 0x80000001
    i64.const 0x8000000000000001
    f32.const nan:0x200001
    f64.const -nan:0x4000000000001
    ref.func $times_three
    ref.null extern
    local.get $n
    call $pause
    drop
    i32.const 1
    i64.const 2
    f32.const -0
    f64.const 0x1p-1074
    ref.null func
    ref.null extern
    call $take
    call $i
    call $take)

  (func $locals (param $n i32) (result i32)
    (local $a funcref) (local $b externref) (local $c funcref) (local $never f64) (local $i i32)
    (local.set $a (ref.func $add_one))
    (local.set $c (table.get $functions (i32.const 0)))
    (local.set $b (ref.null extern))
    (loop $again
      (table.set $functions (i32.const 2) (local.get $a))
      (call $i (call_indirect $functions (type $unary) (local.get $n) (i32.const 2)))
      (call $i (ref.is_null (local.get $b)))
      (call $F (local.get $never))
      ;; The two change places.
      local.get $a
      local.get $c
      (drop (call $pause (i32.const 3)))
      local.set $a
      local.set $c
      (if (i32.eq (local.get $i) (i32.const 1)) (then (local.set $a (ref.func $times_three))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $i) (local.get $n))))
    (call $i (ref.is_null (select (result funcref) (local.get $a) (ref.null func) (call $pause (i32.const 0)))))
    (local.get $i))

  (func (export "_start")
    (call $i (call $held (i32.const 3)))
    (call $i (call $locals (i32.const 4)))
    (drop (call $emit))))

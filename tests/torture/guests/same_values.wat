(module
  ;; prelude
  ;; One value in many places, and constants: in locals, on the stack, in both; after a stop they go their own ways.
  (func $copies (param $x i64) (param $n i32) (result i64)
    (local $a i64) (local $b i64) (local $c i64) (local $k i32) (local $zero i32) (local $e f64) (local $g f64)
    (local.set $a (local.get $x))
    (local.set $b (local.get $x))
    (local.set $c (local.tee $a (local.get $b)))
    (local.set $k (i32.const 12))
    (local.set $e (f64.convert_i64_s (local.get $x)))
    (local.set $g (local.get $e))
    local.get $x
    local.get $a
    local.get $x
    local.get $e
    local.get $g
    i32.const 12
    i32.const 12
    local.get $k
    (drop (call $pause (local.get $k)))
    call $i
    call $i
    call $i
    call $F
    call $F
    call $I
    call $I
    call $I
    ;; All change, each in its own way, in a loop that begins with equal values.
    (loop $again
      (local.set $a (i64.add (local.get $a) (i64.const 1)))
      (local.set $b (i64.mul (local.get $b) (i64.const 3)))
      (local.set $zero (i32.sub (local.get $zero) (i32.const 1)))
      (local.set $g (f64.mul (local.get $g) (f64.const 0.5)))
      (drop (call $pause (i32.const 3)))
      (local.set $k (i32.add (local.get $k) (local.get $zero)))
      (call $I (i64.xor (local.get $x) (i64.xor (local.get $a) (i64.xor (local.get $b) (local.get $c)))))
      ;; Now two are equal again.
      (local.set $c (local.get $a))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (call $i (local.get $k))
    (call $i (local.get $zero))
    (call $F (f64.sub (local.get $e) (local.get $g)))
    (local.get $c))

  ;; Values that one instruction makes of others: what is cheap to make again may not be made of what has changed.
  (func $derived (param $n i32) (result i32) (local $twice i32) (local $more i32) (local $bits i64) (local $wide f64)
    (loop $again
      (local.set $twice (i32.mul (local.get $n) (i32.const 2)))
      (local.set $more (i32.add (local.get $twice) (i32.const 1)))
      (local.set $bits (i64.extend_i32_s (i32.sub (i32.const 0) (local.get $n))))
      (local.set $wide (f64.convert_i32_u (local.get $n)))
      (i32.add (local.get $n) (i32.const 5))
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (drop (call $pause (i32.const 2)))
      (i32.store (i32.const 40000) (local.get $more))
      (call $i)
      (call $i (i32.load (i32.const 40000)))
      (call $I (local.get $bits))
      (call $F (local.get $wide))
      (br_if $again (local.get $n)))
    (local.get $twice))

  ;; Two counters that run against each other, and a value that rotates through three locals.
  (func $rotate (param $n i32) (result i32) (local $up i32) (local $a i32) (local $b i32) (local $c i32)
    (local.set $a (i32.const 1))
    (local.set $b (i32.const 2))
    (local.set $c (i32.const 3))
    (loop $again
      local.get $a
      local.get $b
      local.get $c
      local.set $a
      local.set $c
      local.set $b
      (local.set $up (i32.add (local.get $up) (i32.const 3)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.add (i32.add (i32.mul (local.get $a) (i32.const 100)) (i32.mul (local.get $b) (i32.const 10)))
      (i32.add (local.get $c) (i32.mul (local.get $up) (i32.const 1000)))))

  (func (export "_start")
    (call $I (call $copies (i64.const 0x123456789abcde) (i32.const 3)))
    (call $i (call $derived (i32.const 4)))
    (call $i (call $rotate (i32.const 11)))
    (call $i (call $rotate (i32.const 12)))
    (drop (call $emit))))

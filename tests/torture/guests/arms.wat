(module
  ;; prelude
  ;; Loops and calls in the arms of if and else, whose operands and parameters lie below; arms that are left early.
  (func $either (param $which i32) (param $n i32) (result i64)
    (local $i i32) (local $sum i64)
    i64.const 0x5555
    local.get $which
    if (param i64) (result i64)
      (loop $a
        (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_u (local.get $i))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $a (i32.lt_u (local.get $i) (local.get $n))))
      local.get $sum
      i64.add
    else
      (local.set $i (local.get $n))
      (loop $b
        (local.set $sum (i64.xor (i64.rotl (local.get $sum) (i64.const 5)) (i64.extend_i32_u (local.get $i))))
        (if (i32.and (local.get $i) (i32.const 1))
          (then (loop $c
            (local.set $sum (i64.add (local.get $sum) (i64.const 0x101)))
            (br_if $c (i64.eqz (i64.and (local.get $sum) (i64.const 3))))))
          (else (drop (call $pause (local.get $i)))))
        (br_if $b (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
      local.get $sum
      i64.mul
    end)

  ;; Operands of the outer if are still there while the inner ones run; a return from within an else.
  (func $inside (param $n i32) (result i32 f64)
    (local $x f64)
    local.get $n
    f64.const 0.5
    local.get $n
    if (param i32 f64) (result i32 f64)
      f64.const 3
      f64.mul
      local.get $n
      i32.const 3
      i32.gt_u
      if (param i32 f64) (result i32 f64)
        local.get $n
        i32.const 1
        i32.sub
        call $inside  ;; below: i32 f64; on top: i32 f64
        local.set $x
        f64.convert_i32_s
        local.get $x
        f64.sub
        f64.add
        i32.const 4
        call $pause
        f64.convert_i32_s
        f64.mul
      else
        local.set $x
        drop
        local.get $n
        call $pause
        local.get $x
        return
      end
    else
      f64.const 1
      f64.add
    end)

  ;; An if without else around a loop that a br leaves for good.
  (func $early (param $n i32) (result i32)
    (local $i i32)
    (block $out
      (if (call $pause (local.get $n)) (then
        (loop $again
          (if (i32.eq (local.get $i) (local.get $n)) (then
            (call $i (i32.const 0xabc))
            (br $out))
          (else
            (local.set $i (i32.add (local.get $i) (call $pause (i32.const 1))))))
          (br $again))))
      (return (i32.const -1)))
    (local.get $i))

  (func (export "_start")
    (call $I (call $either (i32.const 1) (i32.const 9)))
    (call $I (call $either (i32.const 0) (i32.const 6)))
    (call $inside (i32.const 6)) (call $F) (call $i)
    (call $inside (i32.const 0)) (call $F) (call $i)
    (call $i (call $early (i32.const 3)))
    (call $i (call $early (i32.const 0)))
    (drop (call $emit))))

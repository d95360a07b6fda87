(module
  ;; prelude
  ;; Operands that lie on the stack below loops, blocks and calls; loops and blocks with parameters and results.

  ;; Values of four types lie below two loops, the outer of which takes and gives values.
  (func $below (param $n i32) (result i64)
    (local $i i32) (local $sum i64)
    i64.const 0x1111111122222222
    f64.const 0.1
    local.get $n
    f32.const -2.5
    i32.const 3
    i64.const 7
    loop $outer (param i32 i64) (result i64 i32)
      local.set $sum
      local.tee $i
      i32.const 100
      i32.add  ;; stays on the stack across the inner loop
      local.get $n
      loop $inner (param i32) (result i32)
        local.get $sum
        i64.const 3
        i64.mul
        i64.const 1
        i64.add
        local.set $sum
        i32.const 1
        i32.sub
        local.tee $n
        local.get $n
        br_if $inner
        i32.const 1000
        i32.add
      end
      i32.add
      call $i
      local.get $i
      local.tee $n
      i32.const 1
      i32.sub
      local.get $sum
      local.get $i
      i32.const 1
      i32.gt_s
      br_if $outer
      local.set $sum
      i64.extend_i32_u
      local.get $sum
      i64.add
      local.get $i
    end
    call $i
    call $I
    call $f
    call $i
    call $F)

  ;; A call in the inner loop: two frames, each with operands below.
  (func $calls (param $n i32) (result i32)
    (local $i i32) (local $j i32)
    i32.const 0x10000
    local.get $n
    local.set $i
    loop $outer (param i32) (result i32)
      local.get $i  ;; below the inner loop, with the accumulator
      i32.const 2
      local.set $j
      f64.const 1.5
      loop $inner (param f64) (result f64)
        local.get $j
        call $pause
        f64.convert_i32_s
        f64.const 0.75
        local.get $i
        call $pause
        f64.convert_i32_s
        f64.mul
        f64.sub
        f64.add
        local.get $j
        i32.const 1
        i32.sub
        local.tee $j
        br_if $inner
      end
      i64.reinterpret_f64
      i32.wrap_i64
      i32.xor
      i32.add
      local.get $i
      i32.const 1
      i32.sub
      local.tee $i
      br_if $outer
    end)

  ;; Blocks with several results, left by branches from a loop with operands to drop.
  (func $leave (param $n i32) (result i32 i64 f32)
    (local $i i32)
    i32.const 77
    block $out (param i32) (result i32 i64 f32)
      i64.const 5
      loop $again (param i32 i64) (result i32 i64 f32)
        i64.const 11
        i64.mul
        f32.const 0.5
        local.get $i
        i32.const 1
        i32.add
        local.tee $i
        call $pause
        local.get $n
        i32.eq
        br_if $out
        drop
        i64.const 9  ;; dropped by the branches below
        i32.const 8
        local.get $i
        i32.const 4
        i32.eq
        if (param i64 i32) (result i64 i32)
          drop
          drop
          i32.const 4444
          i64.const 44
          f32.const -44.25
          br $out
        end
        drop
        drop
        br $again
      end
    end)

  ;; Operands below a call below operands below a call, three deep.
  (func $deep (param $n i32) (result i32)
    local.get $n
    i32.eqz
    if (result i32)
      i32.const 1
      return
    else
      local.get $n
      i32.const 3
      i32.mul
    end
    local.get $n
    i32.const 1
    i32.sub
    call $deep
    local.get $n
    call $pause
    local.get $n
    i32.const 2
    i32.div_u
    call $deep
    i32.sub
    i32.mul
    i32.xor)

  ;; A loop whose operand grows by one branch and not by the other, and a select of what is below.
  (func $choose (param $n i32) (result f64)
    (local $i i32)
    f64.const 100.25
    f64.const -3.5
    local.get $n
    loop $again (param i32) (result i32)
      local.tee $i
      i32.const 1
      i32.and
      if (result i32)
        local.get $i
        call $pause
        i32.const 3
        i32.sub
      else
        local.get $i
        i32.const 1
        i32.sub
      end
      local.tee $i
      local.get $i
      i32.const 0
      i32.gt_s
      br_if $again
    end
    select)

  (func (export "_start")
    (call $I (call $below (i32.const 5)))
    (call $i (call $calls (i32.const 3)))
    (call $leave (i32.const 3)) (call $f) (call $I) (call $i)
    (call $leave (i32.const 9)) (call $f) (call $I) (call $i)
    (call $i (call $deep (i32.const 4)))
    (call $F (call $choose (i32.const 8)))
    (call $F (call $choose (i32.const 11)))
    (drop (call $emit))))

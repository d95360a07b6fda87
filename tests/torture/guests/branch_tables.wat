(module
  ;; prelude
  ;; br_table with many targets: out of loops, back to loops at several depths, with values, with a default.
  (func $machine (param $n i32) (result i32)
    (local $state i32) (local $steps i32)
    (local.set $state (i32.const 1))
    block $done (result i32)
      loop $outer
        (call $i (local.get $state))
        loop $inner
          (local.set $steps (i32.add (local.get $steps) (i32.const 1)))
          block $six block $five block $four block $three
            (br_if $done (local.get $steps) (i32.gt_u (local.get $steps) (local.get $n)))
            drop
            (local.set $state (i32.add (i32.mul (local.get $state) (i32.const 5)) (local.get $steps)))
            (br_table $inner $outer $three $four $five $six $inner $three $outer $five
              (i32.rem_u (local.get $state) (i32.const 11)))
          end $three
            (local.set $state (i32.add (local.get $state) (call $pause (i32.const 3))))
            br $inner
          end $four
            (local.set $state (i32.xor (local.get $state) (i32.const 0x55)))
          end $five
            (call $i (i32.or (local.get $state) (i32.const 0x1000000)))
            (br_if $outer (i32.and (local.get $state) (i32.const 2)))
          end $six
          (br_if $inner (i32.and (local.get $state) (i32.const 1)))
        end
        (local.set $state (i32.add (local.get $state) (i32.const 7)))
        br $outer
      end
      unreachable
    end)

  ;; Values go with the branches: a loop that takes two, a block that gives two.
  (func $with_values (param $n i32) (result i64)
    (local $i i32) (local $value i64)
    i32.const 1
    i64.const 3
    block $out (param i32 i64) (result i32 i64)
      loop $again (param i32 i64) (result i32 i64)
        (local.set $value (i64.mul (i64.const 7)))
        (local.set $i (i32.add (i32.const 1)))
        (drop (call $pause (i32.const 2)))
        (local.get $i)
        (local.get $value)
        (br_table $again $again $out $again (i32.mul (i32.eq (local.get $i) (local.get $n)) (i32.const 2)))
      end
    end
    local.set $value
    i64.extend_i32_u
    local.get $value
    i64.add)

  (func (export "_start")
    (call $i (call $machine (i32.const 30)))
    (call $I (call $with_values (i32.const 6)))
    (drop (call $emit))))

(module
  ;; prelude
  ;; Loops as a compiler seldom writes them: back edges from many places, ends by return, two in one block, none taken.

  ;; Four back edges, one of them conditional with a fall through, and one exit by return.
  (func $many_back_edges (param $n i32) (result i32) (local $i i32) (local $sum i32)
    (loop $again
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (local.set $sum (i32.add (local.get $sum) (local.get $i)))
      (br_if $again (i32.eq (i32.rem_u (local.get $i) (i32.const 3)) (i32.const 1)))
      (if (i32.eq (i32.rem_u (local.get $i) (i32.const 3)) (i32.const 2)) (then
        (local.set $sum (i32.mul (local.get $sum) (i32.const 3)))
        (br $again)))
      (if (i32.gt_u (local.get $i) (local.get $n)) (then (return (local.get $sum))))
      (br_table $again $again (i32.const 0)))
    (unreachable))

  ;; A back edge of the outer loop from within the inner one.
  (func $outer_from_inner (param $n i32) (result i64) (local $i i32) (local $j i32) (local $sum i64)
    (loop $outer
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (local.set $j (i32.const 0))
      (loop $inner
        (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 5)) (i64.extend_i32_u (local.get $j))))
        (local.set $j (i32.add (local.get $j) (i32.const 1)))
        (br_if $outer (i32.and (i32.gt_u (local.get $j) (local.get $i)) (i32.lt_u (local.get $i) (local.get $n))))
        (br_if $inner (i32.lt_u (local.get $j) (i32.const 7)))))
    (local.get $sum))

  ;; Two loops in one block, the second with the counter of the first; 64-bit and downwards.
  (func $in_a_row (param $n i64) (result i64) (local $sum i64)
    (loop $first
      (local.set $sum (i64.add (local.get $sum) (local.get $n)))
      (br_if $first (i64.ne (local.tee $n (i64.sub (local.get $n) (i64.const 1))) (i64.const 0))))
    (loop $second
      (local.set $sum (i64.xor (local.get $sum) (i64.mul (local.get $n) (i64.const 0x100000001))))
      (br_if $second (i64.gt_s (local.tee $n (i64.sub (local.get $n) (i64.const 3))) (i64.const -20))))
    (local.get $sum))

  ;; Loops whose back edge is never taken, with a call in one; and one that is the whole function, with a result.
  (func $once (param $n i32) (result i32)
    (loop $never (result i32)
      (loop $nor_this (drop (call $pause (local.get $n))))
      (br_if $never (i32.const 0) (i32.eqz (local.get $n)))
      drop
      (i32.add (local.get $n) (i32.const 1))))
  (func $whole (param $n i32) (result i32)
    local.get $n
    loop $again (param i32) (result i32)
      i32.const 3
      i32.mul
      local.get $n
      i32.const 1
      i32.sub
      local.tee $n
      br_if $again
    end)

  ;; Locals that are dead at some stops and not at others, and one that is zero because nothing ever set it.
  (func $dead (param $n i32) (result i64) (local $zero i64) (local $temporary i64) (local $sum i64)
    (loop $again
      (local.set $temporary (i64.extend_i32_u (call $pause (local.get $n))))
      (local.set $sum (i64.add (local.get $sum) (local.get $temporary)))
      (drop (call $pause (i32.const 2)))
      (if (i32.eq (local.get $n) (i32.const 2)) (then (local.set $sum (i64.xor (local.get $sum) (local.get $temporary)))))
      (local.set $temporary (i64.const 9))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i64.add (i64.add (local.get $sum) (local.get $zero)) (local.get $temporary)))

  ;; A long way without a loop: stores before a host call that takes what is on the stack.
  (func $host (param $n i32) (result i32)
    (i32.store (i32.const 32) (i32.const 1024))
    (i32.store (i32.const 36) (i32.sub (global.get $end) (i32.const 1024)))
    (i32.const 0x111)
    (i64.const 0x222)
    (call $fd_write (i32.const 1) (i32.const 32) (call $pause (local.get $n)) (i32.const 40))
    (if (then unreachable))
    (call $I)
    (i32.add (i32.load (i32.const 40))))

  (func (export "_start")
    (call $i (call $many_back_edges (i32.const 11)))
    (call $I (call $outer_from_inner (i32.const 4)))
    (call $I (call $in_a_row (i64.const 6)))
    (call $i (call $once (i32.const 5)))
    (call $i (call $whole (i32.const 9)))
    (call $I (call $dead (i32.const 4)))
    (call $i (call $host (i32.const 1)))
    (drop (call $emit))))

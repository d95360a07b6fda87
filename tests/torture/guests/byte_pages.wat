(module
  ;; prelude
  ;; Memories of a byte a page, with indices of both types: they grow by odd numbers of bytes, within a page of the
  ;; machine and beyond, in vain, and in loops; what is new is zero; copies between them and the first memory, at their
  ;; ends.
  (memory $narrow (export "narrow") 13 9999 (pagesize 1))
  (memory $wide i64 0 (pagesize 1))
  (data $text "what goes to the very end of a memory")
  (data (memory $narrow) (i32.const 5) "\01\02\03\04\05\06\07\08")
  (func $sizes
    (call $i (memory.size $narrow))
    (call $I (memory.size $wide)))
  ;; The last eight bytes of a memory.
  (func $end (result i64) (i64.load $narrow (i32.sub (memory.size $narrow) (i32.const 8))))
  (func $wide_end (result i64) (i64.load $wide (i64.sub (memory.size $wide) (i64.const 8))))
  ;; Grows the narrow memory again and again, puts a number at its end, and appends that to the wide memory.
  (func $append (param $turns i32) (param $by i32)
    (loop $again
      (call $i (memory.grow $narrow (call $pause (local.get $by))))
      (call $I (call $end))
      (i32.store16 $narrow offset=1
        (i32.sub (memory.size $narrow) (i32.const 3)) (i32.mul (local.get $turns) (i32.const 0x0203)))
      (call $I (memory.grow $wide (i64.const 2)))
      (memory.copy $wide $narrow
        (i64.sub (memory.size $wide) (i64.const 2)) (i32.sub (memory.size $narrow) (i32.const 2)) (i32.const 2))
      (br_if $again (local.tee $turns (i32.sub (local.get $turns) (i32.const 1))))))
  (func $sum (param $at i32) (result i64) (local $sum i64)
    (loop $next
      (local.set $sum (i64.add (i64.rotl (local.get $sum) (i64.const 5)) (i64.load8_u $narrow (local.get $at))))
      (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 1))) (memory.size $narrow))))
    (local.get $sum))
  (func $number (param $to i64) (param $count i64) (local $i i64)
    (loop $next
      (i64.store $wide offset=1 (i64.add (local.get $to) (i64.shl (local.get $i) (i64.const 3))) (local.get $i))
      (br_if $next (i64.lt_u (local.tee $i (i64.add (local.get $i) (i64.const 1))) (local.get $count)))))
  (func (export "_start")
    (call $sizes)
    (call $I (call $end))
    (call $append (i32.const 9) (i32.const 7))
    (call $append (i32.const 3) (i32.const 1361))
    (call $sizes)
    (call $I (call $sum (call $pause (i32.const 2))))
    (call $i (memory.grow $narrow (i32.const 6000)))
    (call $I (memory.grow $wide (i64.const -1)))
    (call $I (memory.grow $wide (i64.const 0xffff_ffff_ffff)))
    ;; What numbers fill to the last byte.
    (call $I (memory.grow $wide (i64.const 70001)))
    (call $number (i64.sub (memory.size $wide) (i64.const 321)) (i64.const 40))
    (call $I (call $wide_end))
    (memory.copy 0 $wide (i32.const 50000) (i64.const 17) (call $pause (i32.const 8)))
    (call $I (i64.load (i32.const 50000)))
    (memory.copy $wide 0 (i64.sub (memory.size $wide) (i64.const 5)) (i32.const 50000) (call $pause (i32.const 5)))
    (call $I (call $wide_end))
    (memory.init $narrow $text
      (i32.sub (memory.size $narrow) (i32.const 37)) (i32.const 0) (call $pause (i32.const 37)))
    (call $I (call $end))
    (memory.fill $narrow (i32.sub (memory.size $narrow) (i32.const 3)) (i32.const 0x41) (call $pause (i32.const 3)))
    (v128.store $wide offset=3 (i64.const 0)
      (v128.load64_splat $narrow (i32.sub (memory.size $narrow) (call $pause (i32.const 8)))))
    (call $I (i64.load $wide offset=11 (i64.extend_i32_u (call $pause (i32.const 0)))))
    (call $I (i64.atomic.rmw.add $wide (i64.const 8) (i64.const 0x100)))
    (drop (call $pause (i32.const 2)))
    (call $i (i32.atomic.load16_u $narrow (i32.const 10)))
    ;; A size that was known before is not the size any more.
    (call $i (memory.grow $narrow (call $pause (i32.const 1))))
    (call $I (call $end))
    (call $sizes)
    (drop (call $emit))
    ;; One byte behind the end, in a page that is there: a trap.
    (call $I (i64.load $narrow (i32.sub (memory.size $narrow) (call $pause (i32.const 7)))))))

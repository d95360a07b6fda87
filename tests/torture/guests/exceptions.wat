(module
  ;; prelude
  ;; Exceptions that go through several frames, some of which pause before; handlers read locals that were set in the
  ;; try block's body; try blocks in loops, in each other, and in functions that call themselves.
  (tag $int (param i32))
  (tag $many (param i64 f32 f64 i32))
  (tag $none)
  (table $t 3 funcref)
  (elem (i32.const 0) $deep $kinds $nothing)
  (type $ii (func (param i32) (result i32)))
  (global $thrown (mut i32) (i32.const 0))

  (func $nothing (param $n i32) (result i32) (call $pause (local.get $n)))

  ;; Throws from the bottom of a recursion whose frames have operands and locals.
  (func $deep (param $n i32) (result i32)
    (local $kept i32)
    (local.set $kept (call $pause (i32.const 2)))
    (if (i32.eqz (local.get $n)) (then
      (global.set $thrown (i32.add (global.get $thrown) (i32.const 1)))
      (throw $int (i32.add (call $pause (i32.const 3)) (i32.const 100)))))
    (i32.add (local.get $kept)
      (i32.mul (i32.const 3) (call $deep (i32.sub (local.get $n) (i32.const 1))))))

  (func $kinds (param $n i32) (result i32)
    (drop (call $pause (i32.const 1)))
    (if (i32.eq (i32.rem_u (local.get $n) (i32.const 4)) (i32.const 0)) (then (throw $int (local.get $n))))
    (if (i32.eq (i32.rem_u (local.get $n) (i32.const 4)) (i32.const 1)) (then (throw $none)))
    (if (i32.eq (i32.rem_u (local.get $n) (i32.const 4)) (i32.const 2))
      (then (throw $many (i64.const 0x123456789abcdef) (f32.const 1.5) (f64.const -2.25)
        (call $pause (local.get $n)))))
    (local.get $n))

  ;; What the handler reads was set before and between the calls of the body.
  (func $reads (param $n i32) (result i32)
    (local $a i32) (local $b i64) (local $dead i32)
    (local.set $b (i64.const 1))
    (block $h (result i32)
      (try_table (catch $int $h)
        (local.set $a (call $pause (i32.const 4)))
        (local.set $b (i64.mul (local.get $b) (i64.const 77)))
        (local.set $dead (call $deep (local.get $n)))
        (local.set $a (i32.const -1))
        (call $i (local.get $dead)))
      (return (i32.const -2)))
    (call $I (local.get $b))
    (i32.add (local.get $a))
    (call $pause))

  ;; A loop whose body throws now and then: the clauses lead to several places, one of them goes round again.
  (func $loop (param $n i32) (result i32)
    (local $i i32) (local $sum i32)
    (loop $again
      (if (i32.lt_u (local.get $i) (local.get $n)) (then
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (block $many (result i64 f32 f64 i32)
          (block $int (result i32)
            (try_table (catch $many $many) (catch $int $int) (catch $none $again)
              (local.set $sum (i32.add (local.get $sum)
                (call_indirect $t (type $ii) (local.get $i) (i32.const 1)))))
            (br $again))
          (local.set $sum (i32.add (local.get $sum)))
          (br $again))
        (local.set $sum (i32.add (local.get $sum)))
        (call $F) (call $f) (call $I)
        (br $again))))
    (local.get $sum))

  ;; The inner block does not catch it, the outer one does; operands of the outer body lie below.
  (func $nested (param $n i32) (result i32)
    (block $outer (result i32)
      (try_table (result i32) (catch $int $outer)
        (call $pause (i32.const 11))
        (block $inner
          (try_table (catch $none $inner)
            (call $i (call $pause (i32.const 2)))
            (call $i (call $deep (local.get $n)))))
        (call $pause (i32.const 12))
        (i32.add))
      (return (call $pause)))
    (i32.mul (i32.const 10)))

  ;; Catches everything, does something and throws another; inside a recursion.
  (func $changes (param $n i32) (result i32)
    (block $all
      (try_table (catch_all $all)
        (if (local.get $n)
          (then (call $i (call $changes (i32.sub (local.get $n) (i32.const 1)))))
          (else (call $i (call $deep (i32.const 1)))))))
    (call $i (call $pause (local.get $n)))
    (throw $int (local.get $n)))

  ;; A loop inside the body of a try block, and a strip around a throw.
  (func $inside (param $n i32) (result i32)
    (local $i i32)
    (block $out (result i32)
      (try_table (result i32) (catch $int $out)
        (loop $count
          (if (i32.gt_u (local.get $i) (local.get $n)) (then (throw $int (local.get $i))))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br $count))
        (unreachable))))

  ;; The handler goes round a loop that holds the try block, whose body has a loop with calls.
  (func $retry (param $n i32) (result i32)
    (local $tries i32) (local $i i32)
    (loop $retry (result i32)
      (block $failed (result i32)
        (try_table (catch $int $failed)
          (local.set $i (i32.const 0))
          (loop $work
            (call $i (call $pause (local.get $i)))
            (if (i32.gt_u (local.get $i) (local.get $tries)) (then (drop (call $deep (i32.const 0)))))
            (br_if $work (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n)))))
        (return (i32.add (local.get $tries) (i32.const 1000))))
      (local.set $tries (i32.add (local.get $tries) (i32.shr_u (i32.const 100))))
      (br $retry)))

  (func $call (param $f i32) (param $n i32)
    (block $h (result i32)
      (try_table (catch $int $h)
        (call $i (call_indirect $t (type $ii) (local.get $n) (local.get $f)))
        (return))
      (unreachable))
    (call $i))

  (func (export "_start")
    (call $i (call $reads (i32.const 3)))
    (call $i (call $reads (i32.const 0)))
    (call $i (call $loop (i32.const 9)))
    (call $i (call $nested (i32.const 2)))
    (block $h (result i32)
      (try_table (catch $int $h) (call $i (call $changes (i32.const 2))))
      (i32.const 0))
    (call $i)
    (call $i (call $inside (i32.const 20)))
    (call $i (call $retry (i32.const 4)))
    (call $call (i32.const 0) (i32.const 2))
    (call $call (i32.const 2) (i32.const 5))
    (call $i (global.get $thrown))
    (drop (call $emit))))

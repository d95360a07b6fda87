(module
  ;; prelude
  ;; The older form of exceptions: handlers in which the exception is thrown again, at once, later, from a loop or another
  ;; handler; delegate; try blocks in handlers. likewise.wat does the same in the final form.
  (tag $int (param i32))
  (tag $other (param i64))

  (func $thrower (param $n i32) (result i32)
    (if (call $pause (local.get $n)) (then (throw $int (call $pause (local.get $n)))))
    (throw $other (i64.const 0x99)))

  ;; catch, catch_all; locals set in the body.
  (func $catches (param $n i32) (result i32)
    (local $a i32)
    (local.set $a (i32.const 5))
    try (result i32)
      (local.set $a (call $pause (i32.const 6)))
      (call $thrower (local.get $n))
    catch $int
      call $pause
      (i32.add (local.get $a))
    catch_all
      (call $pause (i32.const 8))
    end)

  ;; The exception lives while its handler pauses, in a loop.
  (func $again (param $n i32) (result i32)
    (local $i i32)
    try (result i32)
      try (result i32)
        (call $thrower (local.get $n))
      catch_all
        (loop $l
          (call $i (call $pause (local.get $i)))
          (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 3))))
        rethrow 0
      end
    catch $int
      (i32.add (local.get $i))
    catch $other
      i32.wrap_i64
    end)

  ;; The outer exception is thrown again from the handler of an inner one.
  (func $outer (param $n i32) (result i32)
    try (result i32)
      try (result i32)
        (call $thrower (local.get $n))
      catch $int
        (call $i)
        try (result i32)
          (call $thrower (i32.const 0))
        catch $other
          (call $I)
          (drop (call $pause (i32.const 2)))
          rethrow 1
        end
      end
    catch $int
      (i32.mul (i32.const 3))
    catch_all
      (call $pause (i32.const 77))
    end)

  (func $delegates (param $n i32) (result i32)
    try $l (result i32)
      try (result i32)
        try (result i32)
          (call $pause (i32.const 4))
          (drop)
          (call $thrower (local.get $n))
        delegate $l
      catch_all
        (i32.const -1)
      end
    catch $int
      (call $pause)
    catch_all
      (i32.const -2)
    end)

  (func $out (param $n i32) (result i32)
    try (result i32)
      try (result i32)
        (call $thrower (local.get $n))
      delegate 1
    catch_all
      (i32.const -1)
    end)

  (func (export "_start")
    (call $i (call $catches (i32.const 3)))
    (call $i (call $catches (i32.const 0)))
    (call $i (call $again (i32.const 4)))
    (call $i (call $again (i32.const 0)))
    (call $i (call $outer (i32.const 5)))
    (call $i (call $outer (i32.const 0)))
    (call $i (call $delegates (i32.const 6)))
    (call $i (call $delegates (i32.const 0)))
    try (result i32)
      (call $out (i32.const 7))
    catch $int
    end
    (call $i)
    (drop (call $emit))))

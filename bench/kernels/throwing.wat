;; Throws and catches: through frames that do not handle, by tag and by reference, and calls in try blocks that return.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 1024) "00000000\n")
  (tag $t (param i32))

  (func $throws (param $n i32)
    (if (i32.rem_u (local.get $n) (i32.const 3)) (then (return)))
    (throw $t (local.get $n)))

  (func $through (param $n i32) (param $depth i32)
    (if (local.get $depth)
      (then (call $through (local.get $n) (i32.sub (local.get $depth) (i32.const 1)))
        (i32.store (i32.const 2048) (local.get $n)))
      (else (call $throws (local.get $n)))))

  ;; As C++ does with what has to be destroyed: catch whatever it is, and throw it again.
  (func $cleans_up (param $n i32)
    (block $h (result exnref)
      (try_table (catch_all_ref $h) (call $through (local.get $n) (i32.const 4)))
      (return))
    (i32.store (i32.const 2052) (local.get $n))
    (throw_ref))

  (func (export "_start") (local $n i32) (local $sum i32)
    (local.set $n (i32.const 2000000))
    (loop $next
      (block $h (result i32)
        (try_table (catch $t $h)
          (if (i32.and (local.get $n) (i32.const 1))
            (then (call $cleans_up (local.get $n)))
            (else (call $through (local.get $n) (i32.const 4)))))
        (i32.const 1))
      (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 31))))
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (loop $digits
      (i32.store8 offset=1024 (local.get $n)
        (i32.add (i32.const 97) (i32.and (i32.shr_u (local.get $sum) (i32.shl (local.get $n) (i32.const 2))) (i32.const 15))))
      (br_if $digits (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 8))))
    (i32.store (i32.const 0) (i32.const 1024))
    (i32.store (i32.const 4) (i32.const 9))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))

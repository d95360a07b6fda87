(module
  ;; prelude
  ;; Unreachable at the end of a recursion: the trap comes in a frame that was restored, or above one.
  (func $down (param $depth i32) (result i32)
    (call $i (local.get $depth))
    (if (i32.eq (local.get $depth) (i32.const 6)) (then (drop (call $emit))))
    (if (i32.eqz (call $pause (local.get $depth))) (then unreachable))
    (i32.add (call $down (i32.sub (local.get $depth) (i32.const 1))) (i32.const 1)))
  (func (export "_start") (call $i (call $down (i32.const 12)))))

(module
  ;; prelude
  ;; An exception that nobody catches ends the program; frames on its way catch others.
  (tag $int (param i32))
  (tag $other)
  (func $inner (param $n i32)
    (call $i (call $pause (local.get $n)))
    (if (local.get $n) (then (call $inner (i32.sub (local.get $n) (i32.const 1)))))
    (drop (call $emit))
    (throw $int (call $pause (i32.const 7))))
  (func (export "_start")
    (block $h
      (try_table (catch $other $h) (call $inner (i32.const 3)))
      (call $i (i32.const 1)))
    (drop (call $emit))))

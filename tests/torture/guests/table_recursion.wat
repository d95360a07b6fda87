(module
  ;; prelude
  ;; Recursion through a table whose entries change while frames are active, in a loop in each frame.
  (type $visit (func (param i32 i64) (result i64)))
  (table $t 3 3 funcref)
  (elem (i32.const 0) func $left $right $leaf)
  (func $leaf (param i32 i64) (result i64)
    (call $I (local.get 1))
    (i64.add (local.get 1) (i64.extend_i32_u (call $pause (i32.const 2)))))
  (func $left (param $depth i32) (param $path i64) (result i64) (local $i i32) (local $kept funcref)
    (local.set $kept (table.get $t (i32.const 0)))
    (loop $next
      (local.set $path (i64.add
        (i64.mul (local.get $path) (i64.const 3))
        (call_indirect $t (type $visit)
          (i32.sub (local.get $depth) (i32.const 1))
          (i64.add (local.get $path) (i64.extend_i32_u (local.get $i)))
          (select (i32.const 2) (local.get $i) (i32.eqz (local.get $depth))))))
      ;; The two entries change places while callers stand in calls of either.
      (table.set $t (i32.const 0) (table.get $t (i32.const 1)))
      (table.set $t (i32.const 1) (local.get $kept))
      (local.set $kept (table.get $t (i32.const 0)))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 2))))
    (local.get $path))
  (func $right (param $depth i32) (param $path i64) (result i64)
    (i64.rotl
      (call_indirect $t (type $visit)
        (i32.sub (local.get $depth) (i32.const 1))
        (i64.xor (local.get $path) (i64.const 0xff))
        (select (i32.const 2) (i32.const 0) (i32.eqz (local.get $depth))))
      (i64.extend_i32_u (call $pause (local.get $depth)))))
  (func (export "_start")
    (call $I (call $left (i32.const 3) (i64.const 1)))
    (drop (call $emit))))

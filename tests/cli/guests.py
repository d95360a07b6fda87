"""Small modules that the commands are tried on."""

from __future__ import annotations

# Exports of many types, traps and exits. Functions with a trap make calls that are not inlined away.
MATH = """
(module $math
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1 10)
  (table 3 funcref)
  (elem (i32.const 0) $divide $middle $depth)
  (global $zero (mut i32) (i32.const 0))
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "same") (param i64 f32 f64) (result i64 f32 f64) local.get 0 local.get 1 local.get 2)
  (func $divide (param i32) (result i32) (i32.div_s (i32.const 1) (local.get 0)))
  (func $middle (param i32) (result i32)
    (i32.add (call_indirect (param i32) (result i32) (local.get 0) (global.get $zero)) (i32.const 1)))
  (func $outermost (export "divide_by_zero") (result i32)
    (i32.add (call_indirect (param i32) (result i32) (i32.const 0) (i32.const 1)) (i32.const 1)))
  (func (export "exit") (param i32) (call $exit (local.get 0)))
  (func (export "null") (result funcref externref) (ref.null func) (ref.null extern))
  (func (export "take") (param externref))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func $depth (export "depth") (param i32) (result i32)
    (if (result i32) (local.get 0)
      (then (i32.add (call_indirect (param i32) (result i32) (i32.sub (local.get 0) (i32.const 1)) (i32.const 2))
                     (i32.const 1)))
      (else (i32.const 0))))
  (func (export "spin") (loop $again (br $again)))
  (func (export "factorial") (param i64) (result i64) (local $product i64)
    (local.set $product (i64.const 1))
    (block $done
      (loop $next
        (br_if $done (i64.eqz (local.get 0)))
        (local.set $product (i64.mul (local.get $product) (local.get 0)))
        (local.set 0 (i64.sub (local.get 0) (i64.const 1)))
        (br $next)))
    (local.get $product)))
"""

# A command that writes its arguments, each ended by a NUL; exports do the same with other things that it is given.
ECHO = """
(module $echo
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_get" (func $environ_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_prestat_dir_name" (func $fd_prestat_dir_name (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_prestat_get" (func $fd_prestat_get (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func $write (param $size i32)
    (i32.store (i32.const 0) (i32.const 4096))
    (i32.store (i32.const 4) (local.get $size))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  (func (export "_start")
    (drop (call $args_sizes_get (i32.const 16) (i32.const 20)))
    (drop (call $args_get (i32.const 1024) (i32.const 4096)))
    (call $write (i32.load (i32.const 20))))
  (func (export "environ")
    (drop (call $environ_sizes_get (i32.const 16) (i32.const 20)))
    (drop (call $environ_get (i32.const 1024) (i32.const 4096)))
    (call $write (i32.load (i32.const 20))))
  (func (export "stdin")
    (i32.store (i32.const 0) (i32.const 4096))
    (i32.store (i32.const 4) (i32.const 4096))
    (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
    (call $write (i32.load (i32.const 8))))
  (func (export "folder") (param $fd i32)
    (drop (call $fd_prestat_get (local.get $fd) (i32.const 16)))
    (drop (call $fd_prestat_dir_name (local.get $fd) (i32.const 4096) (i32.load (i32.const 20))))
    (call $write (i32.load (i32.const 20)))))
"""

# A library: `get` gives what `_initialize` set.
LIBRARY = """
(module
  (global $value (mut i32) (i32.const 0))
  (func (export "_initialize") (global.set $value (i32.const 42)))
  (func (export "get") (result i32) (global.get $value)))
"""


def large_module(functions: int = 4) -> str:
    """A module of several partitions, which LLVM works on for a while."""
    step = "(local.set 0 (i32.add (i32.load (i32.and (local.get 0) (i32.const 0xfff0))) (i32.const 77)))"
    loop = f"(loop $l {step * 20} (br_if $l (i32.lt_u (local.get 0) (i32.const 1000))))"
    body = f"(param i32) (result i32) {loop * 300} (local.get 0)"
    return f"(module (memory 1) {f'(func {body})' * functions})"

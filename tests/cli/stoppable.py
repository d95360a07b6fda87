"""Modules that are stopped and restored."""

from __future__ import annotations

_WASI = """
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_get" (func $environ_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll_oneoff (param i32 i32 i32 i32) (result i32)))
"""
# Bytes 0 to 15 are an iovec and a result, 16 to 31 what is read and written.
_INPUT_AND_OUTPUT = """
  (func $write (param $at i32) (param $size i32)
    (i32.store (i32.const 0) (local.get $at))
    (i32.store (i32.const 4) (local.get $size))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  (func $next (param $fd i32) (result i32)  ;; a byte, -1 at the end
    (i32.store (i32.const 0) (i32.const 16))
    (i32.store (i32.const 4) (i32.const 1))
    (drop (call $fd_read (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8)))
    (if (result i32) (i32.load (i32.const 8)) (then (i32.load8_u (i32.const 16))) (else (i32.const -1))))
"""


def teller(pages: int = 0) -> str:
    """A program that says each byte of its standard input, numbered; at the end of a file it spins until there is more.

    It ends at ".", with a digit as its status, and traps at "!". `pages` of its memory are full of random numbers.
    """
    return f"""
(module $teller {_WASI}
  (memory (export "memory") {pages + 1})
  (global $count (mut i32) (i32.const 0))
  (global $random (mut i32) (i32.const 1)) {_INPUT_AND_OUTPUT}
  (func $fill (param $to i32)
    (loop $again
      (if (i32.gt_u (local.get $to) (i32.const 65536))
        (then
          (local.set $to (i32.sub (local.get $to) (i32.const 4)))
          (global.set $random (i32.add (i32.mul (global.get $random) (i32.const 1664525)) (i32.const 1013904223)))
          (i32.store (local.get $to) (i32.xor (global.get $random) (i32.shr_u (global.get $random) (i32.const 15))))
          (br $again)))))
  (func $spin (param $left i32) (result i32)
    (local $sum i32)
    (loop $again
      (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 1664525)) (local.get $left)))
      (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    (local.get $sum))
  (func $tell (param $byte i32)
    (i32.store8 (i32.const 20) (i32.add (i32.const 48) (global.get $count)))
    (i32.store8 (i32.const 21) (local.get $byte))
    (i32.store8 (i32.const 22) (i32.const 32))
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (call $write (i32.const 20) (i32.const 3)))
  (func $obey (param $byte i32)
    (call $tell (local.get $byte))
    (if (i32.eq (local.get $byte) (i32.const 33)) (then unreachable))
    (if (i32.lt_u (i32.sub (local.get $byte) (i32.const 48)) (i32.const 10))
      (then (call $proc_exit (i32.sub (local.get $byte) (i32.const 48))))))
  (func $main (export "_start") (local $byte i32)
    (call $fill (i32.const {(pages + 1) << 16}))
    (loop $again
      (drop (call $spin (i32.const 100000)))
      (br_if $again (i32.lt_s (local.tee $byte (call $next (i32.const 0))) (i32.const 0)))
      (call $obey (local.get $byte))
      (br_if $again (i32.ne (local.get $byte) (i32.const 46))))))
"""


# Deep recursion with much to do in all frames; says a number at each level's end.
NESTED = f"""
(module $nested {_WASI}
  (memory (export "memory") 1) {_INPUT_AND_OUTPUT}
  (func $say (param $value i32)
    (i32.store (i32.const 20) (i32.add (i32.const 0x41414141) (i32.and (local.get $value) (i32.const 0x0f0f0f0f))))
    (i32.store8 (i32.const 24) (i32.const 10))
    (call $write (i32.const 20) (i32.const 5)))
  (func $nest (export "nest") (param $depth i32) (param $value i32) (result i32)
    (local $left i32)
    (if (local.get $depth)
      (then
        (local.set $left (i32.const 2))
        (loop $again
          (local.set $value
            (i32.add
              (i32.mul (local.get $value) (i32.const 31))
              (call $nest (i32.sub (local.get $depth) (i32.const 1)) (i32.add (local.get $value) (local.get $left)))))
          (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
        (call $say (local.get $value))))
    (i32.xor (local.get $value) (i32.const 0x5555)))
  (func (export "_start") (call $say (call $nest (i32.const 5) (i32.const 1)))))
"""

# Copies the file `in` of its folder to `out` there, and says its arguments and environment at the end.
COPIER = f"""
(module $copier {_WASI}
  (memory (export "memory") 1)
  (data (i32.const 64) "in")
  (data (i32.const 68) "out") {_INPUT_AND_OUTPUT}
  (func $open (param $name i32) (param $size i32) (param $flags i32) (param $rights i64) (result i32)
    (if (call $path_open (i32.const 3) (i32.const 0) (local.get $name) (local.get $size) (local.get $flags)
          (local.get $rights) (i64.const 0) (i32.const 0) (i32.const 12))
      (then unreachable))
    (i32.load (i32.const 12)))
  (func $copy (param $from i32) (param $to i32)
    (loop $again
      (if (i32.ge_s (call $next (local.get $from)) (i32.const 0))
        (then
          (drop (call $fd_write (local.get $to) (i32.const 0) (i32.const 1) (i32.const 8)))
          (br $again)))))
  (func (export "_start")
    (call $copy
      (call $open (i32.const 64) (i32.const 2) (i32.const 0) (i64.const 2))
      (call $open (i32.const 68) (i32.const 3) (i32.const 9) (i64.const 64)))
    (drop (call $args_sizes_get (i32.const 32) (i32.const 36)))
    (drop (call $args_get (i32.const 1024) (i32.const 4096)))
    (call $write (i32.const 4096) (i32.load (i32.const 36)))
    (drop (call $environ_sizes_get (i32.const 32) (i32.const 36)))
    (drop (call $environ_get (i32.const 1024) (i32.const 4096)))
    (call $write (i32.const 4096) (i32.load (i32.const 36)))))
"""


def waiter(nanoseconds: int) -> str:
    """A program that waits until its standard input is readable, and then so many nanoseconds, if any."""
    return f"""
(module $waiter {_WASI}
  (memory (export "memory") 1)
  (data (i32.const 64) "ready slept ") {_INPUT_AND_OUTPUT}
  (func $poll (param $subscription i32)
    (if (call $poll_oneoff (local.get $subscription) (i32.const 256) (i32.const 1) (i32.const 8)) (then unreachable)))
  (func (export "_start")
    (i32.store8 (i32.const 136) (i32.const 1))  ;; descriptor 0, to read
    (i64.store (i32.const 216) (i64.const {nanoseconds}))  ;; timeout
    (i32.store (i32.const 208) (i32.const 1))  ;; the monotonic clock
    (call $poll (i32.const 128))
    (call $write (i32.const 64) (i32.const 6))
    (if (i64.ne (i64.load (i32.const 216)) (i64.const 0)) (then (call $poll (i32.const 192))))
    (call $write (i32.const 70) (i32.const 6))))
"""


# Its start function does what it does before _start.
STARTER = f"""
(module $starter {_WASI}
  (memory (export "memory") 1)
  (data (i32.const 64) "start main ") {_INPUT_AND_OUTPUT}
  (func $prepare (call $write (i32.const 64) (i32.const 6)) (call $write (i32.const 64) (i32.const 6)))
  (start $prepare)
  (func (export "_start") (call $write (i32.const 70) (i32.const 5)) (call $write (i32.const 70) (i32.const 5))))
"""

# Its start function is its _start too.
TWICE = f"""
(module $twice {_WASI}
  (memory (export "memory") 1)
  (data (i32.const 64) "one two ") {_INPUT_AND_OUTPUT}
  (func $both (export "_start") (call $write (i32.const 64) (i32.const 4)) (call $write (i32.const 68) (i32.const 4)))
  (start $both))
"""

(module
  ;; prelude
  ;; Forty operands of all types below a call, a loop, and a call in a loop: more than any set of registers holds.
  (func $wide (param $n i32) (result i32) (local $i i32)
    i32.const -20000000
    f32.const -4.63
    local.get $n
    i64.const 0x48d159e26af34
    f64.const -1.4641000000000004
    i64.const 0x6d3a06d3a06ce
    f64.const -1.7715610000000008
    i32.const -12999979
    f32.const -2.04
    local.get $n
    f32.const -1.2999999999999998
    local.get $n
    i64.const 0xeca8641fdb969
    f64.const -3.452271214393104
    i32.const -5999958
    f64.const -4.177248169415656
    i32.const -3999952
    f32.const 1.29
    local.get $n
    i64.const 0x16c16c16c16c04
    local.get $n
    i64.const 0x1907f6e5d4c39e
    f64.const -8.14027493868399
    i32.const 3000069
    f32.const 3.879999999999999
    i32.const 5000075
    f32.const 4.619999999999999
    local.get $n
    i64.const 0x20fedcba987639
    f64.const -15.863092971714952
    i64.const 0x23456789abcdd3
    f64.const -19.194342495775096
    i32.const 12000096
    f32.const 7.209999999999999
    local.get $n
    f32.const 7.949999999999999
    local.get $n
    i64.const 0x2b3c4d5e6f806e
    f64.const -37.40434344477363
    i32.const 19000117
    local.get $n
    call $pause
    local.set $i
    loop $again
      local.get $i
      i32.const 1
      i32.sub
      local.tee $i
      br_if $again
    end
    i64.const -7
    local.get $n
    local.set $i
    loop $turn (param i64) (result i64)
      local.get $i
      call $pause
      i64.extend_i32_u
      i64.mul
      local.get $i
      i32.const 1
      i32.sub
      local.tee $i
      br_if $turn
    end
    call $I
    call $i
    call $F
    call $I
    call $i
    call $f
    call $i
    call $f
    call $i
    call $F
    call $I
    i32.const 2
    call $pause
    drop
    call $F
    call $I
    call $i
    call $f
    call $i
    call $f
    call $i
    call $F
    call $I
    call $i
    call $I
    call $i
    call $f
    call $i
    i32.const 4
    call $pause
    drop
    call $F
    call $i
    call $F
    call $I
    call $i
    call $f
    call $i
    call $f
    call $i
    call $F
    call $I
    call $F
    i32.const 4
    call $pause
    drop
    call $I
    call $i
    call $f
    call $i
    local.get $i)
  (func (export "_start")
    (call $i (call $wide (i32.const 5)))
    (drop (call $emit))))

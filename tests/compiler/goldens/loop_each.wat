;;! checkpoint = "counter-loop"
;;! threshold_bits = 4
(module
  (import "env" "h" (func $h (param i32) (result i32)))
  ;; The loop's parameter goes round on the operand stack, above a value that waits below it.
  (func (param $n i32) (result i32)
    (i32.eqz (local.get $n))
    (i32.const 1)
    (loop $again (param i32) (result i32)
      (i32.mul (local.get $n))
      (call $h)
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br_if $again (local.get $n)))
    i32.add)
)

;; define hidden i32 @f1(ptr %ctx, i32 %p0) #0 {
;; entry:
;;   %code0.p = getelementptr inbounds i8, ptr %ctx, i64 96
;;   %code0 = load ptr, ptr %code0.p, align 8, !invariant.load !0
;;   %context0.p = getelementptr inbounds i8, ptr %ctx, i64 104
;;   %context0 = load ptr, ptr %context0.p, align 8, !invariant.load !0
;;   %poll = getelementptr inbounds i8, ptr %ctx, i64 8
;;   %c1 = icmp eq i32 %p0, 0
;;   %v1 = zext i1 %c1 to i32
;;   br label %b3
;; b3:
;;   %v4 = phi i32 [1, %entry], [%v7, %b20]
;;   %v5 = phi i32 [%p0, %entry], [%v17, %b20]
;;   %v6 = mul i32 %v4, %v5
;;   %v7 = call i32 %code0(ptr %context0, i32 %v6)
;;   %v9 = load volatile i32, ptr %poll, align 4
;;   %v10 = icmp eq i32 %v9, 0
;;   br i1 %v10, label %b8, label %b11, !prof !8
;; b8:
;;   %v17 = sub i32 %v5, 1
;;   %v18 = icmp ne i32 %v17, 0
;;   br i1 %v18, label %b2, label %b19
;; b19:
;;   %v29 = add i32 %v1, %v7
;;   ret i32 %v29
;; b11:
;;   %v12 = call preserve_allcc ptr @mvvm_stable_point(ptr %ctx, i64 5923)
;;   %v13 = icmp eq ptr %v12, null
;;   br i1 %v13, label %b8, label %b14, !prof !8
;; b14:
;;   %v15 = getelementptr inbounds i8, ptr %v12, i64 16
;;   store i32 %v7, ptr %v15, align 8
;;   %v16 = getelementptr inbounds i8, ptr %v12, i64 8
;;   store i32 %v5, ptr %v16, align 8
;;   store i32 %v1, ptr %v12, align 8
;;   br label %unwound
;; b23:
;;   %v24 = call preserve_allcc ptr @mvvm_stable_point(ptr %ctx, i64 5251)
;;   %v25 = icmp eq ptr %v24, null
;;   br i1 %v25, label %b20, label %b26, !prof !8
;; b26:
;;   %v27 = getelementptr inbounds i8, ptr %v24, i64 16
;;   store i32 %v17, ptr %v27, align 8
;;   %v28 = getelementptr inbounds i8, ptr %v24, i64 8
;;   store i32 %v7, ptr %v28, align 8
;;   store i32 %v1, ptr %v24, align 8
;;   br label %unwound
;; b2:
;;   %v21 = load volatile i32, ptr %poll, align 4
;;   %v22 = icmp eq i32 %v21, 0
;;   br i1 %v22, label %b20, label %b23, !prof !8
;; b20:
;;   br label %b3
;; unwound:
;;   ret i32 poison
;; }

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

;; define hidden i32 @f1(ptr swiftself %ctx, i32 %p0) #0 {
;; entry:
;;   %code0.p = getelementptr inbounds i8, ptr %ctx, i64 96
;;   %code0 = load ptr, ptr %code0.p, align 8, !invariant.load !0
;;   %context0.p = getelementptr inbounds i8, ptr %ctx, i64 104
;;   %context0 = load ptr, ptr %context0.p, align 8, !invariant.load !0
;;   %poll = getelementptr inbounds i8, ptr %ctx, i64 8
;;   %c1 = icmp eq i32 %p0, 0
;;   %v1 = zext i1 %c1 to i32
;;   br label %b2
;; b2:
;;   %v3 = phi i32 [1, %entry], [%v6, %b7]
;;   %v4 = phi i32 [%p0, %entry], [%v14, %b7]
;;   %v5 = mul i32 %v3, %v4
;;   %v6 = call i32 %code0(ptr swiftself %context0, i32 %v5)
;;   %v8 = load volatile i32, ptr %poll, align 4
;;   %v9 = icmp eq i32 %v8, 0
;;   br i1 %v9, label %b7, label %b10, !prof !8
;; b7:
;;   %v14 = sub i32 %v4, 1
;;   %v15 = icmp ne i32 %v14, 0
;;   br i1 %v15, label %b2, label %b16
;; b16:
;;   %v17 = add i32 %v1, %v6
;;   ret i32 %v17
;; b10:
;;   %v11 = call preserve_allcc ptr @mvvm_stable_point(ptr swiftself %ctx, i64 5923)
;;   %v12 = icmp eq ptr %v11, null
;;   br i1 %v12, label %b7, label %b13, !prof !8
;; b13:
;;   %v18 = getelementptr inbounds i8, ptr %v11, i64 16
;;   store i32 %v6, ptr %v18, align 8
;;   %v19 = getelementptr inbounds i8, ptr %v11, i64 8
;;   store i32 %v4, ptr %v19, align 8
;;   store i32 %v1, ptr %v11, align 8
;;   br label %unwound
;; unwound:
;;   ret i32 poison
;; }

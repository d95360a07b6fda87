;;! checkpoint = "counter-loop"
(module
  (import "wasi_snapshot_preview1" "h" (func $h (param i32) (result i32)))
  ;; The loop's parameter goes round on the operand stack, above a value that waits below it. Not each time passes the
  ;; stable point after the call.
  (func (param $n i32) (result i32)
    (i32.eqz (local.get $n))
    (i32.const 1)
    (loop $again (param i32) (result i32)
      (i32.mul (local.get $n))
      (if (param i32) (result i32) (i32.and (local.get $n) (i32.const 1))
        (then (call $h)))
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
;;   br label %b3
;; b3:
;;   %v4 = phi i32 [1, %entry], [%v19, %b23]
;;   %v5 = phi i32 [%p0, %entry], [%v20, %b23]
;;   %v6 = mul i32 %v4, %v5
;;   %v7 = and i32 %v5, 1
;;   %v8 = icmp ne i32 %v7, 0
;;   br i1 %v8, label %b10, label %b9
;; b10:
;;   %v11 = call i32 %code0(ptr swiftself %context0, i32 %v6)
;;   %v13 = load volatile i32, ptr %poll, align 4
;;   %v14 = icmp eq i32 %v13, 0
;;   br i1 %v14, label %b12, label %b15, !prof !8
;; b12:
;;   br label %b9
;; b9:
;;   %v19 = phi i32 [%v6, %b3], [%v11, %b12]
;;   %v20 = sub i32 %v5, 1
;;   %v21 = icmp ne i32 %v20, 0
;;   br i1 %v21, label %b2, label %b22
;; b22:
;;   %v30 = add i32 %v1, %v19
;;   ret i32 %v30
;; b15:
;;   %v16 = call preserve_allcc ptr @mvvm_stable_point(ptr swiftself %ctx, i64 9251)
;;   %v17 = icmp eq ptr %v16, null
;;   br i1 %v17, label %b12, label %b18, !prof !8
;; b26:
;;   %v27 = call preserve_allcc ptr @mvvm_stable_point(ptr swiftself %ctx, i64 7683)
;;   %v28 = icmp eq ptr %v27, null
;;   br i1 %v28, label %b23, label %b29, !prof !8
;; b2:
;;   %v24 = load volatile i32, ptr %poll, align 4
;;   %v25 = icmp eq i32 %v24, 0
;;   br i1 %v25, label %b23, label %b26, !prof !8
;; b23:
;;   br label %b3
;; b18:
;;   %v32 = getelementptr inbounds i8, ptr %v16, i64 16
;;   store i32 %v11, ptr %v32, align 8
;;   %v33 = getelementptr inbounds i8, ptr %v16, i64 8
;;   store i32 %v5, ptr %v33, align 8
;;   br label %b31
;; b29:
;;   %v34 = getelementptr inbounds i8, ptr %v27, i64 16
;;   store i32 %v20, ptr %v34, align 8
;;   %v35 = getelementptr inbounds i8, ptr %v27, i64 8
;;   store i32 %v19, ptr %v35, align 8
;;   br label %b31
;; b31:
;;   %v36 = phi ptr [%v16, %b18], [%v27, %b29]
;;   store i32 %v1, ptr %v36, align 8
;;   br label %unwound
;; unwound:
;;   ret i32 poison
;; }

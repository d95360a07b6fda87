;;! checkpoint = "counter-loop"
;;! threshold_bits = 4
(module
  (func $recursive (param i32) (result f64 i32)
    (drop (drop (call $recursive (local.get 0))))
    (f64.const 1.5) (i32.const 7))

  ;; Held over the call: a constant and the sum, which is also in local 1. Local 0 is dead, local 2 lives.
  (func $caller (param i32 i32 i64) (result i64)
    (i64.const -1)
    (local.tee 1 (i32.add (local.get 0) (local.get 1)))
    (call $recursive (local.get 0))
    drop drop
    (i32.add (local.get 1)) i64.extend_i32_u
    (i64.add (local.get 2)) i64.sub)
)

;; define hidden { double, i32 } @f0(ptr swiftself %ctx, i32 %p0) #0 {
;; entry:
;;   %poll = getelementptr inbounds i8, ptr %ctx, i64 8
;;   %v1 = call { double, i32 } @f0(ptr swiftself %ctx, i32 %p0)
;;   %v2 = extractvalue { double, i32 } %v1, 0
;;   %v3 = extractvalue { double, i32 } %v1, 1
;;   %v5 = load volatile i32, ptr %poll, align 4
;;   %v6 = icmp eq i32 %v5, 0
;;   br i1 %v6, label %b4, label %b7, !prof !8
;; b4:
;;   %v11 = insertvalue { double, i32 } poison, double 0x3FF8000000000000, 0
;;   %v12 = insertvalue { double, i32 } %v11, i32 7, 1
;;   ret { double, i32 } %v12
;; b7:
;;   %v8 = call preserve_allcc ptr @mvvm_stable_point(ptr swiftself %ctx, i64 4642)
;;   %v9 = icmp eq ptr %v8, null
;;   br i1 %v9, label %b4, label %b10, !prof !8
;; b10:
;;   %v13 = getelementptr inbounds i8, ptr %v8, i64 8
;;   store i32 %v3, ptr %v13, align 8
;;   store double %v2, ptr %v8, align 8
;;   br label %unwound
;; unwound:
;;   ret { double, i32 } poison
;; }
;;
;; define hidden i64 @f1(ptr swiftself %ctx, i32 %p0, i32 %p1, i64 %p2) #0 {
;; entry:
;;   %poll = getelementptr inbounds i8, ptr %ctx, i64 8
;;   %v1 = add i32 %p0, %p1
;;   %v2 = call { double, i32 } @f0(ptr swiftself %ctx, i32 %p0)
;;   %v3 = extractvalue { double, i32 } %v2, 0
;;   %v4 = extractvalue { double, i32 } %v2, 1
;;   %v6 = load volatile i32, ptr %poll, align 4
;;   %v7 = icmp eq i32 %v6, 0
;;   br i1 %v7, label %b5, label %b8, !prof !8
;; b5:
;;   %v12 = add i32 %v1, %v1
;;   %v13 = zext i32 %v12 to i64
;;   %v14 = add i64 %v13, %p2
;;   %v15 = sub i64 -1, %v14
;;   ret i64 %v15
;; b8:
;;   %v9 = call preserve_allcc ptr @mvvm_stable_point(ptr swiftself %ctx, i64 8356)
;;   %v10 = icmp eq ptr %v9, null
;;   br i1 %v10, label %b5, label %b11, !prof !8
;; b11:
;;   %v16 = getelementptr inbounds i8, ptr %v9, i64 24
;;   store i32 %v4, ptr %v16, align 8
;;   %v17 = getelementptr inbounds i8, ptr %v9, i64 16
;;   store double %v3, ptr %v17, align 8
;;   %v18 = getelementptr inbounds i8, ptr %v9, i64 8
;;   store i32 %v1, ptr %v18, align 8
;;   store i64 %p2, ptr %v9, align 8
;;   br label %unwound
;; unwound:
;;   ret i64 poison
;; }

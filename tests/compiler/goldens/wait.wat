;;! checkpoint = "counter-loop"
(module
  (memory 1 1 shared)
  (func (param $p i32) (param $left i64) (result i32)
    (i32.add (local.get $p)
      (memory.atomic.wait32 offset=4 (local.get $p) (i32.const 7) (local.get $left)))))

;; define hidden i32 @f0(ptr swiftself %ctx, i32 %p0, i64 %p1) #0 {
;; entry:
;;   %poll = getelementptr inbounds i8, ptr %ctx, i64 8
;;   %v1 = zext i32 %p0 to i64
;;   br label %b2
;; b2:
;;   %v3 = phi i64 [%p1, %entry], [%v4, %b5]
;;   %v6 = call i64 @mvvm_builtin(ptr swiftself %ctx, i32 8, i64 0, i64 %v1, i64 4, i64 7, i64 %v3)
;;   %v9 = icmp ult i64 %v6, 3
;;   br i1 %v9, label %b7, label %b8
;; b7:
;;   %v18 = trunc i64 %v6 to i32
;;   %v19 = add i32 %p0, %v18
;;   ret i32 %v19
;; b14:
;;   %v15 = call preserve_allcc ptr @mvvm_stable_point(ptr swiftself %ctx, i64 5122)
;;   %v16 = icmp eq ptr %v15, null
;;   br i1 %v16, label %b5, label %b17, !prof !8
;; b8:
;;   %v10 = icmp slt i64 %v3, 0
;;   %v11 = sub i64 %v6, 3
;;   %v4 = select i1 %v10, i64 %v3, i64 %v11
;;   %v12 = load volatile i32, ptr %poll, align 4
;;   %v13 = icmp eq i32 %v12, 0
;;   br i1 %v13, label %b5, label %b14, !prof !8
;; b5:
;;   br label %b2
;; b17:
;;   %v20 = getelementptr inbounds i8, ptr %v15, i64 8
;;   store i64 %v4, ptr %v20, align 8
;;   store i32 %p0, ptr %v15, align 8
;;   br label %unwound
;; unwound:
;;   ret i32 poison
;; }

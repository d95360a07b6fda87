;;! checkpoint = "counter-loop"
(module (memory 1)
  ;; What it reads decides whether it goes round: no strip, a stable point each time.
  (func (param $at i32) (result i32)
    (loop $again
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $again (i32.load8_u (local.get $at))))
    (local.get $at))
)

;; define hidden i32 @f0(ptr swiftself %ctx, i32 %p0) #0 {
;; entry:
;;   %mem0.p = getelementptr inbounds i8, ptr %ctx, i64 80
;;   %mem0 = load ptr, ptr %mem0.p, align 8, !invariant.load !0
;;   %poll = getelementptr inbounds i8, ptr %ctx, i64 8
;;   br label %b2
;; b2:
;;   %v3 = phi i32 [%p0, %entry], [%v4, %b10]
;;   %v4 = add i32 %v3, 1
;;   %a5.i = zext i32 %v4 to i64
;;   %a5 = getelementptr inbounds i8, ptr %mem0, i64 %a5.i
;;   %v6 = load i8, ptr %a5, align 1, !tbaa !2
;;   %v7 = zext i8 %v6 to i32
;;   %v8 = icmp ne i32 %v7, 0
;;   br i1 %v8, label %b1, label %b9
;; b9:
;;   ret i32 %v4
;; b13:
;;   %v14 = call preserve_allcc ptr @mvvm_stable_point(ptr swiftself %ctx, i64 3841)
;;   %v15 = icmp eq ptr %v14, null
;;   br i1 %v15, label %b10, label %b16, !prof !8
;; b1:
;;   %v11 = load volatile i32, ptr %poll, align 4
;;   %v12 = icmp eq i32 %v11, 0
;;   br i1 %v12, label %b10, label %b13, !prof !8
;; b10:
;;   br label %b2
;; b16:
;;   store i32 %v4, ptr %v14, align 8
;;   br label %unwound
;; unwound:
;;   ret i32 poison
;; }

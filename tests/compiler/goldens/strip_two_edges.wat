;;! checkpoint = "counter-loop"
;;! threshold_bits = 4
(module (memory 1)
  ;; Two edges go round, with different values.
  (func (param $at i32) (param $unused i64) (result i32) (local $sum i32)
    (loop $again
      (local.set $sum (i32.add (local.get $sum) (i32.load (local.get $at))))
      (local.set $at (i32.sub (local.get $at) (i32.const 4)))
      (br_if $again (i32.gt_u (local.get $at) (i32.const 64)))
      (local.set $sum (i32.mul (local.get $sum) (i32.const 3)))
      (br_if $again (local.get $at)))
    (local.get $sum))
)

;; define hidden i32 @f0(ptr swiftself %ctx, i32 %p0, i64 %p1) #0 {
;; entry:
;;   %mem0.p = getelementptr inbounds i8, ptr %ctx, i64 80
;;   %mem0 = load ptr, ptr %mem0.p, align 8, !invariant.load !0
;;   %poll = getelementptr inbounds i8, ptr %ctx, i64 8
;;   br label %b3
;; b3:
;;   %v4 = phi i32 [%p0, %entry], [%v12, %b22]
;;   %v5 = phi i32 [0, %entry], [%v18, %b22]
;;   br label %b2
;; b2:
;;   %v6 = phi i32 [%v4, %b3], [%v12, %b1]
;;   %v7 = phi i32 [%v5, %b3], [%v18, %b1]
;;   %v8 = phi i32 [0, %b3], [%v19, %b1]
;;   %a9.i = zext i32 %v6 to i64
;;   %a9 = getelementptr inbounds i8, ptr %mem0, i64 %a9.i
;;   %v10 = load i32, ptr %a9, align 1, !tbaa !2
;;   %v11 = add i32 %v7, %v10
;;   %v12 = sub i32 %v6, 4
;;   %c13 = icmp ugt i32 %v12, 64
;;   %v13 = zext i1 %c13 to i32
;;   br i1 %c13, label %b1, label %b14
;; b14:
;;   %v15 = mul i32 %v11, 3
;;   %v16 = icmp ne i32 %v12, 0
;;   br i1 %v16, label %b1, label %b17
;; b17:
;;   ret i32 %v15
;; b25:
;;   %v26 = call preserve_allcc ptr @mvvm_stable_point(ptr swiftself %ctx, i64 4226)
;;   %v27 = icmp eq ptr %v26, null
;;   br i1 %v27, label %b22, label %b28, !prof !8
;; b1:
;;   %v18 = phi i32 [%v11, %b2], [%v15, %b14]
;;   %v19 = add nuw nsw i32 %v8, 1
;;   %v20 = icmp ult i32 %v19, 16
;;   br i1 %v20, label %b2, label %b21
;; b21:
;;   %v23 = load volatile i32, ptr %poll, align 4
;;   %v24 = icmp eq i32 %v23, 0
;;   br i1 %v24, label %b22, label %b25, !prof !8
;; b22:
;;   br label %b3
;; b28:
;;   %v29 = getelementptr inbounds i8, ptr %v26, i64 8
;;   store i32 %v18, ptr %v29, align 8
;;   store i32 %v12, ptr %v26, align 8
;;   br label %unwound
;; unwound:
;;   ret i32 poison
;; }

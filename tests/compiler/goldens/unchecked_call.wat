;;! checkpoint = "counter-loop"
;;! threshold_bits = 4
(module
  (func $leaf (param i32) (result i32) (i32.mul (local.get 0) (local.get 0)))
  (func $calls (param i32) (result i32) (call $leaf (call $leaf (local.get 0))))

  ;; A loop that calls it is strip-mined.
  (func (param i32)
    (loop $again (br_if $again (call $calls (local.get 0)))))
)

;; define hidden i32 @f0(ptr %ctx, i32 %p0) #0 {
;; entry:
;;   %v1 = mul i32 %p0, %p0
;;   ret i32 %v1
;; }
;;
;; define hidden i32 @f1(ptr %ctx, i32 %p0) #0 {
;; entry:
;;   %v1 = call i32 @f0(ptr %ctx, i32 %p0)
;;   %v2 = call i32 @f0(ptr %ctx, i32 %v1)
;;   ret i32 %v2
;; }
;;
;; define hidden void @f2(ptr %ctx, i32 %p0) #0 {
;; entry:
;;   %poll = getelementptr inbounds i8, ptr %ctx, i64 8
;;   br label %b3
;; b3:
;;   br label %b2
;; b2:
;;   %v4 = phi i32 [0, %b3], [%v7, %b2]
;;   %v5 = call i32 @f1(ptr %ctx, i32 %p0)
;;   %v6 = icmp ne i32 %v5, 0
;;   %v7 = add nuw nsw i32 %v4, 1
;;   %v8 = icmp ult i32 %v7, 16
;;   %v9 = and i1 %v6, %v8
;;   br i1 %v9, label %b2, label %b10
;; b10:
;;   br i1 %v6, label %b12, label %b11, !prof !9
;; b11:
;;   ret void
;; b16:
;;   %v17 = call preserve_allcc ptr @mvvm_stable_point(ptr %ctx, i64 6145)
;;   %v18 = icmp eq ptr %v17, null
;;   br i1 %v18, label %b13, label %b19, !prof !8
;; b19:
;;   store i32 %p0, ptr %v17, align 8
;;   br label %unwound
;; b12:
;;   %v14 = load volatile i32, ptr %poll, align 4
;;   %v15 = icmp eq i32 %v14, 0
;;   br i1 %v15, label %b13, label %b16, !prof !8
;; b13:
;;   br label %b3
;; unwound:
;;   ret void
;; }

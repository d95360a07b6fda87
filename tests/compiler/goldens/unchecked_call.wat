;;! checkpoint = "counter-loop"
;;! threshold_bits = 4
(module
  (func $leaf (param i32) (result i32) (i32.mul (local.get 0) (local.get 0)))
  (func $calls (param i32) (result i32) (call $leaf (call $leaf (local.get 0))))

  ;; A loop that calls it is strip-mined.
  (func (param i32)
    (loop $again (br_if $again (call $calls (local.get 0)))))
)

;; define hidden i32 @f0(ptr swiftself %ctx, i32 %p0) #0 {
;; entry:
;;   %v1 = mul i32 %p0, %p0
;;   ret i32 %v1
;; }
;;
;; define hidden i32 @f1(ptr swiftself %ctx, i32 %p0) #0 {
;; entry:
;;   %v1 = call i32 @f0(ptr swiftself %ctx, i32 %p0)
;;   %v2 = call i32 @f0(ptr swiftself %ctx, i32 %v1)
;;   ret i32 %v2
;; }
;;
;; define hidden void @f2(ptr swiftself %ctx, i32 %p0) #0 {
;; entry:
;;   %poll = getelementptr inbounds i8, ptr %ctx, i64 8
;;   br label %b3
;; b3:
;;   br label %b2
;; b2:
;;   %v4 = phi i32 [0, %b3], [%v8, %b1]
;;   %v5 = call i32 @f1(ptr swiftself %ctx, i32 %p0)
;;   %v6 = icmp ne i32 %v5, 0
;;   br i1 %v6, label %b1, label %b7
;; b7:
;;   ret void
;; b14:
;;   %v15 = call preserve_allcc ptr @mvvm_stable_point(ptr swiftself %ctx, i64 6145)
;;   %v16 = icmp eq ptr %v15, null
;;   br i1 %v16, label %b11, label %b17, !prof !8
;; b1:
;;   %v8 = add nuw nsw i32 %v4, 1
;;   %v9 = icmp ult i32 %v8, 16
;;   br i1 %v9, label %b2, label %b10
;; b10:
;;   %v12 = load volatile i32, ptr %poll, align 4
;;   %v13 = icmp eq i32 %v12, 0
;;   br i1 %v13, label %b11, label %b14, !prof !8
;; b11:
;;   br label %b3
;; b17:
;;   store i32 %p0, ptr %v15, align 8
;;   br label %unwound
;; unwound:
;;   ret void
;; }

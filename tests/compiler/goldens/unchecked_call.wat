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
;;   br label %b2
;; b2:
;;   %v3 = call i32 @f1(ptr swiftself %ctx, i32 %p0)
;;   %v4 = icmp ne i32 %v3, 0
;;   br i1 %v4, label %b1, label %b5
;; b5:
;;   ret void
;; b9:
;;   %v10 = call preserve_allcc ptr @mvvm_stable_point(ptr swiftself %ctx, i64 6145)
;;   %v11 = icmp eq ptr %v10, null
;;   br i1 %v11, label %b6, label %b12, !prof !8
;; b1:
;;   %v7 = load volatile i32, ptr %poll, align 4
;;   %v8 = icmp eq i32 %v7, 0
;;   br i1 %v8, label %b6, label %b9, !prof !8
;; b6:
;;   br label %b2
;; b12:
;;   store i32 %p0, ptr %v10, align 8
;;   br label %unwound
;; unwound:
;;   ret void
;; }

(module
  (func (param $a i32) (param $b i64) (result i64)
    (local $unread i32)
    (if (local.get $a)
      (then
        (local.set $b (i64.add (local.get $b) (i64.const 1)))
        (local.set $unread (i32.const 5)))
      (else (local.set $b (i64.mul (local.get $b) (i64.const 2)))))
    (local.get $b))

  (func (param $a i32) (param $b i64) (result i64)
    (if (i32.eqz (local.get $a))
      (then (local.set $b (i64.const 7))))
    (local.get $b)))

;; define hidden i64 @f0(ptr swiftself %ctx, i32 %p0, i64 %p1) #0 {
;; entry:
;;   %v1 = icmp ne i32 %p0, 0
;;   br i1 %v1, label %b3, label %b2.else
;; b3:
;;   %v4 = add i64 %p1, 1
;;   br label %b2
;; b2.else:
;;   %v5 = mul i64 %p1, 2
;;   br label %b2
;; b2:
;;   %v6 = phi i64 [%v4, %b3], [%v5, %b2.else]
;;   ret i64 %v6
;; }
;;
;; define hidden i64 @f1(ptr swiftself %ctx, i32 %p0, i64 %p1) #0 {
;; entry:
;;   %c1 = icmp eq i32 %p0, 0
;;   %v1 = zext i1 %c1 to i32
;;   br i1 %c1, label %b3, label %b2
;; b3:
;;   br label %b2
;; b2:
;;   %v4 = phi i64 [%p1, %entry], [7, %b3]
;;   ret i64 %v4
;; }

(module
  (func (param i64 i64) (result i32)
    (if (i32.eqz (i64.lt_s (local.get 0) (local.get 1))) (then (return (i32.const 1))))
    (if (i32.eqz (i32.eqz (i64.eqz (local.get 0)))) (then (return (i32.const 2))))
    (i64.eq (local.get 0) (local.get 1))))

;; define hidden i32 @f0(ptr swiftself %ctx, i64 %p0, i64 %p1) #0 {
;; entry:
;;   %c1 = icmp slt i64 %p0, %p1
;;   %v1 = zext i1 %c1 to i32
;;   %c2 = xor i1 %c1, true
;;   %v2 = zext i1 %c2 to i32
;;   br i1 %c2, label %b4, label %b3
;; b4:
;;   br label %return
;; b3:
;;   %c5 = icmp eq i64 %p0, 0
;;   %v5 = zext i1 %c5 to i32
;;   %c6 = xor i1 %c5, true
;;   %v6 = zext i1 %c6 to i32
;;   %c7 = xor i1 %c6, true
;;   %v7 = zext i1 %c7 to i32
;;   br i1 %c7, label %b9, label %b8
;; b9:
;;   br label %return
;; b8:
;;   %c10 = icmp eq i64 %p0, %p1
;;   %v10 = zext i1 %c10 to i32
;;   br label %return
;; return:
;;   %v11 = phi i32 [1, %b4], [2, %b9], [%v10, %b8]
;;   ret i32 %v11
;; }

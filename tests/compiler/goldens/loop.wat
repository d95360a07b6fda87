(module
  (func $sum (param $n i32) (result i32)
    (local $total i32) (local $constant i32)
    (local.set $constant (local.get $n))
    (loop $again
      (local.set $total (i32.add (local.get $total) (local.get $constant)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $total))

  (func $never_repeated (result i32)
    (loop (result i32) (i32.const 3)))

  (func $endless (loop $again (br $again))))

;; define hidden i32 @f0(ptr swiftself %ctx, i32 %p0) #0 {
;; entry:
;;   br label %b1
;; b1:
;;   %v2 = phi i32 [%p0, %entry], [%v5, %b1]
;;   %v3 = phi i32 [0, %entry], [%v4, %b1]
;;   %v4 = add i32 %v3, %p0
;;   %v5 = sub i32 %v2, 1
;;   %v6 = icmp ne i32 %v5, 0
;;   br i1 %v6, label %b1, label %b7
;; b7:
;;   ret i32 %v4
;; }
;;
;; define hidden i32 @f1(ptr swiftself %ctx) #0 {
;; entry:
;;   ret i32 3
;; }
;;
;; define hidden void @f2(ptr swiftself %ctx) #0 {
;; entry:
;;   br label %b1
;; b1:
;;   br label %b1
;; }

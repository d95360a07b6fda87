(module
  (func (param $n i32) (result i32)
    (block $c (result i32)
      (block $b (result i32)
        (block $a (result i32)
          (br_table $a $b $a $c (i32.const 10) (local.get $n)))
        (i32.add (i32.const 1)))
      (i32.add (i32.const 2)))))

;; define hidden i32 @f0(ptr swiftself %ctx, i32 %p0) #0 {
;; entry:
;;   switch i32 %p0, label %b1 [i32 0, label %b3 i32 1, label %b2 i32 2, label %b3]
;; b3:
;;   %v4 = add i32 10, 1
;;   br label %b2
;; b2:
;;   %v5 = phi i32 [10, %entry], [%v4, %b3]
;;   %v6 = add i32 %v5, 2
;;   br label %b1
;; b1:
;;   %v7 = phi i32 [10, %entry], [%v6, %b2]
;;   ret i32 %v7
;; }

(module
  (func $swap (param i32 f64) (result f64 i32) (local.get 1) (local.get 0))
  (func (param $n i32) (result f64)
    (call $swap (local.get $n) (f64.const 1.5))
    (block $out (param f64 i32) (result f64)
      (drop)
      (br_if $out (local.get $n))
      (f64.neg)))
  (func $countdown (param $n i32) (result i32)
    (i32.const 0) (local.get $n)
    (loop $again (param i32 i32) (result i32)
      (local.set $n)
      (i32.add (i32.const 1))
      (i32.sub (local.get $n) (i32.const 1))
      (br_if $again (local.get $n))
      (drop))))

;; define hidden { double, i32 } @f0(ptr swiftself %ctx, i32 %p0, double %p1) #0 {
;; entry:
;;   %v1 = insertvalue { double, i32 } poison, double %p1, 0
;;   %v2 = insertvalue { double, i32 } %v1, i32 %p0, 1
;;   ret { double, i32 } %v2
;; }
;;
;; define hidden double @f1(ptr swiftself %ctx, i32 %p0) #0 {
;; entry:
;;   %v1 = call { double, i32 } @f0(ptr swiftself %ctx, i32 %p0, double 0x3FF8000000000000)
;;   %v2 = extractvalue { double, i32 } %v1, 0
;;   %v3 = extractvalue { double, i32 } %v1, 1
;;   %v5 = icmp ne i32 %p0, 0
;;   br i1 %v5, label %b4, label %b6
;; b6:
;;   %v7 = fneg double %v2
;;   br label %b4
;; b4:
;;   %v8 = phi double [%v2, %entry], [%v7, %b6]
;;   ret double %v8
;; }
;;
;; define hidden i32 @f2(ptr swiftself %ctx, i32 %p0) #0 {
;; entry:
;;   br label %b1
;; b1:
;;   %v2 = phi i32 [0, %entry], [%v4, %b1]
;;   %v3 = phi i32 [%p0, %entry], [%v5, %b1]
;;   %v4 = add i32 %v2, 1
;;   %v5 = sub i32 %v3, 1
;;   %v6 = icmp ne i32 %v3, 0
;;   br i1 %v6, label %b1, label %b7
;; b7:
;;   ret i32 %v4
;; }

(module
  (func (param i32) (result i32)
    (block (result i32)
      (if (local.get 0)
        (then (return (i32.const 1)) (drop (i32.add)))
        (else (unreachable) (block (br 0)) (loop (nop))))
      (unreachable)
      (i64.const 0) (drop) (select))))

;; define hidden i32 @f0(ptr swiftself %ctx, i32 %p0) #0 {
;; entry:
;;   %v2 = icmp ne i32 %p0, 0
;;   br i1 %v2, label %b4, label %b3.else
;; b4:
;;   br label %return
;; b3.else:
;;   br label %trap1
;; return:
;;   ret i32 1
;; trap1:
;;   call void @mvvm_trap(ptr swiftself %ctx, i32 1)
;;   unreachable
;; }

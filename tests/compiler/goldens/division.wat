(module
  (func (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
  (func (param i32 i32) (result i32) (i32.rem_s (local.get 0) (local.get 1)))
  (func (param i64 i64) (result i64) (i64.div_u (local.get 0) (local.get 1)))
  (func (param i32) (result i32) (i32.div_s (local.get 0) (i32.const 10)))
  (func (param i32) (result i32) (i32.div_s (local.get 0) (i32.const -1)))
  (func (param i64) (result i64) (i64.rem_s (local.get 0) (i64.const 0))))

;; define hidden i32 @f0(ptr swiftself %ctx, i32 %p0, i32 %p1) #0 {
;; entry:
;;   %v1 = icmp eq i32 %p1, 0
;;   br i1 %v1, label %trap4, label %b2
;; b2:
;;   %v3 = icmp eq i32 %p1, -1
;;   %v4 = icmp eq i32 %p0, -2147483648
;;   %v5 = and i1 %v3, %v4
;;   br i1 %v5, label %trap5, label %b6
;; b6:
;;   %v7 = sdiv i32 %p0, %p1
;;   ret i32 %v7
;; trap4:
;;   call void @mvvm_trap(ptr swiftself %ctx, i32 4)
;;   unreachable
;; trap5:
;;   call void @mvvm_trap(ptr swiftself %ctx, i32 5)
;;   unreachable
;; }
;;
;; define hidden i32 @f1(ptr swiftself %ctx, i32 %p0, i32 %p1) #0 {
;; entry:
;;   %v1 = icmp eq i32 %p1, 0
;;   br i1 %v1, label %trap4, label %b2
;; b2:
;;   %v3 = icmp eq i32 %p1, -1
;;   %v4 = select i1 %v3, i32 1, i32 %p1
;;   %v5 = srem i32 %p0, %v4
;;   ret i32 %v5
;; trap4:
;;   call void @mvvm_trap(ptr swiftself %ctx, i32 4)
;;   unreachable
;; }
;;
;; define hidden i64 @f2(ptr swiftself %ctx, i64 %p0, i64 %p1) #0 {
;; entry:
;;   %v1 = icmp eq i64 %p1, 0
;;   br i1 %v1, label %trap4, label %b2
;; b2:
;;   %v3 = udiv i64 %p0, %p1
;;   ret i64 %v3
;; trap4:
;;   call void @mvvm_trap(ptr swiftself %ctx, i32 4)
;;   unreachable
;; }
;;
;; define hidden i32 @f3(ptr swiftself %ctx, i32 %p0) #0 {
;; entry:
;;   %v1 = sdiv i32 %p0, 10
;;   ret i32 %v1
;; }
;;
;; define hidden i32 @f4(ptr swiftself %ctx, i32 %p0) #0 {
;; entry:
;;   %v1 = icmp eq i32 -1, -1
;;   %v2 = icmp eq i32 %p0, -2147483648
;;   %v3 = and i1 %v1, %v2
;;   br i1 %v3, label %trap5, label %b4
;; b4:
;;   %v5 = sdiv i32 %p0, -1
;;   ret i32 %v5
;; trap5:
;;   call void @mvvm_trap(ptr swiftself %ctx, i32 5)
;;   unreachable
;; }
;;
;; define hidden i64 @f5(ptr swiftself %ctx, i64 %p0) #0 {
;; entry:
;;   %v1 = icmp eq i64 0, 0
;;   br i1 %v1, label %trap4, label %b2
;; b2:
;;   %v3 = srem i64 %p0, 0
;;   ret i64 %v3
;; trap4:
;;   call void @mvvm_trap(ptr swiftself %ctx, i32 4)
;;   unreachable
;; }

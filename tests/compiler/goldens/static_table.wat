(module
  (type $t (func (param i32) (result i32)))
  (table 3 funcref) (elem (i32.const 1) $one)
  (func $one (type $t) (local.get 0))
  (func (param i32) (result i32) (call_indirect (type $t) (i32.const 7) (local.get 0))))

;; define hidden i32 @f0(ptr swiftself %ctx, i32 %p0) #0 {
;; entry:
;;   ret i32 %p0
;; }
;;
;; define hidden i32 @f1(ptr swiftself %ctx, i32 %p0) #0 {
;; entry:
;;   %v1 = icmp uge i32 %p0, 3
;;   br i1 %v1, label %trap11, label %b2
;; b2:
;;   %v3 = zext i32 %p0 to i64
;;   %v4 = getelementptr inbounds { i32, i32 }, ptr @mvvm_table0, i64 %v3
;;   %v5 = getelementptr inbounds i8, ptr %v4, i64 4
;;   %v6 = load i32, ptr %v5, align 4, !invariant.load !0
;;   %v7 = icmp ne i32 %v6, 0
;;   br i1 %v7, label %b8, label %b10
;; b10:
;;   %v11 = load i32, ptr %v4, align 4, !invariant.load !0
;;   %v12 = sext i32 %v11 to i64
;;   %v13 = getelementptr i8, ptr @mvvm_table0, i64 %v12
;;   %v14 = call i32 %v13(ptr swiftself %ctx, i32 7)
;;   ret i32 %v14
;; b8:
;;   %v9 = icmp eq i32 %v6, -1
;;   br i1 %v9, label %trap8, label %trap7
;; trap11:
;;   call void @mvvm_trap(ptr swiftself %ctx, i32 11)
;;   unreachable
;; trap8:
;;   call void @mvvm_trap(ptr swiftself %ctx, i32 8)
;;   unreachable
;; trap7:
;;   call void @mvvm_trap(ptr swiftself %ctx, i32 7)
;;   unreachable
;; }

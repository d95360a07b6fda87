(module
  (type $t (func (param i32) (result i32)))
  (table $grows 2 funcref)
  (table $fixed 2 2 funcref)
  (func (param i32) (result i32) (call_indirect $grows (type $t) (i32.const 7) (local.get 0)))
  (func (param i32) (result i32) (call_indirect $fixed (type $t) (i32.const 7) (local.get 0)))

  (func (drop (table.grow $grows (ref.null func) (i32.const 1))))
  (func (table.set $fixed (i32.const 0) (ref.null func))))

;; define hidden i32 @f0(ptr swiftself %ctx, i32 %p0) #0 {
;; entry:
;;   %length0.p = getelementptr inbounds i8, ptr %ctx, i64 88
;;   %length0 = load ptr, ptr %length0.p, align 8, !invariant.load !0
;;   %table0.p = getelementptr inbounds i8, ptr %ctx, i64 80
;;   %table0 = load ptr, ptr %table0.p, align 8, !invariant.load !0
;;   %type0 = getelementptr inbounds i8, ptr %ctx, i64 112
;;   %v1 = load i64, ptr %length0, align 8
;;   %v2 = trunc i64 %v1 to i32
;;   %v3 = icmp uge i32 %p0, %v2
;;   br i1 %v3, label %trap11, label %b4
;; b4:
;;   %v5 = zext i32 %p0 to i64
;;   %v6 = getelementptr inbounds ptr, ptr %table0, i64 %v5
;;   %v7 = load ptr, ptr %v6, align 8, !tbaa !6
;;   %v8 = getelementptr i8, ptr %v7, i64 16
;;   %v9 = load i32, ptr %v8, align 8, !invariant.load !0
;;   %v10 = load i32, ptr %type0, align 4, !invariant.load !0
;;   %v11 = icmp ne i32 %v9, %v10
;;   br i1 %v11, label %trap7, label %b12
;; b12:
;;   %v13 = load ptr, ptr %v7, align 8, !invariant.load !0
;;   %v14 = getelementptr i8, ptr %v7, i64 8
;;   %v15 = load ptr, ptr %v14, align 8, !invariant.load !0
;;   %v16 = call i32 %v13(ptr swiftself %v15, i32 7)
;;   ret i32 %v16
;; trap11:
;;   call void @mvvm_trap(ptr swiftself %ctx, i32 11)
;;   unreachable
;; trap7:
;;   call void @mvvm_trap(ptr swiftself %ctx, i32 7)
;;   unreachable
;; }
;;
;; define hidden i32 @f1(ptr swiftself %ctx, i32 %p0) #0 {
;; entry:
;;   %table1.p = getelementptr inbounds i8, ptr %ctx, i64 96
;;   %table1 = load ptr, ptr %table1.p, align 8, !invariant.load !0
;;   %type0 = getelementptr inbounds i8, ptr %ctx, i64 112
;;   %v1 = icmp uge i32 %p0, 2
;;   br i1 %v1, label %trap11, label %b2
;; b2:
;;   %v3 = zext i32 %p0 to i64
;;   %v4 = getelementptr inbounds ptr, ptr %table1, i64 %v3
;;   %v5 = load ptr, ptr %v4, align 8, !tbaa !6
;;   %v6 = getelementptr i8, ptr %v5, i64 16
;;   %v7 = load i32, ptr %v6, align 8, !invariant.load !0
;;   %v8 = load i32, ptr %type0, align 4, !invariant.load !0
;;   %v9 = icmp ne i32 %v7, %v8
;;   br i1 %v9, label %trap7, label %b10
;; b10:
;;   %v11 = load ptr, ptr %v5, align 8, !invariant.load !0
;;   %v12 = getelementptr i8, ptr %v5, i64 8
;;   %v13 = load ptr, ptr %v12, align 8, !invariant.load !0
;;   %v14 = call i32 %v11(ptr swiftself %v13, i32 7)
;;   ret i32 %v14
;; trap11:
;;   call void @mvvm_trap(ptr swiftself %ctx, i32 11)
;;   unreachable
;; trap7:
;;   call void @mvvm_trap(ptr swiftself %ctx, i32 7)
;;   unreachable
;; }
;;
;; define hidden void @f2(ptr swiftself %ctx) #0 {
;; entry:
;;   %v1 = ptrtoint ptr null to i64
;;   %v2 = call i64 @mvvm_builtin(ptr swiftself %ctx, i32 3, i64 0, i64 %v1, i64 1, i64 0, i64 0)
;;   %v3 = trunc i64 %v2 to i32
;;   ret void
;; }
;;
;; define hidden void @f3(ptr swiftself %ctx) #0 {
;; entry:
;;   %table1.p = getelementptr inbounds i8, ptr %ctx, i64 96
;;   %table1 = load ptr, ptr %table1.p, align 8, !invariant.load !0
;;   %v1 = icmp uge i32 0, 2
;;   br i1 %v1, label %trap3, label %b2
;; b2:
;;   %v3 = getelementptr inbounds ptr, ptr %table1, i64 0
;;   store ptr null, ptr %v3, align 8, !tbaa !6
;;   ret void
;; trap3:
;;   call void @mvvm_trap(ptr swiftself %ctx, i32 3)
;;   unreachable
;; }

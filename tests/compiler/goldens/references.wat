(module
  (table $f (export "f") 1 funcref)
  (table $x (export "x") 1 externref)
  (func $self (export "self") (result i32)
    (table.set $f (i32.const 0) (ref.func $self))
    (table.set $x (i32.const 0) (ref.null extern))
    (drop (table.grow $f (ref.null func) (i32.const 2)))
    (i32.add
      (table.size $x)
      (ref.is_null (table.get $f (i32.const 1))))))

;; define hidden i32 @f0(ptr swiftself %ctx) #0 {
;; entry:
;;   %func0 = getelementptr inbounds i8, ptr %ctx, i64 128
;;   %length0.p = getelementptr inbounds i8, ptr %ctx, i64 88
;;   %length0 = load ptr, ptr %length0.p, align 8, !invariant.load !0
;;   %table0.p = getelementptr inbounds i8, ptr %ctx, i64 80
;;   %table0 = load ptr, ptr %table0.p, align 8, !invariant.load !0
;;   %length1.p = getelementptr inbounds i8, ptr %ctx, i64 104
;;   %length1 = load ptr, ptr %length1.p, align 8, !invariant.load !0
;;   %table1.p = getelementptr inbounds i8, ptr %ctx, i64 96
;;   %table1 = load ptr, ptr %table1.p, align 8, !invariant.load !0
;;   %v1 = load i64, ptr %length0, align 8
;;   %v2 = trunc i64 %v1 to i32
;;   %v3 = icmp uge i32 0, %v2
;;   br i1 %v3, label %trap3, label %b4
;; b4:
;;   %v5 = getelementptr inbounds ptr, ptr %table0, i64 0
;;   store ptr %func0, ptr %v5, align 8, !tbaa !6
;;   %v6 = load i64, ptr %length1, align 8
;;   %v7 = trunc i64 %v6 to i32
;;   %v8 = icmp uge i32 0, %v7
;;   br i1 %v8, label %trap3, label %b9
;; b9:
;;   %v10 = getelementptr inbounds ptr, ptr %table1, i64 0
;;   store i64 0, ptr %v10, align 8, !tbaa !6
;;   %v11 = ptrtoint ptr null to i64
;;   %v12 = call i64 @mvvm_builtin(ptr swiftself %ctx, i32 3, i64 0, i64 %v11, i64 2, i64 0, i64 0)
;;   %v13 = trunc i64 %v12 to i32
;;   %v14 = load i64, ptr %length1, align 8
;;   %v15 = trunc i64 %v14 to i32
;;   %v16 = load i64, ptr %length0, align 8
;;   %v17 = trunc i64 %v16 to i32
;;   %v18 = icmp uge i32 1, %v17
;;   br i1 %v18, label %trap3, label %b19
;; b19:
;;   %v20 = getelementptr inbounds ptr, ptr %table0, i64 1
;;   %v21 = load ptr, ptr %v20, align 8, !tbaa !6
;;   %v22 = icmp eq ptr %v21, null
;;   %v23 = zext i1 %v22 to i32
;;   %v24 = add i32 %v15, %v23
;;   ret i32 %v24
;; trap3:
;;   call void @mvvm_trap(ptr swiftself %ctx, i32 3)
;;   unreachable
;; }

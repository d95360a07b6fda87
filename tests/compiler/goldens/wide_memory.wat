(module
  (memory i64 1)
  (memory $narrow 1)
  (table $t i64 2 8 funcref)
  (type $f (func))
  (func (param $p i64) (param $q i64) (result i64)
    (i64.store offset=8 (local.get $p) (i64.load (local.get $q)))
    (i64.store (i64.add (local.get $p) (i64.const 16)) (i64.const 1))
    (i64.store offset=0x1_0000_0000 (local.get $p) (i64.const 2))
    (i32.store8 (i64.const 0x10_0000_0000) (i32.const 3))
    (memory.copy 0 $narrow (local.get $p) (i32.const 0) (i32.const 8))
    (call_indirect $t (type $f) (local.get $q))
    (i64.add (memory.grow (local.get $p)) (i64.add (memory.size) (table.size $t))))

  (func (drop (table.grow $t (ref.null func) (i64.const 1)))))

;; define hidden i64 @f0(ptr swiftself %ctx, i64 %p0, i64 %p1) #0 {
;; entry:
;;   %mem0.p = getelementptr inbounds i8, ptr %ctx, i64 80
;;   %mem0 = load ptr, ptr %mem0.p, align 8, !invariant.load !0
;;   %pages0.p = getelementptr inbounds i8, ptr %ctx, i64 88
;;   %pages0 = load ptr, ptr %pages0.p, align 8, !invariant.load !0
;;   %pages1.p = getelementptr inbounds i8, ptr %ctx, i64 104
;;   %pages1 = load ptr, ptr %pages1.p, align 8, !invariant.load !0
;;   %mem1.p = getelementptr inbounds i8, ptr %ctx, i64 96
;;   %mem1 = load ptr, ptr %mem1.p, align 8, !invariant.load !0
;;   %length0.p = getelementptr inbounds i8, ptr %ctx, i64 120
;;   %length0 = load ptr, ptr %length0.p, align 8, !invariant.load !0
;;   %table0.p = getelementptr inbounds i8, ptr %ctx, i64 112
;;   %table0 = load ptr, ptr %table0.p, align 8, !invariant.load !0
;;   %type0 = getelementptr inbounds i8, ptr %ctx, i64 128
;;   %v1 = icmp uge i64 %p1, 68719476736
;;   br i1 %v1, label %trap2, label %b2
;; b2:
;;   %v3 = getelementptr inbounds i8, ptr %mem0, i64 %p1
;;   %v4 = load i64, ptr %v3, align 1, !tbaa !2
;;   %v5 = icmp uge i64 %p0, 68719476736
;;   br i1 %v5, label %trap2, label %b6
;; b6:
;;   %v7 = getelementptr inbounds i8, ptr %mem0, i64 %p0
;;   %v8 = getelementptr inbounds i8, ptr %v7, i64 8
;;   store i64 %v4, ptr %v8, align 1, !tbaa !2
;;   %v9 = add i64 %p0, 16
;;   %v10 = getelementptr inbounds i8, ptr %v7, i64 16
;;   store i64 1, ptr %v10, align 1, !tbaa !2
;;   %v11 = getelementptr inbounds i8, ptr %mem0, i64 4294967296
;;   %v12 = icmp uge i64 %p0, 64424509440
;;   br i1 %v12, label %trap2, label %b13
;; b13:
;;   %v14 = getelementptr inbounds i8, ptr %v11, i64 %p0
;;   store i64 2, ptr %v14, align 1, !tbaa !2
;;   br i1 true, label %trap2, label %b15
;; b15:
;;   %v16 = trunc i32 3 to i8
;;   store i8 %v16, ptr %mem0, align 1, !tbaa !2
;;   %v17 = load i64, ptr %pages0, align 8
;;   %v18 = shl i64 %v17, 16
;;   %v19 = icmp ugt i64 %p0, %v18
;;   br i1 %v19, label %trap2, label %b20
;; b20:
;;   %v21 = sub i64 %v18, %p0
;;   %v22 = icmp ugt i64 8, %v21
;;   br i1 %v22, label %trap2, label %b23
;; b23:
;;   %v24 = getelementptr i8, ptr %mem0, i64 %p0
;;   %v25 = load i64, ptr %pages1, align 8
;;   %v26 = shl i64 %v25, 16
;;   %v27 = add i64 0, 8
;;   %v28 = icmp ugt i64 %v27, %v26
;;   br i1 %v28, label %trap2, label %b29
;; b29:
;;   %v30 = getelementptr i8, ptr %mem1, i64 0
;;   call void @llvm.memmove.p0.p0.i64(ptr %v24, ptr %v30, i64 8, i1 false)
;;   %v31 = load i64, ptr %length0, align 8
;;   %v32 = icmp uge i64 %p1, %v31
;;   br i1 %v32, label %trap11, label %b33
;; b33:
;;   %v34 = getelementptr inbounds ptr, ptr %table0, i64 %p1
;;   %v35 = load ptr, ptr %v34, align 8, !tbaa !6
;;   %v36 = getelementptr i8, ptr %v35, i64 16
;;   %v37 = load i32, ptr %v36, align 8, !invariant.load !0
;;   %v38 = load i32, ptr %type0, align 4, !invariant.load !0
;;   %v39 = icmp ne i32 %v37, %v38
;;   br i1 %v39, label %trap7, label %b40
;; b40:
;;   %v41 = load ptr, ptr %v35, align 8, !invariant.load !0
;;   %v42 = getelementptr i8, ptr %v35, i64 8
;;   %v43 = load ptr, ptr %v42, align 8, !invariant.load !0
;;   call void %v41(ptr swiftself %v43)
;;   %v44 = call i64 @mvvm_builtin(ptr swiftself %ctx, i32 0, i64 0, i64 %p0, i64 0, i64 0, i64 0)
;;   %v45 = icmp eq i64 %v44, 9223372036854775807
;;   %v46 = select i1 %v45, i64 -1, i64 %v44
;;   %v47 = load i64, ptr %pages0, align 8
;;   %v48 = load i64, ptr %length0, align 8
;;   %v49 = add i64 %v47, %v48
;;   %v50 = add i64 %v46, %v49
;;   ret i64 %v50
;; trap2:
;;   call void @mvvm_trap(ptr swiftself %ctx, i32 2)
;;   unreachable
;; trap11:
;;   call void @mvvm_trap(ptr swiftself %ctx, i32 11)
;;   unreachable
;; trap7:
;;   call void @mvvm_trap(ptr swiftself %ctx, i32 7)
;;   unreachable
;; }
;;
;; define hidden void @f1(ptr swiftself %ctx) #0 {
;; entry:
;;   %v1 = ptrtoint ptr null to i64
;;   %v2 = call i64 @mvvm_builtin(ptr swiftself %ctx, i32 3, i64 0, i64 %v1, i64 1, i64 0, i64 0)
;;   %v3 = icmp eq i64 %v2, 9223372036854775807
;;   %v4 = select i1 %v3, i64 -1, i64 %v2
;;   ret void
;; }

(module
  (memory 1)
  (data $d "data")
  (func (param $to i32) (param $from i32) (param $size i32) (result i32)
    (memory.copy (local.get $to) (local.get $from) (local.get $size))
    (memory.fill (local.get $to) (i32.const 0xff) (i32.const 16))
    (memory.init $d (local.get $to) (i32.const 0) (i32.const 4))
    (data.drop $d)
    (i32.add (memory.grow (i32.const 1)) (memory.size))))

;; define hidden i32 @f0(ptr swiftself %ctx, i32 %p0, i32 %p1, i32 %p2) #0 {
;; entry:
;;   %pages0.p = getelementptr inbounds i8, ptr %ctx, i64 88
;;   %pages0 = load ptr, ptr %pages0.p, align 8, !invariant.load !0
;;   %mem0.p = getelementptr inbounds i8, ptr %ctx, i64 80
;;   %mem0 = load ptr, ptr %mem0.p, align 8, !invariant.load !0
;;   %v1 = zext i32 %p2 to i64
;;   %v2 = zext i32 %p1 to i64
;;   %v3 = zext i32 %p0 to i64
;;   %v4 = load i64, ptr %pages0, align 8
;;   %v5 = shl i64 %v4, 16
;;   %v6 = add i64 %v3, %v1
;;   %v7 = icmp ugt i64 %v6, %v5
;;   br i1 %v7, label %trap2, label %b8
;; b8:
;;   %v9 = getelementptr i8, ptr %mem0, i64 %v3
;;   %v10 = load i64, ptr %pages0, align 8
;;   %v11 = shl i64 %v10, 16
;;   %v12 = add i64 %v2, %v1
;;   %v13 = icmp ugt i64 %v12, %v11
;;   br i1 %v13, label %trap2, label %b14
;; b14:
;;   %v15 = getelementptr i8, ptr %mem0, i64 %v2
;;   call void @llvm.memmove.p0.p0.i64(ptr %v9, ptr %v15, i64 %v1, i1 false)
;;   %v16 = trunc i32 255 to i8
;;   %v17 = zext i32 %p0 to i64
;;   %v18 = load i64, ptr %pages0, align 8
;;   %v19 = shl i64 %v18, 16
;;   %v20 = add i64 %v17, 16
;;   %v21 = icmp ugt i64 %v20, %v19
;;   br i1 %v21, label %trap2, label %b22
;; b22:
;;   %v23 = getelementptr i8, ptr %mem0, i64 %v17
;;   call void @llvm.memset.p0.i64(ptr %v23, i8 %v16, i64 16, i1 false)
;;   %v24 = zext i32 %p0 to i64
;;   %v25 = call i64 @mvvm_builtin(ptr swiftself %ctx, i32 1, i64 0, i64 0, i64 %v24, i64 0, i64 4)
;;   %v26 = call i64 @mvvm_builtin(ptr swiftself %ctx, i32 2, i64 0, i64 0, i64 0, i64 0, i64 0)
;;   %v27 = call i64 @mvvm_builtin(ptr swiftself %ctx, i32 0, i64 0, i64 1, i64 0, i64 0, i64 0)
;;   %v28 = trunc i64 %v27 to i32
;;   %v29 = load i64, ptr %pages0, align 8
;;   %v30 = trunc i64 %v29 to i32
;;   %v31 = add i32 %v28, %v30
;;   ret i32 %v31
;; trap2:
;;   call void @mvvm_trap(ptr swiftself %ctx, i32 2)
;;   unreachable
;; }

(module
  (type $n (func (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "h" (func $h (type $n)))
  (table $t 1 1 funcref)
  (elem (table $t) (i32.const 0) func $a)
  (func $a (type $n) (return_call $b (local.get 0) (i64.const 2)))
  (func $b (param i32 i64) (result i32) (return_call_indirect $t (type $n) (local.get 0) (i32.const 0)))
  (func $c (type $n) (return_call $h (local.get 0))))

;; define hidden tailcc i32 @t1(ptr swiftself %ctx, i32 %p0) noinline #0 {
;; entry:
;;   %v1 = musttail call tailcc i32 @t2(ptr swiftself %ctx, i32 %p0, i64 2)
;;   ret i32 %v1
;; }
;;
;; define hidden i32 @f1(ptr swiftself %ctx, i32 %p0) #0 {
;; entry:
;;   %thread = load ptr, ptr %ctx
;;   %r = call tailcc i32 @t1(ptr swiftself %ctx, i32 %p0)
;;   %thunk_field = getelementptr i8, ptr %thread, i64 65856
;;   %thunk = load volatile ptr, ptr %thunk_field
;;   %done = icmp eq ptr %thunk, null
;;   br i1 %done, label %return, label %hop, !prof !8
;; return:
;;   ret i32 %r
;; hop:
;;   %h = call i32 @mvvm_hops_i(ptr swiftself %ctx)
;;   ret i32 %h
;; }
;;
;; define hidden tailcc i32 @t2(ptr swiftself %ctx, i32 %p0, i64 %p1) noinline #0 {
;; entry:
;;   %table0.p = getelementptr inbounds i8, ptr %ctx, i64 80
;;   %table0 = load ptr, ptr %table0.p, align 8, !invariant.load !0
;;   %type0 = getelementptr inbounds i8, ptr %ctx, i64 96
;;   %v1 = icmp uge i32 0, 1
;;   br i1 %v1, label %trap11, label %b2
;; b2:
;;   %v3 = getelementptr inbounds ptr, ptr %table0, i64 0
;;   %v4 = load ptr, ptr %v3, align 8, !tbaa !6
;;   %v5 = getelementptr i8, ptr %v4, i64 16
;;   %v6 = load i32, ptr %v5, align 8, !invariant.load !0
;;   %v7 = load i32, ptr %type0, align 4, !invariant.load !0
;;   %v8 = icmp ne i32 %v6, %v7
;;   br i1 %v8, label %trap7, label %b9
;; b9:
;;   %v10 = load ptr, ptr %v4, align 8, !invariant.load !0
;;   %v11 = getelementptr i8, ptr %v4, i64 8
;;   %v12 = load ptr, ptr %v11, align 8, !invariant.load !0
;;   %v13 = getelementptr i8, ptr %v4, i64 20
;;   %v14 = load i32, ptr %v13, align 4, !invariant.load !0
;;   %v15 = icmp slt i32 %v14, 0
;;   br i1 %v15, label %b16, label %b17
;; b17:
;;   %v18 = call i32 %v10(ptr swiftself %v12, i32 %p0)
;;   ret i32 %v18
;; b16:
;;   %v19 = and i32 %v14, 2147483647
;;   %v20 = zext i32 %v19 to i64
;;   %v21 = shl i64 %v20, 3
;;   %v24 = icmp eq ptr %v12, %ctx
;;   br i1 %v24, label %b22, label %b23
;; b22:
;;   %v25 = getelementptr i8, ptr %ctx, i64 216
;;   %v26 = getelementptr i8, ptr %v25, i64 %v21
;;   %v27 = load ptr, ptr %v26, align 8, !invariant.load !0
;;   %v28 = musttail call tailcc i32 %v27(ptr swiftself %ctx, i32 %p0)
;;   ret i32 %v28
;; b23:
;;   %v29 = getelementptr i8, ptr %v12, i64 12
;;   %v30 = load i32, ptr %v29, align 4, !invariant.load !0
;;   %v31 = zext i32 %v30 to i64
;;   %v32 = getelementptr i8, ptr %v12, i64 %v31
;;   %v33 = getelementptr i8, ptr %v32, i64 %v21
;;   %v34 = load ptr, ptr %v33, align 8, !invariant.load !0
;;   %v35 = load ptr, ptr %ctx, align 8
;;   %v36 = getelementptr i8, ptr %v35, i64 65880
;;   store i32 %p0, ptr %v36, align 8
;;   %v37 = load ptr, ptr %ctx, align 8
;;   %v38 = getelementptr i8, ptr %v37, i64 65864
;;   store volatile ptr %v34, ptr %v38, align 8
;;   %v39 = getelementptr i8, ptr %v37, i64 65872
;;   store volatile ptr %v12, ptr %v39, align 8
;;   %v40 = getelementptr i8, ptr %v37, i64 65856
;;   store volatile ptr @mvvm_pass_i_i, ptr %v40, align 8
;;   br label %unwound
;; trap11:
;;   call void @mvvm_trap(ptr swiftself %ctx, i32 11)
;;   unreachable
;; trap7:
;;   call void @mvvm_trap(ptr swiftself %ctx, i32 7)
;;   unreachable
;; unwound:
;;   ret i32 poison
;; }
;;
;; define hidden i32 @f2(ptr swiftself %ctx, i32 %p0, i64 %p1) #0 {
;; entry:
;;   %thread = load ptr, ptr %ctx
;;   %r = call tailcc i32 @t2(ptr swiftself %ctx, i32 %p0, i64 %p1)
;;   %thunk_field = getelementptr i8, ptr %thread, i64 65856
;;   %thunk = load volatile ptr, ptr %thunk_field
;;   %done = icmp eq ptr %thunk, null
;;   br i1 %done, label %return, label %hop, !prof !8
;; return:
;;   ret i32 %r
;; hop:
;;   %h = call i32 @mvvm_hops_i(ptr swiftself %ctx)
;;   ret i32 %h
;; }
;;
;; define hidden tailcc i32 @t3(ptr swiftself %ctx, i32 %p0) noinline #0 {
;; entry:
;;   %func0 = getelementptr inbounds i8, ptr %ctx, i64 112
;;   %v1 = load ptr, ptr %func0, align 8, !invariant.load !0
;;   %v2 = getelementptr i8, ptr %func0, i64 8
;;   %v3 = load ptr, ptr %v2, align 8, !invariant.load !0
;;   %v4 = getelementptr i8, ptr %func0, i64 20
;;   %v5 = load i32, ptr %v4, align 4, !invariant.load !0
;;   %v6 = icmp slt i32 %v5, 0
;;   br i1 %v6, label %b7, label %b8
;; b8:
;;   %v9 = call i32 %v1(ptr swiftself %v3, i32 %p0)
;;   ret i32 %v9
;; b7:
;;   %v10 = and i32 %v5, 2147483647
;;   %v11 = zext i32 %v10 to i64
;;   %v12 = shl i64 %v11, 3
;;   %v15 = icmp eq ptr %v3, %ctx
;;   br i1 %v15, label %b13, label %b14
;; b13:
;;   %v16 = getelementptr i8, ptr %ctx, i64 216
;;   %v17 = getelementptr i8, ptr %v16, i64 %v12
;;   %v18 = load ptr, ptr %v17, align 8, !invariant.load !0
;;   %v19 = musttail call tailcc i32 %v18(ptr swiftself %ctx, i32 %p0)
;;   ret i32 %v19
;; b14:
;;   %v20 = getelementptr i8, ptr %v3, i64 12
;;   %v21 = load i32, ptr %v20, align 4, !invariant.load !0
;;   %v22 = zext i32 %v21 to i64
;;   %v23 = getelementptr i8, ptr %v3, i64 %v22
;;   %v24 = getelementptr i8, ptr %v23, i64 %v12
;;   %v25 = load ptr, ptr %v24, align 8, !invariant.load !0
;;   %v26 = load ptr, ptr %ctx, align 8
;;   %v27 = getelementptr i8, ptr %v26, i64 65880
;;   store i32 %p0, ptr %v27, align 8
;;   %v28 = load ptr, ptr %ctx, align 8
;;   %v29 = getelementptr i8, ptr %v28, i64 65864
;;   store volatile ptr %v25, ptr %v29, align 8
;;   %v30 = getelementptr i8, ptr %v28, i64 65872
;;   store volatile ptr %v3, ptr %v30, align 8
;;   %v31 = getelementptr i8, ptr %v28, i64 65856
;;   store volatile ptr @mvvm_pass_i_i, ptr %v31, align 8
;;   br label %unwound
;; unwound:
;;   ret i32 poison
;; }
;;
;; define hidden i32 @f3(ptr swiftself %ctx, i32 %p0) #0 {
;; entry:
;;   %thread = load ptr, ptr %ctx
;;   %r = call tailcc i32 @t3(ptr swiftself %ctx, i32 %p0)
;;   %thunk_field = getelementptr i8, ptr %thread, i64 65856
;;   %thunk = load volatile ptr, ptr %thunk_field
;;   %done = icmp eq ptr %thunk, null
;;   br i1 %done, label %return, label %hop, !prof !8
;; return:
;;   ret i32 %r
;; hop:
;;   %h = call i32 @mvvm_hops_i(ptr swiftself %ctx)
;;   ret i32 %h
;; }

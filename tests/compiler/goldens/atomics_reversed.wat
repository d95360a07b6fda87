;;! architecture = "s390x"
(module
  (memory 1)
  (func (param $p i32) (param $x i64) (result i64)
    (i64.atomic.store16 offset=2 (local.get $p) (local.get $x))
    (drop (i32.atomic.rmw.cmpxchg (local.get $p) (i32.const 0) (i32.const 1)))
    (atomic.fence)
    (i64.add (i64.atomic.rmw.add offset=8 (local.get $p) (local.get $x)) (i64.atomic.load8_u (local.get $p)))))

;; define hidden i64 @f0(ptr swiftself %ctx, i32 %p0, i64 %p1) #0 {
;; entry:
;;   %mem0.p = getelementptr inbounds i8, ptr %ctx, i64 80
;;   %mem0 = load ptr, ptr %mem0.p, align 8, !invariant.load !0
;;   %v1 = trunc i64 %p1 to i16
;;   %v2 = call i16 @llvm.bswap.i16(i16 %v1)
;;   %v3 = and i32 %p0, 1
;;   %v4 = icmp ne i32 %v3, 0
;;   br i1 %v4, label %trap13, label %b5
;; b5:
;;   %a6.i = zext i32 %p0 to i64
;;   %a6 = getelementptr inbounds i8, ptr %mem0, i64 %a6.i
;;   %v7 = getelementptr inbounds i8, ptr %a6, i64 2
;;   store atomic i16 %v2, ptr %v7 seq_cst, align 2
;;   %v8 = call i32 @llvm.bswap.i32(i32 1)
;;   %v9 = call i32 @llvm.bswap.i32(i32 0)
;;   %v10 = and i32 %p0, 3
;;   %v11 = icmp ne i32 %v10, 0
;;   br i1 %v11, label %trap13, label %b12
;; b12:
;;   %v13 = cmpxchg ptr %a6, i32 %v9, i32 %v8 seq_cst seq_cst, align 4
;;   %v14 = extractvalue { i32, i1 } %v13, 0
;;   %v15 = call i32 @llvm.bswap.i32(i32 %v14)
;;   fence seq_cst
;;   %v16 = and i32 %p0, 7
;;   %v17 = icmp ne i32 %v16, 0
;;   br i1 %v17, label %trap13, label %b18
;; b18:
;;   %v19 = getelementptr inbounds i8, ptr %a6, i64 8
;;   %v20 = load atomic i64, ptr %v19 seq_cst, align 8
;;   br label %b21
;; b21:
;;   %v23 = phi i64 [%v20, %b18], [%v24, %b21]
;;   %v25 = call i64 @llvm.bswap.i64(i64 %v23)
;;   %v26 = add i64 %v25, %p1
;;   %v27 = call i64 @llvm.bswap.i64(i64 %v26)
;;   %v28 = cmpxchg ptr %v19, i64 %v23, i64 %v27 seq_cst seq_cst, align 8
;;   %v24 = extractvalue { i64, i1 } %v28, 0
;;   %v29 = extractvalue { i64, i1 } %v28, 1
;;   br i1 %v29, label %b22, label %b21
;; b22:
;;   %v30 = call i64 @llvm.bswap.i64(i64 %v23)
;;   %v31 = load atomic i8, ptr %a6 seq_cst, align 1
;;   %v32 = zext i8 %v31 to i64
;;   %v33 = add i64 %v30, %v32
;;   ret i64 %v33
;; trap13:
;;   call void @mvvm_trap(ptr swiftself %ctx, i32 13)
;;   unreachable
;; }

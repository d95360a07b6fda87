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
;;   %v2 = and i32 %p0, 1
;;   %v3 = icmp ne i32 %v2, 0
;;   br i1 %v3, label %trap13, label %b4
;; b4:
;;   %a5.i = zext i32 %p0 to i64
;;   %a5 = getelementptr inbounds i8, ptr %mem0, i64 %a5.i
;;   %v6 = getelementptr inbounds i8, ptr %a5, i64 2
;;   store atomic i16 %v1, ptr %v6 seq_cst, align 2
;;   %v7 = and i32 %p0, 3
;;   %v8 = icmp ne i32 %v7, 0
;;   br i1 %v8, label %trap13, label %b9
;; b9:
;;   %v10 = cmpxchg ptr %a5, i32 0, i32 1 seq_cst seq_cst, align 4
;;   %v11 = extractvalue { i32, i1 } %v10, 0
;;   fence seq_cst
;;   %v12 = and i32 %p0, 7
;;   %v13 = icmp ne i32 %v12, 0
;;   br i1 %v13, label %trap13, label %b14
;; b14:
;;   %v15 = getelementptr inbounds i8, ptr %a5, i64 8
;;   %v16 = atomicrmw add ptr %v15, i64 %p1 seq_cst, align 8
;;   %v17 = load atomic i8, ptr %a5 seq_cst, align 1
;;   %v18 = zext i8 %v17 to i64
;;   %v19 = add i64 %v16, %v18
;;   ret i64 %v19
;; trap13:
;;   call void @mvvm_trap(ptr swiftself %ctx, i32 13)
;;   unreachable
;; }

;;! checkpoint = "counter-loop"
;;! threshold_bits = 4
(module
  (type $t (func (param i64) (result i64)))
  (table $fixed 2 funcref) (elem (table $fixed) (i32.const 0) func $leaf)
  (table $t (export "t") 2 funcref)
  (func $leaf (type $t) (local.get 0))

  ;; Anything may be in this table.
  (func (type $t) (i64.add (local.get 0) (call_indirect $t (type $t) (i64.const 1) (i32.const 0))))

  ;; All that is in this one cannot suspend: no check.
  (func (type $t) (i64.add (local.get 0) (call_indirect $fixed (type $t) (i64.const 1) (i32.const 0))))
)

;; define hidden i64 @f0(ptr swiftself %ctx, i64 %p0) #0 {
;; entry:
;;   ret i64 %p0
;; }
;;
;; define hidden i64 @f1(ptr swiftself %ctx, i64 %p0) #0 {
;; entry:
;;   %length1.p = getelementptr inbounds i8, ptr %ctx, i64 104
;;   %length1 = load ptr, ptr %length1.p, align 8, !invariant.load !0
;;   %table1.p = getelementptr inbounds i8, ptr %ctx, i64 96
;;   %table1 = load ptr, ptr %table1.p, align 8, !invariant.load !0
;;   %type0 = getelementptr inbounds i8, ptr %ctx, i64 112
;;   %poll = getelementptr inbounds i8, ptr %ctx, i64 8
;;   %v1 = load i64, ptr %length1, align 8
;;   %v2 = trunc i64 %v1 to i32
;;   %v3 = icmp uge i32 0, %v2
;;   br i1 %v3, label %trap11, label %b4
;; b4:
;;   %v5 = getelementptr inbounds ptr, ptr %table1, i64 0
;;   %v6 = load ptr, ptr %v5, align 8, !tbaa !6
;;   %v7 = getelementptr i8, ptr %v6, i64 16
;;   %v8 = load i32, ptr %v7, align 8, !invariant.load !0
;;   %v9 = load i32, ptr %type0, align 4, !invariant.load !0
;;   %v10 = icmp ne i32 %v8, %v9
;;   br i1 %v10, label %trap7, label %b11
;; b11:
;;   %v12 = load ptr, ptr %v6, align 8, !invariant.load !0
;;   %v13 = getelementptr i8, ptr %v6, i64 8
;;   %v14 = load ptr, ptr %v13, align 8, !invariant.load !0
;;   %v15 = call i64 %v12(ptr swiftself %v14, i64 1)
;;   %v17 = load volatile i32, ptr %poll, align 4
;;   %v29 = load ptr, ptr %ctx, align 8
;;   %v30 = getelementptr i8, ptr %v29, i64 81880
;;   %v31 = load i64, ptr %v30, align 8
;;   %v32 = zext i32 %v17 to i64
;;   %v33 = or i64 %v31, %v32
;;   %v34 = icmp eq i64 %v33, 0
;;   br i1 %v34, label %b16, label %b19, !prof !8
;; b16:
;;   %v38 = add i64 %p0, %v15
;;   ret i64 %v38
;; b19:
;;   %v21 = load ptr, ptr %ctx, align 8
;;   %v22 = getelementptr i8, ptr %v21, i64 81880
;;   %v23 = load i64, ptr %v22, align 8
;;   %v24 = icmp ne i64 %v23, 0
;;   br i1 %v24, label %b20, label %b18
;; b20:
;;   %v25 = load ptr, ptr %ctx, align 8
;;   %v26 = getelementptr i8, ptr %v25, i64 81888
;;   %v27 = load ptr, ptr %v26, align 8
;;   %v28 = getelementptr i8, ptr %v27, i64 10
;;   store volatile i16 0, ptr %v28, align 2
;;   br label %throwing
;; b18:
;;   %v35 = call preserve_allcc ptr @mvvm_stable_point(ptr swiftself %ctx, i64 8354)
;;   %v36 = icmp eq ptr %v35, null
;;   br i1 %v36, label %b16, label %b37, !prof !8
;; trap11:
;;   call void @mvvm_trap(ptr swiftself %ctx, i32 11)
;;   unreachable
;; trap7:
;;   call void @mvvm_trap(ptr swiftself %ctx, i32 7)
;;   unreachable
;; b37:
;;   %v39 = getelementptr inbounds i8, ptr %v35, i64 8
;;   store i64 %v15, ptr %v39, align 8
;;   store i64 %p0, ptr %v35, align 8
;;   br label %unwound
;; throwing:
;;   %throwing.thread = load ptr, ptr %ctx, align 8
;;   %throwing.context = getelementptr i8, ptr %throwing.thread, i64 81888
;;   store ptr %ctx, ptr %throwing.context, align 8
;;   %throwing.word = getelementptr inbounds i8, ptr %ctx, i64 10
;;   store volatile i16 1, ptr %throwing.word, align 2
;;   br label %unwound
;; unwound:
;;   ret i64 poison
;; }
;;
;; define hidden i64 @f2(ptr swiftself %ctx, i64 %p0) #0 {
;; entry:
;;   %v1 = icmp uge i32 0, 2
;;   br i1 %v1, label %trap11, label %b2
;; b2:
;;   %v3 = zext i32 0 to i64
;;   %v4 = getelementptr inbounds { i32, i32 }, ptr @mvvm_table0, i64 %v3
;;   %v5 = getelementptr inbounds i8, ptr %v4, i64 4
;;   %v6 = load i32, ptr %v5, align 4, !invariant.load !0
;;   %v7 = icmp ne i32 %v6, 0
;;   br i1 %v7, label %b8, label %b10
;; b10:
;;   %v11 = load i32, ptr %v4, align 4, !invariant.load !0
;;   %v12 = sext i32 %v11 to i64
;;   %v13 = getelementptr i8, ptr @mvvm_table0, i64 %v12
;;   %v14 = call i64 %v13(ptr swiftself %ctx, i64 1)
;;   %v15 = add i64 %p0, %v14
;;   ret i64 %v15
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

;;! checkpoint = "function"
(module
  (tag $t (param i32))
  (func $throws (param i32) (throw $t (local.get 0)))
  (func $catches (param i32) (result i32)
    (block $h (result i32)
      (try_table (catch $t $h) (call $throws (local.get 0)))
      (i32.const 0))))

;; define hidden void @f0(ptr swiftself %ctx, i32 %p0) #0 {
;; entry:
;;   %tag0 = getelementptr inbounds i8, ptr %ctx, i64 152
;;   %v1 = load ptr, ptr %ctx, align 8
;;   %v2 = getelementptr i8, ptr %v1, i64 81896
;;   store i32 %p0, ptr %v2, align 8
;;   %v3 = load ptr, ptr %tag0, align 8, !invariant.load !0
;;   %v4 = load ptr, ptr %ctx, align 8
;;   %v5 = getelementptr i8, ptr %v4, i64 81880
;;   store ptr %v3, ptr %v5, align 8
;;   br label %throwing
;; throwing:
;;   %throwing.thread = load ptr, ptr %ctx, align 8
;;   %throwing.context = getelementptr i8, ptr %throwing.thread, i64 81888
;;   store ptr %ctx, ptr %throwing.context, align 8
;;   %throwing.word = getelementptr inbounds i8, ptr %ctx, i64 10
;;   store volatile i16 1, ptr %throwing.word, align 2
;;   br label %unwound
;; unwound:
;;   ret void
;; }
;;
;; define hidden i32 @f1(ptr swiftself %ctx, i32 %p0) #0 {
;; entry:
;;   %poll = getelementptr inbounds i8, ptr %ctx, i64 8
;;   %tag0 = getelementptr inbounds i8, ptr %ctx, i64 152
;;   %throwing_field = getelementptr inbounds i8, ptr %ctx, i64 10
;;   call void @f0(ptr swiftself %ctx, i32 %p0)
;;   %v5 = load volatile i32, ptr %poll, align 4
;;   %v9 = icmp eq i32 %v5, 0
;;   br i1 %v9, label %b4, label %b6, !prof !8
;; b4:
;;   br label %b1
;; b1:
;;   %v22 = phi i32 [%v19, %b13], [0, %b4]
;;   ret i32 %v22
;; b6:
;;   %v8 = icmp uge i32 %v5, 65536
;;   br i1 %v8, label %b7, label %b4
;; b7:
;;   br label %b3
;; b3:
;;   %v10 = load ptr, ptr %ctx, align 8
;;   %v11 = getelementptr i8, ptr %v10, i64 81880
;;   %v12 = load ptr, ptr %v11, align 8
;;   %v15 = load ptr, ptr %tag0, align 8, !invariant.load !0
;;   %v16 = icmp eq ptr %v12, %v15
;;   br i1 %v16, label %b13, label %b14
;; b13:
;;   %v17 = load ptr, ptr %ctx, align 8
;;   %v18 = getelementptr i8, ptr %v17, i64 81896
;;   %v19 = load i32, ptr %v18, align 8
;;   %v20 = load ptr, ptr %ctx, align 8
;;   %v21 = getelementptr i8, ptr %v20, i64 81880
;;   store ptr null, ptr %v21, align 8
;;   store volatile i16 0, ptr %throwing_field, align 2
;;   br label %b1
;; b14:
;;   br label %throwing
;; throwing:
;;   %throwing.thread = load ptr, ptr %ctx, align 8
;;   %throwing.context = getelementptr i8, ptr %throwing.thread, i64 81888
;;   store ptr %ctx, ptr %throwing.context, align 8
;;   %throwing.word = getelementptr inbounds i8, ptr %ctx, i64 10
;;   store volatile i16 1, ptr %throwing.word, align 2
;;   br label %unwound
;; unwound:
;;   ret i32 poison
;; }

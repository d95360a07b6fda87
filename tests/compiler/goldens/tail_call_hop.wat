;;! architecture = "s390x"
(module
  (func $f (param i32) (return_call $g (local.get 0) (i64.const 5)))
  (func $g (param i32 i64)))

;; define hidden void @t0(ptr swiftself %ctx, i32 %p0) noinline #0 {
;; entry:
;;   %v1 = load ptr, ptr %ctx, align 8
;;   %v2 = getelementptr i8, ptr %v1, i64 65880
;;   store i32 %p0, ptr %v2, align 8
;;   %v3 = load ptr, ptr %ctx, align 8
;;   %v4 = getelementptr i8, ptr %v3, i64 65896
;;   store i64 5, ptr %v4, align 8
;;   %v5 = load ptr, ptr %ctx, align 8
;;   %v6 = getelementptr i8, ptr %v5, i64 65864
;;   store volatile ptr @t1, ptr %v6, align 8
;;   %v7 = getelementptr i8, ptr %v5, i64 65872
;;   store volatile ptr %ctx, ptr %v7, align 8
;;   %v8 = getelementptr i8, ptr %v5, i64 65856
;;   store volatile ptr @mvvm_pass_iI_, ptr %v8, align 8
;;   br label %unwound
;; unwound:
;;   ret void
;; }
;;
;; define hidden void @f0(ptr swiftself %ctx, i32 %p0) #0 {
;; entry:
;;   %thread = load ptr, ptr %ctx
;;   call void @t0(ptr swiftself %ctx, i32 %p0)
;;   %thunk_field = getelementptr i8, ptr %thread, i64 65856
;;   %thunk = load volatile ptr, ptr %thunk_field
;;   %done = icmp eq ptr %thunk, null
;;   br i1 %done, label %return, label %hop, !prof !8
;; return:
;;   ret void
;; hop:
;;   call void @mvvm_hops_(ptr swiftself %ctx)
;;   ret void
;; }
;;
;; define hidden void @t1(ptr swiftself %ctx, i32 %p0, i64 %p1) noinline #0 {
;; entry:
;;   ret void
;; }
;;
;; define hidden void @f1(ptr swiftself %ctx, i32 %p0, i64 %p1) #0 {
;; entry:
;;   %thread = load ptr, ptr %ctx
;;   call void @t1(ptr swiftself %ctx, i32 %p0, i64 %p1)
;;   %thunk_field = getelementptr i8, ptr %thread, i64 65856
;;   %thunk = load volatile ptr, ptr %thunk_field
;;   %done = icmp eq ptr %thunk, null
;;   br i1 %done, label %return, label %hop, !prof !8
;; return:
;;   ret void
;; hop:
;;   call void @mvvm_hops_(ptr swiftself %ctx)
;;   ret void
;; }

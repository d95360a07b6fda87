(module
  (func $f (param i32 i32 i32 i32 i32 i32 i64 f64)
    (return_call $f (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4) (i32.const 5) (i32.const 6) (i64.const 7)
      (f64.const 8))))

;; define hidden tailcc void @t0(ptr swiftself %ctx, i32 %p0, i32 %p1, i32 %p2, i32 %p3, i32 %p4, i32 %p5, double %p7) noinline #0 {
;; entry:
;;   %thread = load ptr, ptr %ctx, align 8
;;   %p6.p = getelementptr i8, ptr %thread, i64 65976
;;   %p6 = load i64, ptr %p6.p, align 8
;;   %v1 = load ptr, ptr %ctx, align 8
;;   %v2 = getelementptr i8, ptr %v1, i64 65976
;;   store i64 7, ptr %v2, align 8
;;   musttail call tailcc void @t0(ptr swiftself %ctx, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, double 0x4020000000000000)
;;   ret void
;; }
;;
;; define hidden void @f0(ptr swiftself %ctx, i32 %p0, i32 %p1, i32 %p2, i32 %p3, i32 %p4, i32 %p5, i64 %p6, double %p7) #0 {
;; entry:
;;   %thread = load ptr, ptr %ctx
;;   %p6.p = getelementptr i8, ptr %thread, i64 65976
;;   store i64 %p6, ptr %p6.p, align 8
;;   call tailcc void @t0(ptr swiftself %ctx, i32 %p0, i32 %p1, i32 %p2, i32 %p3, i32 %p4, i32 %p5, double %p7)
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

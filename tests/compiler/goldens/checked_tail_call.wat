;;! checkpoint = "counter-loop"
(module
  (func $f (param i32 i64) (result i64)
    (if (i32.eqz (local.get 0)) (then (return (local.get 1))))
    (return_call $f (i32.sub (local.get 0) (i32.const 1)) (i64.const 5))))

;; define hidden tailcc i64 @t0(ptr swiftself %ctx, i32 %p0, i64 %p1) noinline #0 {
;; entry:
;;   %poll = getelementptr inbounds i8, ptr %ctx, i64 8
;;   %c1 = icmp eq i32 %p0, 0
;;   %v1 = zext i1 %c1 to i32
;;   br i1 %c1, label %b3, label %b2
;; b3:
;;   br label %return
;; b2:
;;   %v4 = sub i32 %p0, 1
;;   %v6 = load volatile i32, ptr %poll, align 4
;;   %v7 = icmp eq i32 %v6, 0
;;   br i1 %v7, label %b5, label %b8, !prof !8
;; b5:
;;   %v12 = musttail call tailcc i64 @t0(ptr swiftself %ctx, i32 %v4, i64 5)
;;   ret i64 %v12
;; return:
;;   ret i64 %p1
;; b8:
;;   %v9 = call preserve_allcc ptr @mvvm_stable_point(ptr swiftself %ctx, i64 5409)
;;   %v10 = icmp eq ptr %v9, null
;;   br i1 %v10, label %b5, label %b11, !prof !8
;; b11:
;;   store i32 %v4, ptr %v9, align 8
;;   br label %unwound
;; unwound:
;;   ret i64 poison
;; }
;;
;; define hidden i64 @f0(ptr swiftself %ctx, i32 %p0, i64 %p1) #0 {
;; entry:
;;   %thread = load ptr, ptr %ctx
;;   %r = call tailcc i64 @t0(ptr swiftself %ctx, i32 %p0, i64 %p1)
;;   %thunk_field = getelementptr i8, ptr %thread, i64 65856
;;   %thunk = load volatile ptr, ptr %thunk_field
;;   %done = icmp eq ptr %thunk, null
;;   br i1 %done, label %return, label %hop, !prof !8
;; return:
;;   ret i64 %r
;; hop:
;;   %h = call i64 @mvvm_hops_I(ptr swiftself %ctx)
;;   ret i64 %h
;; }

;;! checkpoint = "counter-loop"
(module
  (import "wasi_snapshot_preview1" "h" (func $h (param i32) (result i32)))
  ;; No stable point of the loop's own: each time round passes the one after the call.
  (func (param $n i32) (result i32)
    (i32.const 1)
    (loop $again (param i32) (result i32)
      (i32.mul (local.get $n))
      (call $h)
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br_if $again (local.get $n))))
)

;; define hidden i32 @f1(ptr swiftself %ctx, i32 %p0) #0 {
;; entry:
;;   %code0.p = getelementptr inbounds i8, ptr %ctx, i64 96
;;   %code0 = load ptr, ptr %code0.p, align 8, !invariant.load !0
;;   %context0.p = getelementptr inbounds i8, ptr %ctx, i64 104
;;   %context0 = load ptr, ptr %context0.p, align 8, !invariant.load !0
;;   %poll = getelementptr inbounds i8, ptr %ctx, i64 8
;;   br label %b1
;; b1:
;;   %v2 = phi i32 [1, %entry], [%v5, %b6]
;;   %v3 = phi i32 [%p0, %entry], [%v13, %b6]
;;   %v4 = mul i32 %v2, %v3
;;   %v5 = call i32 %code0(ptr swiftself %context0, i32 %v4)
;;   %v7 = load volatile i32, ptr %poll, align 4
;;   %v8 = icmp eq i32 %v7, 0
;;   br i1 %v8, label %b6, label %b9, !prof !8
;; b6:
;;   %v13 = sub i32 %v3, 1
;;   %v14 = icmp ne i32 %v13, 0
;;   br i1 %v14, label %b1, label %b15
;; b15:
;;   ret i32 %v5
;; b9:
;;   %v10 = call preserve_allcc ptr @mvvm_stable_point(ptr swiftself %ctx, i64 7970)
;;   %v11 = icmp eq ptr %v10, null
;;   br i1 %v11, label %b6, label %b12, !prof !8
;; b12:
;;   %v16 = getelementptr inbounds i8, ptr %v10, i64 8
;;   store i32 %v5, ptr %v16, align 8
;;   store i32 %v3, ptr %v10, align 8
;;   br label %unwound
;; unwound:
;;   ret i32 poison
;; }

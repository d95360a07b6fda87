;;! checkpoint = "counter-loop"
;;! threshold_bits = 4
(module
  (import "wasi_snapshot_preview1" "h" (func $h (param i32 f64) (result f64)))
  (import "wasi_snapshot_preview1" "g" (func $g))
  (func (param i32 f64) (result f64)
    (f64.add (local.get 1) (call $h (i32.const 3) (f64.const 0))))

  ;; Nothing is live.
  (func (call $g))
)

;; define hidden double @f2(ptr swiftself %ctx, i32 %p0, double %p1) #0 {
;; entry:
;;   %code0.p = getelementptr inbounds i8, ptr %ctx, i64 96
;;   %code0 = load ptr, ptr %code0.p, align 8, !invariant.load !0
;;   %context0.p = getelementptr inbounds i8, ptr %ctx, i64 104
;;   %context0 = load ptr, ptr %context0.p, align 8, !invariant.load !0
;;   %poll = getelementptr inbounds i8, ptr %ctx, i64 8
;;   %v1 = call double %code0(ptr swiftself %context0, i32 3, double 0x0000000000000000)
;;   %v3 = load volatile i32, ptr %poll, align 4
;;   %v4 = icmp eq i32 %v3, 0
;;   br i1 %v4, label %b2, label %b5, !prof !8
;; b2:
;;   %v9 = fadd double %p1, %v1
;;   ret double %v9
;; b5:
;;   %v6 = call preserve_allcc ptr @mvvm_stable_point(ptr swiftself %ctx, i64 12834)
;;   %v7 = icmp eq ptr %v6, null
;;   br i1 %v7, label %b2, label %b8, !prof !8
;; b8:
;;   %v10 = getelementptr inbounds i8, ptr %v6, i64 8
;;   store double %v1, ptr %v10, align 8
;;   store double %p1, ptr %v6, align 8
;;   br label %unwound
;; unwound:
;;   ret double poison
;; }
;;
;; define hidden void @f3(ptr swiftself %ctx) #0 {
;; entry:
;;   %code1.p = getelementptr inbounds i8, ptr %ctx, i64 120
;;   %code1 = load ptr, ptr %code1.p, align 8, !invariant.load !0
;;   %context1.p = getelementptr inbounds i8, ptr %ctx, i64 128
;;   %context1 = load ptr, ptr %context1.p, align 8, !invariant.load !0
;;   %poll = getelementptr inbounds i8, ptr %ctx, i64 8
;;   call void %code1(ptr swiftself %context1)
;;   %v2 = load volatile i32, ptr %poll, align 4
;;   %v3 = icmp eq i32 %v2, 0
;;   br i1 %v3, label %b1, label %b4, !prof !8
;; b1:
;;   ret void
;; b4:
;;   %v5 = call preserve_allcc ptr @mvvm_stable_point(ptr swiftself %ctx, i64 13600)
;;   %v6 = icmp eq ptr %v5, null
;;   br i1 %v6, label %b1, label %b7, !prof !8
;; b7:
;;   br label %unwound
;; unwound:
;;   ret void
;; }

(module
  (import "wasi_snapshot_preview1" "host" (func $host (param i32 f64) (result f64)))
  (func $callee (param i64))
  (func (result f64)
    (call $callee (i64.const -1))
    (call $host (i32.const 2) (call $host (i32.const 1) (f64.const nan)))))

;; define hidden void @f1(ptr swiftself %ctx, i64 %p0) #0 {
;; entry:
;;   ret void
;; }
;;
;; define hidden double @f2(ptr swiftself %ctx) #0 {
;; entry:
;;   %code0.p = getelementptr inbounds i8, ptr %ctx, i64 96
;;   %code0 = load ptr, ptr %code0.p, align 8, !invariant.load !0
;;   %context0.p = getelementptr inbounds i8, ptr %ctx, i64 104
;;   %context0 = load ptr, ptr %context0.p, align 8, !invariant.load !0
;;   call void @f1(ptr swiftself %ctx, i64 -1)
;;   %v1 = call double %code0(ptr swiftself %context0, i32 1, double 0x7FF8000000000000)
;;   %v2 = call double %code0(ptr swiftself %context0, i32 2, double %v1)
;;   ret double %v2
;; }

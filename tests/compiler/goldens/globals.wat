(module
  (import "env" "imported" (global $imported (mut i64)))
  (import "env" "constant" (global $constant f32))
  (global $own (mut f64) (f64.const 0))
  (global $fixed i32 (i32.const 9))
  (func (result i32)
    (global.set $imported (i64.add (global.get $imported) (i64.const 1)))
    (global.set $own (f64.promote_f32 (global.get $constant)))
    (global.get $fixed)))

;; define hidden i32 @f0(ptr swiftself %ctx) #0 {
;; entry:
;;   %global0.p = getelementptr inbounds i8, ptr %ctx, i64 80
;;   %global0 = load ptr, ptr %global0.p, align 8, !invariant.load !0
;;   %global1.p = getelementptr inbounds i8, ptr %ctx, i64 96
;;   %global1 = load ptr, ptr %global1.p, align 8, !invariant.load !0
;;   %global2 = getelementptr inbounds i8, ptr %ctx, i64 112
;;   %global3 = getelementptr inbounds i8, ptr %ctx, i64 128
;;   %v1 = load i64, ptr %global0, align 8, !tbaa !4
;;   %v2 = add i64 %v1, 1
;;   store i64 %v2, ptr %global0, align 8, !tbaa !4
;;   %v3 = load float, ptr %global1, align 8, !invariant.load !0
;;   %v4 = fpext float %v3 to double
;;   store double %v4, ptr %global2, align 8, !tbaa !4
;;   %v5 = load i32, ptr %global3, align 8, !invariant.load !0
;;   ret i32 %v5
;; }

(module
  (func (param f64) (result i32) (i32.trunc_f64_s (local.get 0)))
  (func (param f32) (result i64) (i64.trunc_f32_u (local.get 0)))
  (func (param f32) (result i32) (i32.trunc_sat_f32_s (local.get 0))))

;; define hidden i32 @f0(ptr swiftself %ctx, double %p0) #0 {
;; entry:
;;   %v1 = fcmp uno double %p0, 0.0
;;   br i1 %v1, label %trap6, label %b2
;; b2:
;;   %v3 = fcmp ogt double %p0, 0xC1E0000000200000
;;   %v4 = fcmp olt double %p0, 0x41E0000000000000
;;   %v5 = and i1 %v3, %v4
;;   %v6 = xor i1 %v5, true
;;   br i1 %v6, label %trap5, label %b7
;; b7:
;;   %v8 = fptosi double %p0 to i32
;;   ret i32 %v8
;; trap6:
;;   call void @mvvm_trap(ptr swiftself %ctx, i32 6)
;;   unreachable
;; trap5:
;;   call void @mvvm_trap(ptr swiftself %ctx, i32 5)
;;   unreachable
;; }
;;
;; define hidden i64 @f1(ptr swiftself %ctx, float %p0) #0 {
;; entry:
;;   %v1 = fcmp uno float %p0, 0.0
;;   br i1 %v1, label %trap6, label %b2
;; b2:
;;   %v3 = fcmp ogt float %p0, 0xBFF0000000000000
;;   %v4 = fcmp olt float %p0, 0x43F0000000000000
;;   %v5 = and i1 %v3, %v4
;;   %v6 = xor i1 %v5, true
;;   br i1 %v6, label %trap5, label %b7
;; b7:
;;   %v8 = fptoui float %p0 to i64
;;   ret i64 %v8
;; trap6:
;;   call void @mvvm_trap(ptr swiftself %ctx, i32 6)
;;   unreachable
;; trap5:
;;   call void @mvvm_trap(ptr swiftself %ctx, i32 5)
;;   unreachable
;; }
;;
;; define hidden i32 @f2(ptr swiftself %ctx, float %p0) #0 {
;; entry:
;;   %v1 = call i32 @llvm.fptosi.sat.i32.f32(float %p0)
;;   ret i32 %v1
;; }

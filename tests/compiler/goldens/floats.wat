(module
  (func (param f64 f32) (result f64)
    (f64.add (local.get 0) (f64.const -0))
    (f64.mul (f64.const 1))
    (f64.min (f64.promote_f32 (f32.demote_f64 (f64.promote_f32 (local.get 1))))))
  (func (result f32)
    (f32.add (f32.const 0x1p-149) (f32.add (f32.const nan:0x200000) (f32.sub (f32.const -inf) (f32.const 0.1))))))

;; define hidden double @f0(ptr swiftself %ctx, double %p0, float %p1) #0 {
;; entry:
;;   %v1 = call double @llvm.canonicalize.f64(double %p0)
;;   %v2 = fadd double %v1, 0x8000000000000000
;;   %v3 = call double @llvm.canonicalize.f64(double %v2)
;;   %v4 = fmul double %v3, 0x3FF0000000000000
;;   %v5 = fpext float %p1 to double
;;   %v6 = call float @llvm.canonicalize.f32(float %p1)
;;   %v7 = fpext float %v6 to double
;;   %v8 = fcmp uno double %v4, %v7
;;   %v9 = fadd double %v4, %v7
;;   %v10 = call nnan double @llvm.minimum.f64(double %v4, double %v7)
;;   %v11 = select i1 %v8, double %v9, double %v10
;;   ret double %v11
;; }
;;
;; define hidden float @f1(ptr swiftself %ctx) #0 {
;; entry:
;;   %v1 = fsub float 0xFFF0000000000000, 0x3FB99999A0000000
;;   %v2 = fadd float bitcast (i32 2141192192 to float), %v1
;;   %v3 = fadd float bitcast (i32 1 to float), %v2
;;   ret float %v3
;; }

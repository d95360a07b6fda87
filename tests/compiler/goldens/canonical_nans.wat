;;! canonicalize_nans = true
(module
  (memory 1)
  (func (param $a f64) (param $b f64) (result f64)
    (f64.neg (f64.sub (f64.mul (local.get $a) (f64.const 1)) (f64.sqrt (local.get $b)))))
  (func (param $a f32) (param $b f32) (result i32)
    (f32.store (i32.const 0) (f32.min (local.get $a) (local.get $b)))
    (f32.lt (f32.add (local.get $a) (local.get $b)) (f32.demote_f64 (f64.promote_f32 (local.get $a)))))
  (func (param $at i32) (result f64) (local $sum f64)
    (loop $next
      (local.set $sum (f64.add (local.get $sum) (f64.load (local.get $at))))
      (br_if $next (local.tee $at (i32.sub (local.get $at) (i32.const 8)))))
    (select (local.get $sum) (f64.const 0) (local.get $at))))

;; define hidden double @f0(ptr swiftself %ctx, double %p0, double %p1) #0 {
;; entry:
;;   %nan.double = load double, ptr @nan.double, !invariant.load !0
;;   %v1 = fmul double %p0, 0x3FF0000000000000
;;   %v2 = fcmp uno double %v1, %v1
;;   %v3 = select i1 %v2, double %nan.double, double %v1
;;   %v4 = call double @llvm.sqrt.f64(double %p1)
;;   %v5 = fcmp uno double %v4, %v4
;;   %v6 = select i1 %v5, double %nan.double, double %v4
;;   %v7 = fsub double %v1, %v4
;;   %v8 = fcmp uno double %v7, %v7
;;   %v9 = select i1 %v8, double %nan.double, double %v7
;;   %v10 = fneg double %v9
;;   ret double %v10
;; }
;;
;; define hidden i32 @f1(ptr swiftself %ctx, float %p0, float %p1) #0 {
;; entry:
;;   %nan.float = load float, ptr @nan.float, !invariant.load !0
;;   %mem0.p = getelementptr inbounds i8, ptr %ctx, i64 80
;;   %mem0 = load ptr, ptr %mem0.p, align 8, !invariant.load !0
;;   %nan.double = load double, ptr @nan.double, !invariant.load !0
;;   %v1 = fcmp uno float %p0, %p1
;;   %v2 = call nnan float @llvm.minimum.f32(float %p0, float %p1)
;;   %v3 = select i1 %v1, float %nan.float, float %v2
;;   %v4 = getelementptr inbounds i8, ptr %mem0, i64 0
;;   store float %v3, ptr %v4, align 1, !tbaa !2
;;   %v5 = fadd float %p0, %p1
;;   %v6 = fcmp uno float %v5, %v5
;;   %v7 = select i1 %v6, float %nan.float, float %v5
;;   %v8 = fpext float %p0 to double
;;   %v9 = fcmp uno double %v8, %v8
;;   %v10 = select i1 %v9, double %nan.double, double %v8
;;   %v11 = fcmp uno float %p0, %p0
;;   %v12 = select i1 %v11, float %nan.float, float %p0
;;   %c13 = fcmp olt float %v5, %p0
;;   %v13 = zext i1 %c13 to i32
;;   ret i32 %v13
;; }
;;
;; define hidden double @f2(ptr swiftself %ctx, i32 %p0) #0 {
;; entry:
;;   %mem0.p = getelementptr inbounds i8, ptr %ctx, i64 80
;;   %mem0 = load ptr, ptr %mem0.p, align 8, !invariant.load !0
;;   %nan.double = load double, ptr @nan.double, !invariant.load !0
;;   br label %b1
;; b1:
;;   %v2 = phi i32 [%p0, %entry], [%v10, %b1]
;;   %v3 = phi double [0.0, %entry], [%v9, %b1]
;;   %v4 = phi double [0.0, %entry], [%v7, %b1]
;;   %a5.i = zext i32 %v2 to i64
;;   %a5 = getelementptr inbounds i8, ptr %mem0, i64 %a5.i
;;   %v6 = load double, ptr %a5, align 1, !tbaa !2
;;   %v7 = fadd double %v4, %v6
;;   %v8 = fcmp uno double %v7, %v7
;;   %v9 = select i1 %v8, double %nan.double, double %v7
;;   %v10 = sub i32 %v2, 8
;;   %v11 = icmp ne i32 %v10, 0
;;   br i1 %v11, label %b1, label %b12
;; b12:
;;   %v13 = icmp ne i32 %v10, 0
;;   %v14 = select i1 %v13, double %v9, double 0x0000000000000000
;;   %v15 = select i1 %v13, double %v7, double 0x0000000000000000
;;   ret double %v14
;; }

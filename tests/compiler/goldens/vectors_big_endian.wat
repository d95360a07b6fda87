;;! architecture = "s390x"
(module
  (memory 1)
  (func $arithmetic (param $a v128) (param $b v128) (result v128)
    (i8x16.swizzle
      (i32x4.add (i32x4.mul (local.get $a) (local.get $b)) (v128.const i32x4 1 2 3 4))
      (f32x4.max (local.get $a) (f32x4.mul (local.get $b) (v128.const f32x4 1 1 -1 1)))))
  (func $lanes (param $a v128) (param $n i32) (result i32)
    (v128.store32_lane offset=8 2 (i32.const 16) (v128.load32_splat (local.get $n)))
    (i8x16.bitmask (i16x8.shl
      (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23 (local.get $a) (v128.load (local.get $n)))
      (local.get $n))))
  (func $loop (param $at i32) (result v128) (local $sum v128)
    (loop $next
      (local.set $sum (f64x2.add (local.get $sum) (v128.load (local.get $at))))
      (br_if $next (local.tee $at (i32.sub (local.get $at) (i32.const 16)))))
    (local.get $sum)))

;; define hidden <2 x i64> @f0(ptr swiftself %ctx, <2 x i64> %p0, <2 x i64> %p1) #0 {
;; entry:
;;   %vector.3f800000bf8000003f8000003f800000 = load <2 x i64>, ptr @vector.3f800000bf8000003f8000003f800000, !invariant.load !0
;;   %vector.3f800000bf8000003f8000003f800000.f32x4 = bitcast <2 x i64> %vector.3f800000bf8000003f8000003f800000 to <4 x float>
;;   %v1 = bitcast <2 x i64> %p1 to <4 x i32>
;;   %v2 = bitcast <2 x i64> %p0 to <4 x i32>
;;   %v3 = mul <4 x i32> %v2, %v1
;;   %v4 = bitcast <4 x i32> %v3 to <2 x i64>
;;   %v5 = bitcast <2 x i64> <i64 17179869187, i64 8589934593> to <4 x i32>
;;   %v6 = add <4 x i32> %v3, %v5
;;   %v7 = bitcast <4 x i32> %v6 to <2 x i64>
;;   %v8 = bitcast <2 x i64> %p1 to <4 x float>
;;   %v9 = fmul <4 x float> %v8, %vector.3f800000bf8000003f8000003f800000.f32x4
;;   %v10 = bitcast <4 x float> %v9 to <2 x i64>
;;   %v11 = bitcast <2 x i64> %p0 to <4 x float>
;;   %v12 = call <4 x float> @llvm.maximum.v4f32(<4 x float> %v11, <4 x float> %v9)
;;   %v13 = fcmp uno <4 x float> %v11, %v9
;;   %v14 = select <4 x i1> %v13, <4 x float> splat (float bitcast (i32 2143289344 to float)), <4 x float> %v12
;;   %v15 = bitcast <4 x float> %v14 to <2 x i64>
;;   %v16 = bitcast <2 x i64> %v7 to <16 x i8>
;;   %v17 = bitcast <2 x i64> %v15 to <16 x i8>
;;   %v18 = call <16 x i8> @llvm.umin.v16i8(<16 x i8> %v17, <16 x i8> splat (i8 16))
;;   %v19 = sub <16 x i8> splat (i8 15), %v18
;;   %v20 = call <16 x i8> @llvm.s390.vperm(<16 x i8> %v16, <16 x i8> zeroinitializer, <16 x i8> %v19)
;;   %v21 = bitcast <16 x i8> %v20 to <2 x i64>
;;   ret <2 x i64> %v21
;; }
;;
;; define hidden i32 @f1(ptr swiftself %ctx, <2 x i64> %p0, i32 %p1) #0 {
;; entry:
;;   %mem0.p = getelementptr inbounds i8, ptr %ctx, i64 80
;;   %mem0 = load ptr, ptr %mem0.p, align 8, !invariant.load !0
;;   %a1.i = zext i32 %p1 to i64
;;   %a1 = getelementptr inbounds i8, ptr %mem0, i64 %a1.i
;;   %v2 = load i32, ptr %a1, align 1, !tbaa !2
;;   %v3 = call i32 @llvm.bswap.i32(i32 %v2)
;;   %v4 = insertelement <4 x i32> poison, i32 %v3, i64 0
;;   %v5 = shufflevector <4 x i32> %v4, <4 x i32> poison, <4 x i32> zeroinitializer
;;   %v6 = bitcast <4 x i32> %v5 to <2 x i64>
;;   %v7 = getelementptr inbounds i8, ptr %mem0, i64 24
;;   %v8 = extractelement <4 x i32> %v5, i64 1
;;   %v9 = call i32 @llvm.bswap.i32(i32 %v8)
;;   store i32 %v9, ptr %v7, align 1, !tbaa !2
;;   %v10 = load i128, ptr %a1, align 1, !tbaa !2
;;   %v11 = call i128 @llvm.bswap.i128(i128 %v10)
;;   %v12 = bitcast i128 %v11 to <2 x i64>
;;   %v13 = bitcast <2 x i64> %v12 to <16 x i8>
;;   %v14 = bitcast <2 x i64> %p0 to <16 x i8>
;;   %v15 = shufflevector <16 x i8> %v14, <16 x i8> %v13, <16 x i32> <i32 24, i32 8, i32 25, i32 9, i32 26, i32 10, i32 27, i32 11, i32 28, i32 12, i32 29, i32 13, i32 30, i32 14, i32 31, i32 15>
;;   %v16 = bitcast <16 x i8> %v15 to <2 x i64>
;;   %v17 = and i32 %p1, 15
;;   %v18 = trunc i32 %v17 to i16
;;   %v19 = insertelement <8 x i16> poison, i16 %v18, i64 0
;;   %v20 = shufflevector <8 x i16> %v19, <8 x i16> poison, <8 x i32> zeroinitializer
;;   %v21 = bitcast <2 x i64> %v16 to <8 x i16>
;;   %v22 = shl <8 x i16> %v21, %v20
;;   %v23 = bitcast <8 x i16> %v22 to <2 x i64>
;;   %v24 = bitcast <2 x i64> %v23 to <16 x i8>
;;   %v25 = icmp slt <16 x i8> %v24, zeroinitializer
;;   %v26 = bitcast <16 x i1> %v25 to i16
;;   %v27 = zext i16 %v26 to i32
;;   ret i32 %v27
;; }
;;
;; define hidden <2 x i64> @f2(ptr swiftself %ctx, i32 %p0) #0 {
;; entry:
;;   %mem0.p = getelementptr inbounds i8, ptr %ctx, i64 80
;;   %mem0 = load ptr, ptr %mem0.p, align 8, !invariant.load !0
;;   br label %b1
;; b1:
;;   %v2 = phi i32 [%p0, %entry], [%v12, %b1]
;;   %v3 = phi <2 x i64> [zeroinitializer, %entry], [%v11, %b1]
;;   %a4.i = zext i32 %v2 to i64
;;   %a4 = getelementptr inbounds i8, ptr %mem0, i64 %a4.i
;;   %v5 = load i128, ptr %a4, align 1, !tbaa !2
;;   %v6 = call i128 @llvm.bswap.i128(i128 %v5)
;;   %v7 = bitcast i128 %v6 to <2 x i64>
;;   %v8 = bitcast <2 x i64> %v7 to <2 x double>
;;   %v9 = bitcast <2 x i64> %v3 to <2 x double>
;;   %v10 = fadd <2 x double> %v9, %v8
;;   %v11 = bitcast <2 x double> %v10 to <2 x i64>
;;   %v12 = sub i32 %v2, 16
;;   %v13 = icmp ne i32 %v12, 0
;;   br i1 %v13, label %b1, label %b14
;; b14:
;;   ret <2 x i64> %v11
;; }

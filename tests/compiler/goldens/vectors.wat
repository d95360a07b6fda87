;;! checkpoint = "loop"
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
;;   %v5 = bitcast <2 x i64> <i64 8589934593, i64 17179869187> to <4 x i32>
;;   %v6 = add <4 x i32> %v3, %v5
;;   %v7 = bitcast <4 x i32> %v6 to <2 x i64>
;;   %v8 = bitcast <2 x i64> %p1 to <4 x float>
;;   %v9 = fmul <4 x float> %v8, %vector.3f800000bf8000003f8000003f800000.f32x4
;;   %v10 = bitcast <4 x float> %v9 to <2 x i64>
;;   %v11 = bitcast <2 x i64> %p0 to <4 x float>
;;   %v12 = call <4 x float> @llvm.x86.sse.max.ps(<4 x float> %v11, <4 x float> %v9)
;;   %v13 = bitcast <4 x float> %v12 to <4 x i32>
;;   %v14 = call <4 x float> @llvm.x86.sse.max.ps(<4 x float> %v9, <4 x float> %v11)
;;   %v15 = bitcast <4 x float> %v14 to <4 x i32>
;;   %v16 = and <4 x i32> %v13, %v15
;;   %v17 = bitcast <4 x i32> %v16 to <4 x float>
;;   %v18 = fcmp uno <4 x float> %v11, %v9
;;   %v19 = select <4 x i1> %v18, <4 x float> splat (float bitcast (i32 2143289344 to float)), <4 x float> %v17
;;   %v20 = bitcast <4 x float> %v19 to <2 x i64>
;;   %v21 = bitcast <2 x i64> %v7 to <16 x i8>
;;   %v22 = bitcast <2 x i64> %v20 to <16 x i8>
;;   %v23 = call <16 x i8> @llvm.uadd.sat.v16i8(<16 x i8> %v22, <16 x i8> splat (i8 112))
;;   %v24 = call <16 x i8> @llvm.x86.ssse3.pshuf.b.128(<16 x i8> %v21, <16 x i8> %v23)
;;   %v25 = bitcast <16 x i8> %v24 to <2 x i64>
;;   ret <2 x i64> %v25
;; }
;;
;; define hidden i32 @f1(ptr swiftself %ctx, <2 x i64> %p0, i32 %p1) #0 {
;; entry:
;;   %mem0.p = getelementptr inbounds i8, ptr %ctx, i64 80
;;   %mem0 = load ptr, ptr %mem0.p, align 8, !invariant.load !0
;;   %a1.i = zext i32 %p1 to i64
;;   %a1 = getelementptr inbounds i8, ptr %mem0, i64 %a1.i
;;   %v2 = load i32, ptr %a1, align 1, !tbaa !2
;;   %v3 = insertelement <4 x i32> poison, i32 %v2, i64 0
;;   %v4 = shufflevector <4 x i32> %v3, <4 x i32> poison, <4 x i32> zeroinitializer
;;   %v5 = bitcast <4 x i32> %v4 to <2 x i64>
;;   %v6 = getelementptr inbounds i8, ptr %mem0, i64 24
;;   %v7 = extractelement <4 x i32> %v4, i64 2
;;   store i32 %v7, ptr %v6, align 1, !tbaa !2
;;   %v8 = load <2 x i64>, ptr %a1, align 1, !tbaa !2
;;   %v9 = bitcast <2 x i64> %v8 to <16 x i8>
;;   %v10 = bitcast <2 x i64> %p0 to <16 x i8>
;;   %v11 = shufflevector <16 x i8> %v10, <16 x i8> %v9, <16 x i32> <i32 0, i32 16, i32 1, i32 17, i32 2, i32 18, i32 3, i32 19, i32 4, i32 20, i32 5, i32 21, i32 6, i32 22, i32 7, i32 23>
;;   %v12 = bitcast <16 x i8> %v11 to <2 x i64>
;;   %v13 = and i32 %p1, 15
;;   %v14 = trunc i32 %v13 to i16
;;   %v15 = insertelement <8 x i16> poison, i16 %v14, i64 0
;;   %v16 = shufflevector <8 x i16> %v15, <8 x i16> poison, <8 x i32> zeroinitializer
;;   %v17 = bitcast <2 x i64> %v12 to <8 x i16>
;;   %v18 = shl <8 x i16> %v17, %v16
;;   %v19 = bitcast <8 x i16> %v18 to <2 x i64>
;;   %v20 = bitcast <2 x i64> %v19 to <16 x i8>
;;   %v21 = icmp slt <16 x i8> %v20, zeroinitializer
;;   %v22 = bitcast <16 x i1> %v21 to i16
;;   %v23 = zext i16 %v22 to i32
;;   ret i32 %v23
;; }
;;
;; define hidden <2 x i64> @f2(ptr swiftself %ctx, i32 %p0) #0 {
;; entry:
;;   %mem0.p = getelementptr inbounds i8, ptr %ctx, i64 80
;;   %mem0 = load ptr, ptr %mem0.p, align 8, !invariant.load !0
;;   %poll = getelementptr inbounds i8, ptr %ctx, i64 8
;;   br label %b2
;; b2:
;;   %v3 = phi i32 [%p0, %entry], [%v11, %b14]
;;   %v4 = phi <2 x i64> [zeroinitializer, %entry], [%v10, %b14]
;;   %a5.i = zext i32 %v3 to i64
;;   %a5 = getelementptr inbounds i8, ptr %mem0, i64 %a5.i
;;   %v6 = load <2 x i64>, ptr %a5, align 1, !tbaa !2
;;   %v7 = bitcast <2 x i64> %v6 to <2 x double>
;;   %v8 = bitcast <2 x i64> %v4 to <2 x double>
;;   %v9 = fadd <2 x double> %v8, %v7
;;   %v10 = bitcast <2 x double> %v9 to <2 x i64>
;;   %v11 = sub i32 %v3, 16
;;   %v12 = icmp ne i32 %v11, 0
;;   br i1 %v12, label %b1, label %b13
;; b13:
;;   ret <2 x i64> %v10
;; b17:
;;   %v18 = call preserve_allcc ptr @mvvm_stable_point(ptr swiftself %ctx, i64 20099)
;;   %v19 = icmp eq ptr %v18, null
;;   br i1 %v19, label %b14, label %b20, !prof !8
;; b1:
;;   %v15 = load volatile i32, ptr %poll, align 4
;;   %v16 = icmp eq i32 %v15, 0
;;   br i1 %v16, label %b14, label %b17, !prof !8
;; b14:
;;   br label %b2
;; b20:
;;   %v21 = getelementptr inbounds i8, ptr %v18, i64 16
;;   store i32 %v11, ptr %v21, align 8
;;   store <2 x i64> %v10, ptr %v18, align 8
;;   br label %unwound
;; unwound:
;;   ret <2 x i64> poison
;; }

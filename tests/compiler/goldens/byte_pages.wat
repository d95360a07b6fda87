(module
  (memory 10 (pagesize 1))
  (memory $wide i64 0 4096 (pagesize 1))
  (memory $large 1)
  (func (param $p i32) (param $q i64) (result i64)
    (i64.store offset=8 (local.get $p) (i64.load $wide (local.get $q)))
    (i32.store8 (i32.const -1) (i32.const 3))
    (f32.store $wide offset=0x10_0000_0000 (local.get $q) (f32.const 0))
    (v128.store16_lane $wide offset=2 5 (local.get $q) (v128.load (local.get $p)))
    (memory.copy 0 $wide (local.get $p) (local.get $q) (i32.const 8))
    (memory.copy $large 0 (i32.const 0) (local.get $p) (i32.const 8))
    (i64.add
      (i64.extend_i32_u (memory.grow (memory.size)))
      (memory.grow $wide (memory.size $wide)))))

;; define hidden i64 @f0(ptr swiftself %ctx, i32 %p0, i64 %p1) #0 {
;; entry:
;;   %mem1.p = getelementptr inbounds i8, ptr %ctx, i64 96
;;   %mem1 = load ptr, ptr %mem1.p, align 8, !invariant.load !0
;;   %pages1.p = getelementptr inbounds i8, ptr %ctx, i64 104
;;   %pages1 = load ptr, ptr %pages1.p, align 8, !invariant.load !0
;;   %mem0.p = getelementptr inbounds i8, ptr %ctx, i64 80
;;   %mem0 = load ptr, ptr %mem0.p, align 8, !invariant.load !0
;;   %pages0.p = getelementptr inbounds i8, ptr %ctx, i64 88
;;   %pages0 = load ptr, ptr %pages0.p, align 8, !invariant.load !0
;;   %pages2.p = getelementptr inbounds i8, ptr %ctx, i64 120
;;   %pages2 = load ptr, ptr %pages2.p, align 8, !invariant.load !0
;;   %mem2.p = getelementptr inbounds i8, ptr %ctx, i64 112
;;   %mem2 = load ptr, ptr %mem2.p, align 8, !invariant.load !0
;;   %v1 = call i64 @llvm.uadd.sat.i64(i64 %p1, i64 8)
;;   %v2 = load i64, ptr %pages1, align 8
;;   %v3 = icmp ugt i64 %v1, %v2
;;   br i1 %v3, label %trap2, label %b4
;; b4:
;;   %v5 = getelementptr inbounds i8, ptr %mem1, i64 %p1
;;   %v6 = load i64, ptr %v5, align 1, !tbaa !2
;;   %v7 = zext i32 %p0 to i64
;;   %v8 = call i64 @llvm.uadd.sat.i64(i64 %v7, i64 16)
;;   %v9 = load i64, ptr %pages0, align 8
;;   %v10 = icmp ugt i64 %v8, %v9
;;   br i1 %v10, label %trap2, label %b11
;; b11:
;;   %v12 = getelementptr inbounds i8, ptr %mem0, i64 %v7
;;   %v13 = getelementptr inbounds i8, ptr %v12, i64 8
;;   store i64 %v6, ptr %v13, align 1, !tbaa !2
;;   %v14 = call i64 @llvm.uadd.sat.i64(i64 4294967295, i64 1)
;;   %v15 = load i64, ptr %pages0, align 8
;;   %v16 = icmp ugt i64 %v14, %v15
;;   br i1 %v16, label %trap2, label %b17
;; b17:
;;   %v18 = getelementptr inbounds i8, ptr %mem0, i64 4294967295
;;   %v19 = trunc i32 3 to i8
;;   store i8 %v19, ptr %v18, align 1, !tbaa !2
;;   br i1 true, label %trap2, label %b20
;; b20:
;;   store float 0x0000000000000000, ptr %mem1, align 1, !tbaa !2
;;   %v21 = zext i32 %p0 to i64
;;   %v22 = call i64 @llvm.uadd.sat.i64(i64 %v21, i64 16)
;;   %v23 = load i64, ptr %pages0, align 8
;;   %v24 = icmp ugt i64 %v22, %v23
;;   br i1 %v24, label %trap2, label %b25
;; b25:
;;   %v26 = getelementptr inbounds i8, ptr %mem0, i64 %v21
;;   %v27 = load <2 x i64>, ptr %v26, align 1, !tbaa !2
;;   %v28 = bitcast <2 x i64> %v27 to <8 x i16>
;;   %v29 = call i64 @llvm.uadd.sat.i64(i64 %p1, i64 4)
;;   %v30 = load i64, ptr %pages1, align 8
;;   %v31 = icmp ugt i64 %v29, %v30
;;   br i1 %v31, label %trap2, label %b32
;; b32:
;;   %v33 = getelementptr inbounds i8, ptr %mem1, i64 %p1
;;   %v34 = getelementptr inbounds i8, ptr %v33, i64 2
;;   %v35 = extractelement <8 x i16> %v28, i64 5
;;   store i16 %v35, ptr %v34, align 1, !tbaa !2
;;   %v36 = zext i32 %p0 to i64
;;   %v37 = load i64, ptr %pages0, align 8
;;   %v38 = add i64 %v36, 8
;;   %v39 = icmp ugt i64 %v38, %v37
;;   br i1 %v39, label %trap2, label %b40
;; b40:
;;   %v41 = getelementptr i8, ptr %mem0, i64 %v36
;;   %v42 = load i64, ptr %pages1, align 8
;;   %v43 = icmp ugt i64 %p1, %v42
;;   br i1 %v43, label %trap2, label %b44
;; b44:
;;   %v45 = sub i64 %v42, %p1
;;   %v46 = icmp ugt i64 8, %v45
;;   br i1 %v46, label %trap2, label %b47
;; b47:
;;   %v48 = getelementptr i8, ptr %mem1, i64 %p1
;;   call void @llvm.memmove.p0.p0.i64(ptr %v41, ptr %v48, i64 8, i1 false)
;;   %v49 = zext i32 %p0 to i64
;;   %v50 = load i64, ptr %pages2, align 8
;;   %v51 = shl i64 %v50, 16
;;   %v52 = add i64 0, 8
;;   %v53 = icmp ugt i64 %v52, %v51
;;   br i1 %v53, label %trap2, label %b54
;; b54:
;;   %v55 = getelementptr i8, ptr %mem2, i64 0
;;   %v56 = load i64, ptr %pages0, align 8
;;   %v57 = add i64 %v49, 8
;;   %v58 = icmp ugt i64 %v57, %v56
;;   br i1 %v58, label %trap2, label %b59
;; b59:
;;   %v60 = getelementptr i8, ptr %mem0, i64 %v49
;;   call void @llvm.memmove.p0.p0.i64(ptr %v55, ptr %v60, i64 8, i1 false)
;;   %v61 = load i64, ptr %pages0, align 8
;;   %v62 = trunc i64 %v61 to i32
;;   %v63 = zext i32 %v62 to i64
;;   %v64 = call i64 @mvvm_builtin(ptr swiftself %ctx, i32 0, i64 0, i64 %v63, i64 0, i64 0, i64 0)
;;   %v65 = trunc i64 %v64 to i32
;;   %v66 = zext i32 %v65 to i64
;;   %v67 = load i64, ptr %pages1, align 8
;;   %v68 = call i64 @mvvm_builtin(ptr swiftself %ctx, i32 0, i64 1, i64 %v67, i64 0, i64 0, i64 0)
;;   %v69 = icmp eq i64 %v68, 9223372036854775807
;;   %v70 = select i1 %v69, i64 -1, i64 %v68
;;   %v71 = add i64 %v66, %v70
;;   ret i64 %v71
;; trap2:
;;   call void @mvvm_trap(ptr swiftself %ctx, i32 2)
;;   unreachable
;; }

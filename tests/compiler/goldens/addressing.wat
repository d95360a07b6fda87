(module
  (memory 1) (memory 1)
  (func $offsets (param $p i32) (result i32)
    (i32.store offset=4 (local.get $p) (i32.load (local.get $p)))
    (i32.store8 1 offset=4 (local.get $p) (i32.const 1))
    (i32.load16_s offset=0xffffffff (local.get $p)))
  (func $constants (result i64)
    (f32.store (i32.const 16) (f32.const 1))
    (i64.load32_u offset=8 (i32.const -1)))
  (func $neighbours (param $p i32) (result i32)
    (i32.add
      (i32.load (local.get $p))
      (i32.load (i32.add (local.get $p) (i32.const 4))))))

;; define hidden i32 @f0(ptr swiftself %ctx, i32 %p0) #0 {
;; entry:
;;   %mem0.p = getelementptr inbounds i8, ptr %ctx, i64 80
;;   %mem0 = load ptr, ptr %mem0.p, align 8, !invariant.load !0
;;   %mem1.p = getelementptr inbounds i8, ptr %ctx, i64 96
;;   %mem1 = load ptr, ptr %mem1.p, align 8, !invariant.load !0
;;   %a1.i = zext i32 %p0 to i64
;;   %a1 = getelementptr inbounds i8, ptr %mem0, i64 %a1.i
;;   %v2 = load i32, ptr %a1, align 1, !tbaa !2
;;   %v3 = getelementptr inbounds i8, ptr %a1, i64 4
;;   store i32 %v2, ptr %v3, align 1, !tbaa !2
;;   %a4.i = zext i32 %p0 to i64
;;   %a4 = getelementptr inbounds i8, ptr %mem1, i64 %a4.i
;;   %v5 = getelementptr inbounds i8, ptr %a4, i64 4
;;   %v6 = trunc i32 1 to i8
;;   store i8 %v6, ptr %v5, align 1, !tbaa !2
;;   %v7 = getelementptr inbounds i8, ptr %a1, i64 4294967295
;;   %v8 = load i16, ptr %v7, align 1, !tbaa !2
;;   %v9 = sext i16 %v8 to i32
;;   ret i32 %v9
;; }
;;
;; define hidden i64 @f1(ptr swiftself %ctx) #0 {
;; entry:
;;   %mem0.p = getelementptr inbounds i8, ptr %ctx, i64 80
;;   %mem0 = load ptr, ptr %mem0.p, align 8, !invariant.load !0
;;   %v1 = getelementptr inbounds i8, ptr %mem0, i64 16
;;   store float 0x3FF0000000000000, ptr %v1, align 1, !tbaa !2
;;   %v2 = getelementptr inbounds i8, ptr %mem0, i64 4294967303
;;   %v3 = load i32, ptr %v2, align 1, !tbaa !2
;;   %v4 = zext i32 %v3 to i64
;;   ret i64 %v4
;; }
;;
;; define hidden i32 @f2(ptr swiftself %ctx, i32 %p0) #0 {
;; entry:
;;   %mem0.p = getelementptr inbounds i8, ptr %ctx, i64 80
;;   %mem0 = load ptr, ptr %mem0.p, align 8, !invariant.load !0
;;   %a1.i = zext i32 %p0 to i64
;;   %a1 = getelementptr inbounds i8, ptr %mem0, i64 %a1.i
;;   %v2 = load i32, ptr %a1, align 1, !tbaa !2
;;   %v3 = add i32 %p0, 4
;;   %v4 = getelementptr inbounds i8, ptr %a1, i64 4
;;   %v5 = load i32, ptr %v4, align 1, !tbaa !2
;;   %v6 = add i32 %v2, %v5
;;   ret i32 %v6
;; }

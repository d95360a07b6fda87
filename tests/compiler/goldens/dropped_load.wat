(module
  (memory 1)
  (func (param $p i32) (result i32)
    (local $unread i64) (local $twice i32)
    (drop (i32.load (local.get $p)))
    (local.set $unread (i64.load8_s (local.get $p)))
    (local.set $twice (i32.load offset=8 (local.get $p)))
    (drop (local.get $twice))
    (drop (local.get $twice))
    (i32.load offset=16 (local.get $p))))

;; define hidden i32 @f0(ptr swiftself %ctx, i32 %p0) #0 {
;; entry:
;;   %mem0.p = getelementptr inbounds i8, ptr %ctx, i64 80
;;   %mem0 = load ptr, ptr %mem0.p, align 8, !invariant.load !0
;;   %a1.i = zext i32 %p0 to i64
;;   %a1 = getelementptr inbounds i8, ptr %mem0, i64 %a1.i
;;   %v2 = load volatile i32, ptr %a1, align 1, !tbaa !2
;;   %v3 = load volatile i8, ptr %a1, align 1, !tbaa !2
;;   %v4 = sext i8 %v3 to i64
;;   %v5 = getelementptr inbounds i8, ptr %a1, i64 8
;;   %v6 = load volatile i32, ptr %v5, align 1, !tbaa !2
;;   %v7 = getelementptr inbounds i8, ptr %a1, i64 16
;;   %v8 = load i32, ptr %v7, align 1, !tbaa !2
;;   ret i32 %v8
;; }

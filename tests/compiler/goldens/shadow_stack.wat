;;! aux_stack_check = true
(module
  (memory 2)
  (global $__stack_pointer (mut i32) (i32.const 70000))
  (global (export "__data_end") i32 (i32.const 4464))
  (global (export "__heap_base") i32 (i32.const 70000))
  (func (param $size i32)
    (local $pointer i32)
    (global.set $__stack_pointer
      (local.tee $pointer (i32.sub (global.get $__stack_pointer) (local.get $size))))
    (i32.store (local.get $pointer) (i32.const 0))
    (global.set $__stack_pointer (i32.add (local.get $pointer) (local.get $size)))))

;; define hidden void @f0(ptr swiftself %ctx, i32 %p0) #0 {
;; entry:
;;   %global0 = getelementptr inbounds i8, ptr %ctx, i64 96
;;   %mem0.p = getelementptr inbounds i8, ptr %ctx, i64 80
;;   %mem0 = load ptr, ptr %mem0.p, align 8, !invariant.load !0
;;   %v1 = load i32, ptr %global0, align 8, !tbaa !4
;;   %v2 = sub i32 %v1, %p0
;;   %v3 = sub i32 %v2, 4464
;;   %v4 = icmp ugt i32 %v3, 65536
;;   br i1 %v4, label %trap10, label %b5
;; b5:
;;   store i32 %v2, ptr %global0, align 8, !tbaa !4
;;   %a6.i = zext i32 %v2 to i64
;;   %a6 = getelementptr inbounds i8, ptr %mem0, i64 %a6.i
;;   store i32 0, ptr %a6, align 1, !tbaa !2
;;   %v7 = add i32 %v2, %p0
;;   store i32 %v7, ptr %global0, align 8, !tbaa !4
;;   ret void
;; trap10:
;;   call void @mvvm_trap(ptr swiftself %ctx, i32 10)
;;   unreachable
;; }

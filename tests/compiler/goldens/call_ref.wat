(module
  (type $t (func (param i32) (result i32)))
  (global $g (mut (ref $t)) (ref.func $f))
  (func $f (type $t) (local.get 0))
  (func (param $r (ref null $t)) (result i32)
    (call_ref $t (i32.const 7) (local.get $r)))
  (func (param $r (ref null $t)) (param $x externref) (result i32)
    (block $null
      (block $some (result (ref $t))
        (br_on_null $null (local.get $x))
        (drop)
        (br_on_non_null $some (local.get $r))
        (return (i32.const 1)))
      (global.set $g)
      (drop (ref.as_non_null (local.get $x))))
    (i32.const 2)))

;; define hidden i32 @f0(ptr swiftself %ctx, i32 %p0) #0 {
;; entry:
;;   ret i32 %p0
;; }
;;
;; define hidden i32 @f1(ptr swiftself %ctx, ptr %p0) #0 {
;; entry:
;;   %v1 = load ptr, ptr %p0, align 8, !invariant.load !0
;;   %v2 = getelementptr i8, ptr %p0, i64 8
;;   %v3 = load ptr, ptr %v2, align 8, !invariant.load !0
;;   %v4 = call i32 %v1(ptr swiftself %v3, i32 7)
;;   ret i32 %v4
;; }
;;
;; define hidden i32 @f2(ptr swiftself %ctx, ptr %p0, i64 %p1) #0 {
;; entry:
;;   %global0 = getelementptr inbounds i8, ptr %ctx, i64 80
;;   %v3 = icmp eq i64 %p1, 0
;;   br i1 %v3, label %b1, label %b4
;; b4:
;;   %v5 = icmp eq ptr %p0, null
;;   br i1 %v5, label %b6, label %b2
;; b6:
;;   br label %return
;; b2:
;;   store ptr %p0, ptr %global0, align 8, !tbaa !4
;;   %v7 = icmp eq i64 %p1, 0
;;   br i1 %v7, label %trap15, label %b8
;; b8:
;;   br label %b1
;; b1:
;;   br label %return
;; return:
;;   %v9 = phi i32 [1, %b6], [2, %b1]
;;   ret i32 %v9
;; trap15:
;;   call void @mvvm_trap(ptr swiftself %ctx, i32 15)
;;   unreachable
;; }

(module
  (func (param i32 f32 f32) (result f32) (select (local.get 1) (local.get 2) (local.get 0)))
  (func (param i32 i64) (result i64) (select (local.get 1) (i64.const -1) (i32.gt_u (local.get 0) (i32.const 3))))
  (func (param i32 externref) (result externref)
    (select (result externref) (local.get 1) (ref.null extern) (local.get 0))))

;; define hidden float @f0(ptr swiftself %ctx, i32 %p0, float %p1, float %p2) #0 {
;; entry:
;;   %v1 = icmp ne i32 %p0, 0
;;   %v2 = select i1 %v1, float %p1, float %p2
;;   ret float %v2
;; }
;;
;; define hidden i64 @f1(ptr swiftself %ctx, i32 %p0, i64 %p1) #0 {
;; entry:
;;   %c1 = icmp ugt i32 %p0, 3
;;   %v1 = zext i1 %c1 to i32
;;   %v2 = select i1 %c1, i64 %p1, i64 -1
;;   ret i64 %v2
;; }
;;
;; define hidden i64 @f2(ptr swiftself %ctx, i32 %p0, i64 %p1) #0 {
;; entry:
;;   %v1 = icmp ne i32 %p0, 0
;;   %v2 = select i1 %v1, i64 %p1, i64 0
;;   ret i64 %v2
;; }

# The exception that longjmp throws; compiler and libc refer to it, and nothing in Zig's libc defines it.
	.tagtype __c_longjmp i32
	.globl __c_longjmp
__c_longjmp:

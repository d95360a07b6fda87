/* Stands before WASI's <setjmp.h>, which refuses to be included without exceptions. */

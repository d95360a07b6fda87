"""Loading and running `.aot` files: needs no LLVM, no linker, no compiler package.

Start-up time is part of the product: modules here import neither `typing` nor `dataclasses`, `enum`, `re`,
`pathlib` or the protobuf runtime, and what a small program does not use is imported when it is used.
"""

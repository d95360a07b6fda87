"""From decoded functions to LLVM IR, as text.

Text because the alternative is 35 times slower: an `llvmlite.ir` builder costs 17 us an instruction, a line of
text half a microsecond, and a large module has millions.
"""

"""What is decided on Wasm before LLVM sees anything, and what is asked of LLVM afterwards."""

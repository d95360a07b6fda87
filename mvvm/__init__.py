"""A checkpoint toolchain for WebAssembly."""

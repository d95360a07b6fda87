"""WebAssembly as a format: types, opcodes, modules, the decoder. Knows nothing of compiling or running."""

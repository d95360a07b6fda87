"""Fuzzing: random modules against wasmtime, and damaged files.

modules     random modules, run and stopped, until there is no more time: `make fuzz MINUTES=10`
reduce      makes a module that fails smaller
bytes       what reads files, with a fuzzer that is guided by coverage: `make fuzz-bytes MINUTES=10`
findings    the modules that showed a bug once; each is a test
"""

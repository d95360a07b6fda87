"""Runs the WebAssembly reference test suite on an engine.

    sexpr -> literals -> values -> script -> engine -> runner -> suite -> test_spec, report

Each imports only what stands before it. `features.toml` says which file belongs to which part of WebAssembly and
which engine is held to it, `expected_failures.toml` what is known to fail and why. The suite is found in the folder
that the variable MVVM_SPEC names. wasmtime as a second engine shows that a failure is mvvm's and not the runner's.
"""

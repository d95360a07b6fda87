"""How fast the compiled code is: against wasmtime, and against native builds of the same sources.

    run         the command: `python -m bench.run`
    policies    another: what being able to stop costs, `python -m bench.policies`
    suite       what is measured: kernels of our own, and real programs at work
    kernel      builds of the kernels
    engines     what measures: mvvm and wasmtime behind one interface
    child       one compilation or one run in a process of its own
    measure     turn by turn, engine after engine
    report      ratios as a table and as JSON

Figures are ratios of processor times (user and system) of one machine, taken in turns; absolute times depend on the
machine and on its day, and are shown only as progress.
"""

"""Programs that go from one architecture to another, and give the same there.

    agent            runs, stops and restores guests: a process on each machine, which needs nothing but mvvm
    machine          this machine and the worlds of tests.worlds, each through its agent
    machines         those of a test run, and programs on them
    journey          one run of a program, from machine to machine
    crossing         stop here, go on there, compare with the unbroken run; and back; and again and again
    plan             which guests with which builds, stopped how often
    elsewhere        the commands of another machine
    suite_there      the reference test suite there, by hand: all of it; its process over there is `spec_driver`

    test_guests      the guests of tests.torture, both ways, and what is saved of them on both sides
    test_random      random modules
    test_ping_pong   runs that change machines ten times: guests, Lua, SQLite, QuickJS
    test_compiling_there
                     the compiler under the emulator
    test_commands    as a user does it
    test_comparison  that all of this would notice
    test_suite_there
                     a choice of the reference test suite on an aarch64
    test_s390x       big-endian, with the driver `api_driver` and files of the reference test suite
    test_floats      float instructions, by the bits of their results, with the other files called `float_`

`MVVM_TORTURE=full` in the environment tries all guests and builds, and far more stops.
"""

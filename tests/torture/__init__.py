"""Guests that catch a checkpoint going wrong, and what stops and restores them everywhere.

    guests/     the guests: small programs in C and modules in the text format
    guests      the registry: how each is built and run
    build       from a source to a module
    world       what a run sees and leaves behind
    api         the calls of mvvm that stop and restore
    harness     stop, restore, compare
    plan        which stops under which options, within the time that a test run has

`MVVM_TORTURE=full` in the environment (`make torture`) tries every stop of every guest under every policy.
"""

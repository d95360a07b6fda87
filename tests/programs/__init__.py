"""Real programs: third-party sources, fetched at a pinned version and built for WASI, with work for them to do.

build       the command: fetch, build, keep in a cache
recipes     what is built, from which source, with which flags
sources     fetching and unpacking
workloads   what the programs are given to do
oracle      what wasmtime says they should answer
"""

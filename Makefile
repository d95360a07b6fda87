# Everything is set up by the first target that needs it: a fresh machine needs Python 3.11, make and Debian's apt.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(VENV)/ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	# A plain path file: the import hook of the other mode slows every start of Python.
	$(BIN)/pip install --quiet --disable-pip-version-check --config-settings editable_mode=compat --editable . --group dev
	touch $@

.PHONY: setup
setup: $(VENV)/ready ## the virtual environment with all dependencies

.PHONY: proto
proto: $(VENV)/ready ## generate proto/*_pb2.py from proto/*.proto
	cd proto && ../$(BIN)/python -m grpc_tools.protoc -I. --python_out=. --pyi_out=. *.proto

.PHONY: programs
programs: $(VENV)/ready ## build the real programs that tests, demo and bench use
	$(BIN)/python -m tests.programs.build lua lua-eh sqlite speedtest1 qjs zstd bzip2

.PHONY: worlds
worlds: $(VENV)/ready ## other machines under QEMU, with this checkout's mvvm: .cache/worlds/aarch64/bin and others
	$(BIN)/python -m tests.worlds

.PHONY: lint
lint: $(VENV)/ready ## formatting, style, types, and who imports whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: test
test: lint programs worlds ## everything that continuous integration checks
	$(BIN)/pytest -n 2 $(PYTEST_ARGS)

.PHONY: demo
demo: programs worlds ## stop a real program half way, and go on: here, and on aarch64
	artifact/demo.sh

.PHONY: bench
bench: $(VENV)/ready ## run time, compile time and code size against wasmtime and native code
	$(BIN)/python -m bench.run $(BENCH_ARGS)
	$(BIN)/python -m bench.start_up

.PHONY: bench-policies
bench-policies: $(VENV)/ready ## what stable points cost: run time, code size and compile time against none
	$(BIN)/python -m bench.policies $(BENCH_ARGS)

.PHONY: bench-migration
bench-migration: $(VENV)/ready ## speed after a restore, time to stop, time to start from large memories, snapshot files
	$(BIN)/python -m bench.migration $(BENCH_ARGS)
	$(BIN)/python -m bench.snapshot_io

.PHONY: bench-isa
bench-isa: programs worlds ## from a stop on x86_64 to the first instruction on aarch64, by part
	$(BIN)/python -m bench.cross_isa $(BENCH_ARGS)

.PHONY: torture
torture: programs ## stop at every stable point of every test program, under every policy (an hour)
	MVVM_TORTURE=full $(BIN)/pytest -n 2 tests/torture

MINUTES ?= 10
.PHONY: fuzz
fuzz: $(VENV)/ready ## random modules against wasmtime, unbroken and stopped, for so many MINUTES
	$(BIN)/python -m tests.fuzz.modules $(MINUTES) $(SEED)

.PHONY: fuzz-bytes
fuzz-bytes: $(VENV)/ready ## damaged modules, .aot files and snapshots under Atheris, for so many MINUTES each
	$(BIN)/pip install --quiet --disable-pip-version-check --group fuzz
	for what in decoder aot snapshot; do $(BIN)/python -m tests.fuzz.bytes $$what $(MINUTES) || exit 1; done

.PHONY: spec-report
spec-report: $(VENV)/ready ## the reference test suite, as a table by feature
	$(BIN)/python -m tests.spec.report

.PHONY: suite-there
suite-there: $(VENV)/ready ## the reference test suite on emulated machines: all, or those in MACHINES (minutes each)
	$(BIN)/python -m tests.cross.suite_there $(MACHINES)

.PHONY: large
large: $(VENV)/ready ## compile and run CPython (minutes), with its peak memory
	$(BIN)/python -m artifact.cpython

.PHONY: clean
clean: ## remove all that make made
	rm -rf $(VENV) .cache build dist *.egg-info

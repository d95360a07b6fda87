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
	$(BIN)/pip install --quiet --disable-pip-version-check --editable . --group dev
	touch $@

.PHONY: setup
setup: $(VENV)/ready ## the virtual environment with all dependencies

.PHONY: proto
proto: $(VENV)/ready ## generate proto/*_pb2.py from proto/*.proto
	cd proto && ../$(BIN)/python -m grpc_tools.protoc -I. --python_out=. --pyi_out=. *.proto

.PHONY: clean
clean: ## remove all that make made
	rm -rf $(VENV) .cache build dist *.egg-info

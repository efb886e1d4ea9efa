# Needs python3 (3.11 or newer) and make; picks uv up if it is there, else installs a hash-checked one into .venv.
VENV   ?= .venv
PYTHON ?= python3
PY     := $(VENV)/bin/python
UV     := $(shell command -v uv 2>/dev/null)
PINS   := requirements/dev.txt
RUN    ?= run baseline high_cost --set china --page
PYTEST_ARGS ?=

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup run test validate browser lint format types contract check bench docs lock check-lock clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1\t/' | expand -t 14

setup: $(VENV)/.stamp  ## make .venv with the pinned, hash-checked packages and Poolcast itself

$(VENV)/.stamp: pyproject.toml $(PINS) requirements/uv.txt
ifeq ($(UV),)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Poolcast needs Python 3.11 or newer; name one: make setup PYTHON=python3.12" >&2; exit 1; }
	@test -x $(PY) || $(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "python3 cannot make a virtual environment (Debian: install python3-venv)" >&2; exit 1; }
	$(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements/uv.txt
	$(VENV)/bin/uv pip sync -q --python $(PY) --require-hashes requirements/uv.txt $(PINS)
	$(VENV)/bin/uv pip install -q --python $(PY) --no-deps --no-build-isolation -e .
else
	test -x $(PY) || $(UV) venv -q --python '>=3.11' $(VENV)
	$(UV) pip sync -q --python $(PY) --require-hashes requirements/uv.txt $(PINS)
	$(UV) pip install -q --python $(PY) --no-deps --no-build-isolation -e .
endif
	@touch $@

run: setup  ## project the shipped funds; other arguments: make run RUN="run baseline --to 2040"
	@$(VENV)/bin/poolcast $(RUN)

test: setup  ## the tests, on two cores; more arguments: make test PYTEST_ARGS="-k ledger"
	$(PY) -m pytest -n 2 $(PYTEST_ARGS)

validate: setup  ## the long validations (marker `long`): two at a time, servers and browsers one after another
	$(PY) -m pytest -n 2 -m long --ignore tests/e2e --timeout 1800 --durations 10 $(PYTEST_ARGS)
	$(PY) -m pytest -m long --timeout 1800 --durations 10 $(PYTEST_ARGS) tests/e2e

browser:  ## Chromium and Chinese fonts for the journeys, where root can have them from apt; else they are skipped
	@if command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; \
	then echo "a browser is there"; \
	elif command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	  export DEBIAN_FRONTEND=noninteractive; \
	  { apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium fonts-noto-cjk >/dev/null; } \
	  || echo "no browser could be installed: its tests are skipped"; \
	else echo "no browser, and no way to install one: its tests are skipped"; fi

lint: setup  ## ruff: rules and format
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

format: setup  ## ruff: mend what can be mended
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

types: setup  ## mypy, strict, on the package
	$(PY) -m mypy

contract: setup  ## import-linter: imports go down the floors only
	$(VENV)/bin/lint-imports

check: test lint types contract check-lock  ## everything but the long validations

bench: setup  ## speed and memory, as ratios
	$(PY) -m benchmarks $(BENCH)

docs: setup  ## the documentation into site/
	$(or $(UV),$(VENV)/bin/uv) pip install -q --python $(PY) --require-hashes -r requirements/docs.txt
	$(VENV)/bin/zensical build --clean

COMPILE = $(or $(UV),$(VENV)/bin/uv) pip compile -q --universal --python-version 3.11 --no-header --no-annotate $(if $(UPGRADE),--upgrade)
lock: setup  ## pin again after a change in pyproject.toml; newest of everything: make lock UPGRADE=1
	$(COMPILE) --extra all --extra dev --extra docs pyproject.toml -o requirements/constraints.txt
	$(COMPILE) -c requirements/constraints.txt --generate-hashes pyproject.toml -o requirements/runtime.txt
	$(COMPILE) -c requirements/constraints.txt --generate-hashes --extra all --extra dev pyproject.toml -o $(PINS)
	echo zensical | $(COMPILE) -c requirements/constraints.txt --generate-hashes - -o requirements/docs.txt
	echo uv | $(COMPILE) --generate-hashes - -o requirements/uv.txt
	$(PY) requirements/check.py

check-lock: setup  ## the pins name no host, carry hashes and fit pyproject.toml (needs no network)
	$(PY) requirements/check.py

clean:  ## remove the environment, caches and built files (runs/ stays)
	rm -rf $(VENV) dist site .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage htmlcov
	find model tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

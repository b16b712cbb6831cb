# The portal's commands. Two are enough: `make run` and `make test`; `make help` lists all of them.

# The first interpreter that is new enough; PYTHON=… chooses another.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$name" && break; done)
PORT ?= 8000
VENV := .venv
PY := $(VENV)/bin/python
export PORT

.DEFAULT_GOAL := help
.PHONY: help run venv venv-dev test test-all test-long test-fast check format bench bench-papers golden clean

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

venv: ## .venv with the pinned packages of requirements.txt
	@sh deploy/venv.sh "$(PYTHON)" requirements.txt

venv-dev:
	@sh deploy/venv.sh "$(PYTHON)" requirements.txt requirements-dev.txt

run: venv ## the portal on 127.0.0.1:8000 (PORT=… changes it), a worker and a beat; Ctrl-C stops all
	@exec $(PY) deploy/run.py

test: venv-dev ## make check, then every test but the long ones
	@exec $(PY) -m tests.run check main sqlite journeys templates

test-long: venv-dev ## the long tests alone
	@exec $(PY) -m tests.run long

test-all: venv-dev ## make test and the long tests
	@exec $(PY) -m tests.run check main sqlite journeys templates long

test-fast: ## a part of the tests in one process: make test-fast ARGS="tests/house -k rooms"
	@exec $(PY) -m pytest -n0 -q $(ARGS)

check: venv-dev ## ruff, format, mypy on the core rooms, djade, import-linter, migrations, check --deploy
	@exec $(PY) -m tests.check

format: venv-dev ## lets ruff and djade put the files in order
	@$(PY) -m ruff check --fix --exit-zero .
	@$(PY) -m ruff format .
	@git ls-files --cached --others --exclude-standard '*.html' | xargs -r $(VENV)/bin/djade --target-version 5.2

bench: venv-dev ## measures what the portal promises; figures go to var/bench/
	@exec $(PY) -m tests.benchmarks $(ARGS)

bench-papers: venv-dev ## papers and workbooks beside other programs: minutes; ARGS=--quick is a check
	@exec $(PY) -m tests.benchmarks.peers $(ARGS)

golden: venv-dev ## draws the papers anew and keeps the pictures that differ: look at each before it is committed
	@exec $(PY) -m tests.documents.pictures

clean: ## removes what the tools left behind, never var/
	@rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

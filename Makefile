# make setup|demo|test|check|bench|neo4j|neo4j-stop|lock|mutants|sbom|clean; each target installs what it needs into .venv
.DEFAULT_GOAL := help
.PHONY: help setup develop demo test test-long check format docs bench neo4j neo4j-stop lock mutants sbom clean

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
WORKERS ?= $(shell nproc 2>/dev/null || echo 2)
DEMO ?= demo
PAYMENTS ?= 2000
GRAPH_SERVER_TESTS := $(addprefix tests/contract/test_,homes_of_the_graph.py publish.py server_failures.py)

help: ## say what each target does
	@sed -nE 's/^([a-z0-9-]+):.*## (.*)$$/make \1	\2/p' Makefile | expand -t 18

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; $(PYTHON) is older. Try: make PYTHON=python3.11 …"; exit 3; }
	$(PYTHON) -m venv .venv

# the lock is installed by hash, then the project itself, which brings nothing along
.venv/base.stamp: .venv/bin/python requirements/base.txt pyproject.toml
	$(PIP) --require-hashes -r requirements/base.txt
	$(PIP) --no-deps -e .
	@touch $@

.venv/all.stamp: .venv/base.stamp requirements/all.txt
	$(PIP) --require-hashes -r requirements/all.txt
	@touch $@

setup: .venv/base.stamp ## make .venv with the command .venv/bin/lineage

develop: .venv/all.stamp ## the same with all extras and the tools of development

demo: .venv/base.stamp ## make a province with planted faults, load, check, and name the page to open
	$(BIN)/lineage demo $(DEMO) --payments $(PAYMENTS)

test: check ## the checks, then every test, with real servers where they can be had
	$(BIN)/python -m pytest -n $(WORKERS) $(TESTS)

test-long: .venv/all.stamp ## kills, faults, hostile input, properties, with many more examples; 1,000 traces and 100 kills on Neo4j
	HYPOTHESIS_PROFILE=long LINEAGE_WORLDS=60 $(BIN)/python -m pytest -n $(WORKERS) tests/property tests/crash \
		tests/hostile tests/differential/test_random_ledgers.py tests/differential/test_histories.py tests/differential/test_proposed_links.py $(GRAPH_SERVER_TESTS) $(TESTS)

check: .venv/all.stamp ## lint, types, layers, house style
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m tools.style

format: .venv/all.stamp ## put the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: .venv/all.stamp ## write the pages that come from the code
	LINEAGE_LANG=en $(BIN)/python -m tools.docs
	$(BIN)/python -m tools.contract

bench: .venv/all.stamp ## every benchmark in one run; writes docs/benchmarks.md
	$(BIN)/python -m benchmarks $(BENCHMARKS)

neo4j: .venv/all.stamp ## start a real Neo4j on loopback (Java 17, Maven) and print its address
	$(BIN)/python -m tools.neo4j start

neo4j-stop: ## stop it
	$(BIN)/python -m tools.neo4j stop

lock: .venv/all.stamp ## resolve requirements/*.txt anew, for every platform, with hashes
	$(BIN)/python -m tools.lock

mutants: .venv/all.stamp ## change the code a little at a time and see whether the tests notice (AREA="money rules --most 40")
	$(BIN)/python -m tools.mutants $(AREA)

sbom: .venv/all.stamp ## write sbom.json: every package of a running installation, its licence and hashes (CycloneDX)
	$(BIN)/python -m tools.sbom sbom.json

clean: ## remove what was built here
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

# The same targets here and in CI. `make help` lists them.
#
# Python 3.11+ and make are all that a machine needs: recipes stay within POSIX sh and hold no pipelines, so that
# -eu is strict enough where bash (and its pipefail) is not at hand. Paths are relative: a checkout's may hold spaces.

SHELL := /bin/sh
.SHELLFLAGS := -eu -c
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --warn-undefined-variables --no-builtin-rules
.DEFAULT_GOAL := help

BIN := .venv/bin
READY := .venv/.ready
ARGS ?=

# .ready names the folder it was made in: a copied or moved checkout brings a .venv that still runs the old one, so
# it is set up again.
ifneq "$(shell cat $(READY) 2>/dev/null)" "$(CURDIR)"
.PHONY: $(READY)
endif

$(READY): constraints.txt pyproject.toml .ci/setup
	@sh .ci/setup

.PHONY: help setup verify smoke nightly serve prove proof bench test test-browser check coverage lock clean

help: ## say what there is to make
	@echo "usage: make TARGET [ARGS='...'] [PYTHON=python3.x]"
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "With BASE_URL set, verify, smoke and nightly ask that target instead of the embedded mock. make itself"
	@echo "exits 2 whatever fails; where 1, 2 and 3 matter, run .venv/bin/contracts verify after make setup."

setup: $(READY) ## make .venv with the pinned dependencies (nothing to do when it is ready)

verify: $(READY) ## ask the whole contract: deterministic probes and generated cases (about a minute)
	@$(BIN)/contracts verify $(ARGS)

smoke: $(READY) ## ask the deterministic probes only (seconds)
	@$(BIN)/contracts verify --profile smoke $(ARGS)

nightly: $(READY) ## fill the time budget with fresh seeds (ARGS='--max-time 1h')
	@$(BIN)/contracts verify --profile nightly $(ARGS)

serve: $(READY) ## run the mock server (ARGS='--port 8080')
	@$(BIN)/contracts serve $(ARGS)

prove: $(READY) ## put the suite on trial: every fault caught, every legal variant silent (ARGS='FAULT...')
	@$(BIN)/contracts prove $(ARGS)

proof: $(READY) ## make the matrix of PROOF.md anew (half an hour; ARGS='--resume reports/proof' goes on with it)
	@$(BIN)/contracts prove --profile verify --out reports/proof --page PROOF.md $(ARGS)

bench: $(READY) ## measure beside the peers and write bench/RESULTS.md (an hour; ARGS='--quick', ARGS='a e')
	@$(BIN)/python -m bench $(ARGS)

# A test keeps one processor busy: two at a time. The proof has two of its own, and the bench's guard wants a quiet machine.
test: $(READY) ## run the project's own tests (ARGS='tests/unit -k wire')
ifeq "$(strip $(ARGS))" ""
	$(BIN)/pytest -n 2 --dist worksteal tests/unit tests/catalogue
	$(BIN)/pytest -n 2 --dist loadfile tests/cli --ignore tests/cli/test_bench_guard.py
	$(BIN)/pytest tests/prove tests/rough tests/cli/test_bench_guard.py
else
	$(BIN)/pytest $(ARGS)
endif

test-browser: $(READY) ## test the report's page in a headless Chromium (CHROMIUM=/path/to/chrome)
	@chromium="$$(sh .ci/browser)"; \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints-browser.txt; \
	  CHROMIUM="$$chromium" $(BIN)/pytest tests/browser $(ARGS)

check: $(READY) ## format, lint, types, import rules, and the catalogue's agreement
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q tests/catalogue

coverage: $(READY) ## run the project's own tests and say which branches they miss
	$(BIN)/pytest --cov --cov-report=term $(ARGS)

lock: ## resolve pyproject.toml into both constraints files anew, with hashes (needs uv; ARGS=--upgrade)
	uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --extra dev --extra cluster --custom-compile-command 'make lock' \
	  --output-file constraints.txt $(ARGS) pyproject.toml
	uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --group browser --constraints constraints.txt --custom-compile-command 'make lock' \
	  --output-file constraints-browser.txt $(ARGS)

clean: ## remove .venv, caches and builds (reports stay)
	rm -rf .venv .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build dist
	rm -f .coverage .coverage.*
	find bench contracts tests -name __pycache__ -type d -prune -exec rm -rf {} +

# Everything here needs Python 3.11 or newer and make; the rest goes into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The environment is made anew when its recipe changes, told by content and not by date.
RECIPE := $(shell { pwd; cat requirements.lock pyproject.toml; } | cksum | tr ' ' '-')
READY := $(VENV)/ready-$(RECIPE)
QUESTION := Which island has the most penguins?
PORT ?= 8000

.DEFAULT_GOAL := help
.PHONY: help run test check lint types lock schema pages bench clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(READY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Surefoot needs Python 3.11 or newer; name one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "Setting up $(VENV); this takes a minute or two, once."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@rm -f $(VENV)/ready-* && touch $@

run: $(READY) ## Ingest the example workspace and open the server with its page over it
	$(BIN)/surefoot ingest examples/workspace
	@echo "Open the page and ask, for example: $(QUESTION) Ctrl-C stops the server."
	$(BIN)/surefoot serve --port $(PORT)

test: $(READY) ## Run every test
	$(BIN)/python -m pytest -q -n 2 --dist worksteal --inline-snapshot=disable

check: lint types test ## Run what must hold before a commit: format, lint, types, tests

lint: $(READY)
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m ruff check .

types: $(READY)
	$(BIN)/python -m mypy

lock: ## Pin what pyproject.toml asks for; with ARGS=--upgrade, at the newest versions
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/python -m uv pip compile pyproject.toml $(ARGS) --quiet --all-extras --group dev \
		--python-version 3.11 --universal --generate-hashes --no-emit-index-url \
		--custom-compile-command "make lock" --output-file requirements.lock

schema: $(READY) ## Write the JSON Schema of the events to docs/events.schema.json
	$(BIN)/python tests/test_event_schema.py > docs/events.schema.json

pages: ## Copy the pages of docs/ into the example workspace
	rm -f examples/workspace/docs/*
	cp $(filter-out docs/architecture.md,$(wildcard docs/*.md)) examples/workspace/docs/

bench: $(READY) ## Measure our own overhead beside other frameworks
	$(BIN)/python -m surefoot.evals.bench.overhead

clean: ## Remove the environment and everything tools have left
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Every target prints itself: `make help`.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help install run test check fmt bench tests needs clients

VENV := .venv
BIN := $(VENV)/bin
PRODUCT := core db memory prompts tools agents workflows server
CLIENTS := $(patsubst %/package.json,%/node_modules/.installed,$(wildcard tests/clients/*/package.json))
# requirements-dev.lock pins pyright; a newer one is no news for this gate.
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

install: $(VENV)/.run ## Make .venv and install what the product needs
	@echo "Installed in $(VENV)."

run: $(VENV)/.run ## Start Marketing Minds on this machine
	@exec $(BIN)/marketing-minds serve

test: needs check tests ## The whole gate: check, then every test

check: $(VENV)/.dev ## Format, lint, types, import contracts, house rules
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/python -m scripts.lint
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy
	$(BIN)/pyright

tests: $(VENV)/.dev $(CLIENTS) ## Every test; those that need the machine to themselves come last
	$(BIN)/pytest -q -n 2 --dist worksteal -m "not alone"
	$(BIN)/pytest -q -m alone

fmt: $(VENV)/.dev ## Format and fix what can be fixed
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .

bench: $(VENV)/.dev ## Measure speed and quality; prints the machine with the figures
	$(BIN)/python -m bench

needs: $(VENV)/.dev
	@$(BIN)/python -m scripts.needs

clients: $(CLIENTS)

$(VENV)/bin/python:
	@sh scripts/make_venv.sh $(VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing the pinned dependencies into $(VENV); this takes about half a minute, once."
	@$(BIN)/python -m pip install --quiet --no-deps --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --editable .
	@$(BIN)/python -m compileall -q $(PRODUCT)
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	@echo "Installing what the gate needs into $(VENV), once."
	@$(BIN)/python -m pip install --quiet --no-deps --requirement requirements-dev.lock
	@touch $@

# The lock file, where there is one, pins versions and checksums; npm's own settings say where packages come from.
tests/clients/%/node_modules/.installed: tests/clients/%/package.json $(wildcard tests/clients/*/package-lock.json)
	cd $(<D) && if [ -f package-lock.json ]; then npm ci --no-audit --no-fund; else npm install --no-audit --no-fund; fi
	@touch $@

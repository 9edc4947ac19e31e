# Each target makes .venv by itself from Python 3.11+ and the package index.
PYTHON ?= python3
BIN := .venv/bin

# Without compiled files each of the hundred commands that tests start would compile the program.
export PYTHONDONTWRITEBYTECODE =

.PHONY: demo test soak lint style types docs bench clean

demo: .venv/ready          ## the main job end to end, offline, on example data
	$(BIN)/badge-migrator demo

test: .venv/ready          ## lint, types, layers, tests, coverage
	@.ci/test

soak: .venv/ready          ## the kill test with 3,000 kills, about ten minutes
	KILLS=3000 $(BIN)/python -m pytest tests/transfer/test_kill.py

lint: style types

style: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	COLUMNS=88 $(BIN)/cog --check docs/*.md

types: .venv/ready
	$(BIN)/mypy

docs: .venv/ready          ## write the generated parts of the docs anew
	COLUMNS=88 $(BIN)/cog -r docs/*.md

bench: .venv/ready         ## our figure, the floor and the ratio, from one run
	$(BIN)/python -m benchmarks.run

.venv/ready: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -qq --upgrade pip
	$(BIN)/python -m pip install -qq --editable '.[dev]'
	touch $@

clean:
	rm -rf .venv build dist *.egg-info .coverage .coverage.*

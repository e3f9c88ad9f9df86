# The two commands of a newcomer: `make demo` and `make test`. The rest is for those who work on the project.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help demo test lint quality bench lock clean

help:           ## what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

.venv/ready: requirements.lock
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

demo: .venv/ready  ## crawl the bundled demo news site, archive it, write texts, audit the result
	@$(BIN)/python -m tests.demo run

test: .venv/ready lint  ## everything that is checked
	$(BIN)/python -m pytest -n auto --dist loadfile

lint: .venv/ready  ## style, types, direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

quality: .venv/ready  ## how right the texts are, on the demo site's gold and on labelled pages where they lie beside
	@$(BIN)/python -m benchmarks.quality

bench: .venv/ready  ## how fast it is, as ratios within one run
	@$(BIN)/python -m benchmarks.speed

lock: .venv/ready  ## lock the dependencies anew
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra test --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header -o requirements.lock

clean:          ## remove what was made, collections excepted
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

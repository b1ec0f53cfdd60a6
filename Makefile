# Two commands: `make demo` and `make test`. The rest are their parts.
SHELL := /bin/bash
.DEFAULT_GOAL := help
SERVE ?= 1
# processes of the test suite; each has a PostgreSQL of its own
WORKERS ?= 2
# cached bytecode halves the start of every tool
unexport PYTHONDONTWRITEBYTECODE

# the version that the locks are resolved for; 3.12 installs from them too
LOCK_PYTHON := 3.11

ROOT := $(CURDIR)
UV_HOME := $(ROOT)/.uv
UV := $(shell command -v uv 2>/dev/null || echo $(UV_HOME)/bin/uv)
VOC := $(ROOT)/.venv/bin/voc
BIN := $(ROOT)/.venv/bin
# a lock's stamp: rebuilt when the lock changes, untouched otherwise
PIPELINE_STAMP := .venv/.built-from-lock
SUPERSET_STAMP := .venv-superset/.built-from-lock

# a file's tests stay together, and all end-to-end tests: they share one demo
SPREAD := -n $(WORKERS) --no-loadscope-reorder

.PHONY: help demo test lint env eval bench-truth stop clean status lock fast-test docs

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 14

demo: env ## start everything, load sample data, run the night, serve (SERVE=0: stop at the end)
	@VOC_EARLIER_STEPS="$$(cat .venv/.env-seconds 2>/dev/null || echo '{}')" \
		$(VOC) demo $(if $(filter 0,$(SERVE)),--no-serve,--serve) $(DEMO_ARGS); \
		status=$$?; rm -f .venv/.env-seconds; exit $$status

test: env lint ## lint, then the whole test suite (end to end on real services)
	@$(BIN)/python -m pytest $(SPREAD) $(PYTEST_ARGS)

fast-test: env ## unit and integration tests only
	@$(BIN)/python -m pytest $(SPREAD) --ignore tests/end_to_end $(PYTEST_ARGS)

lint: env ## ruff, mypy, import law, sqlfluff
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/sqlfluff lint --processes 0 --disable-progress-bar -q dbt_project

eval: env ## how good the labels are (EVAL_ARGS="--sets DIR": on data sets of yours)
	@$(VOC) evaluate $(EVAL_ARGS)

bench-truth: env ## what of the planted truth the statistics find (STATE=state folder of a demo)
	@$(BIN)/python -m benchmarks.truth_recovery --state $(or $(STATE),.voc) $(BENCH_ARGS)

env: $(PIPELINE_STAMP) $(SUPERSET_STAMP) ## build both Python environments from the locks

# pip, not uv: it takes a CPU build of torch where one is at hand (uv sees indexes only)
transformers: env ## add the optional transformers back end to the pipeline's environment
	@python3 -m pip --python $(BIN)/python install --quiet --disable-pip-version-check \
		--constraint locks/transformers.txt torch transformers

$(UV_HOME)/bin/uv:
	@scripts/install_uv $(UV_HOME)

# uv from the PATH is used as it is; ours is made on demand
.PHONY: uv-ready
uv-ready: $(if $(filter $(UV_HOME)/bin/uv,$(UV)),$(UV_HOME)/bin/uv)

$(PIPELINE_STAMP): locks/pipeline.txt pyproject.toml | uv-ready
	@scripts/build_environment .venv locks/pipeline.txt "$(UV)" --project

$(SUPERSET_STAMP): locks/superset.txt | uv-ready
	@scripts/build_environment .venv-superset locks/superset.txt "$(UV)"

stop: ## stop all services, keep the data
	@if [ -x $(VOC) ]; then $(VOC) stop; else echo "Nothing to stop."; fi

clean: ## stop and remove everything that was built or loaded
	@if [ -x $(VOC) ]; then $(VOC) clean --yes; fi
	@rm -rf .venv .venv-superset .uv dbt_project/target dbt_project/logs .pytest_cache \
		.mypy_cache .ruff_cache .import_linter_cache
	@echo "Removed the environments."

docs: env ## dbt's documentation: every table and column, and where it comes from
	@$(VOC) dbt docs generate --static
	@echo "dbt_project/target/static_index.html"

status: env ## how things stand
	@$(VOC) status

lock: | uv-ready ## resolve the dependencies anew and rewrite the locks
	$(UV) pip compile --quiet --python-version $(LOCK_PYTHON) --no-header --extra dev \
		pyproject.toml -o locks/pipeline.txt --upgrade
	$(UV) pip compile --quiet --python-version $(LOCK_PYTHON) --no-header \
		-c locks/pipeline.txt locks/production.in -o locks/production.txt --upgrade
	$(UV) pip compile --quiet --python-version $(LOCK_PYTHON) --no-header \
		-c locks/pipeline.txt locks/transformers.in -o locks/transformers.txt --upgrade
	$(UV) pip compile --quiet --python-version $(LOCK_PYTHON) --no-header \
		--exclude-newer 2026-06-01T00:00:00Z locks/superset.in -o locks/superset.txt --upgrade

# Everything runs in .venv, which is made when it is missing. Python 3.11+ is all that is needed.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   := .venv
BIN    := $(VENV)/bin
EXTRAS ?= dev
CORPORA ?= ../shared/corpora
NOTES  ?= ../shared/text
# Processes that share the test suite; each starts a PostgreSQL of its own.
TESTERS ?= 2
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: demo test lint format bench evaluate floors faults clean
.DEFAULT_GOAL := demo

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Chartloom needs Python 3.11 or later; set PYTHON=...")'
	$(PYTHON) -m venv $(VENV)

# A marker file a set of extras, so that the second run starts at once.
$(VENV)/.installed-%: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install -q --progress-bar off -c constraints.txt -e '.[$*]'
	@touch $@

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing into $(VENV) (about a minute) ..."
	$(BIN)/python -m pip install -q --progress-bar off -c constraints.txt -e .
	@touch $@

demo: $(VENV)/.installed  ## the whole path on sample patients; ONCE=1 exits after the table
	CHARTLOOM_DATA_DIR=$(CURDIR)/data/demo $(BIN)/chartloom demo $(if $(ONCE),--once)

test: $(VENV)/.installed-$(EXTRAS)  ## the whole test suite
	$(BIN)/python -m pytest -n $(TESTERS) --dist loadfile

lint: $(VENV)/.installed-$(EXTRAS)  ## style, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.installed  ## notes through the whole path and the models, mentions through the terminology
	$(BIN)/python -m server.bench --notes $(NOTES)
	$(BIN)/python -m models.bench --notes $(NOTES)
	$(BIN)/python -m terminology.benchmark

evaluate: $(VENV)/.installed  ## accuracy of the built-in models on stand-off JSONL corpora
	$(BIN)/chartloom models evaluate --corpora $(CORPORA)
	$(BIN)/python -m models.training.scoring.phi_benchmark
	$(BIN)/python -m models.training.scoring.phi_corpora $(CORPORA)

floors: $(VENV)/.installed  ## the same on a sample, failing below the floors
	$(BIN)/chartloom models evaluate --corpora $(CORPORA) --sample 100 --floors
	$(BIN)/python -m models.training.scoring.phi_benchmark --sample 3 --floors
	$(BIN)/python -m models.training.scoring.phi_corpora $(CORPORA) --measure damage --sample 60 --floors

faults: $(VENV)/.installed-dev  ## long fault runs: kill -9, a store that is away
	$(BIN)/python -m pytest tests/faults -m faults

clean:
	rm -rf $(VENV) data build dist

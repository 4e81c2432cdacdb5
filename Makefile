# Pixels to Edge. `make lab` to learn, `make test` to develop, `make class` to grade a sample class.
# Each target sets up what it needs; the plain commands stand beside them in the README.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
LAB ?= 00_hardware_tour
BIN := .venv/bin
export ORT_DISABLE_TELEMETRY := 1

.PHONY: help tools setup lab test class build check unit labs browser site clean

help:
	@echo "make lab     open the first lab in JupyterLab (LAB=01_image_filters for another)"
	@echo "make test    everything that CI checks"
	@echo "make class   grade a sample class of twelve"
	@echo "make build   make the notebooks from solutions/*/*.py"

setup: .venv/ready

.venv/ready: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "There is no python3 on the path: install Python 3.11 and run this again."; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { \
	  echo "The course's own environment needs Python 3.11 to 3.13, $(PYTHON) is older or newer: say make PYTHON=python3.11."; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) can't make a virtual environment: on Debian, apt-get install python3-venv, then run this again."; exit 1; }
	test -x $(BIN)/python || "$(PYTHON)" -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[lab,grading,cluster,compile,serving,dev]'
	@touch $@

lab: setup
	@test -f labs/$(LAB)/$(LAB).ipynb || { echo "There is no lab $(LAB) in labs/: say make lab LAB=01_image_filters, or look into labs/."; exit 1; }
	$(BIN)/jupyter lab labs/$(LAB)/$(LAB).ipynb

build: setup
	$(BIN)/python -m course build

test: setup check unit labs browser
	@echo "All checks passed."

check: setup
	$(BIN)/python -m course build --check
	$(BIN)/python -m course lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

unit: setup tools
	$(BIN)/python -m pytest -q tests --ignore=tests/browser --ignore=tests/test_labs.py --ignore=tests/test_answers.py -m "not gpu"
	$(BIN)/python -m pytest -q --doctest-modules gpu_utils

labs: setup
	$(BIN)/python -m pytest -q tests/test_labs.py tests/test_answers.py

browser: setup tools
	@if command -v chromium >/dev/null && command -v chromedriver >/dev/null; then $(BIN)/python -m pytest -q tests/browser; \
	else echo "Left out: the browser tests, as chromium and chromedriver are missing."; test -z "$$CI"; fi

# What the tests use besides Python: bubblewrap is grading's sandbox, a C compiler builds a stand-in for the NVIDIA driver's library, Chromium drives JupyterLab.
tools:
	@missing=""; for pair in bwrap:bubblewrap cc:gcc chromium:chromium chromedriver:chromium-driver; do \
	  command -v $${pair%%:*} >/dev/null || missing="$$missing $${pair##*:}"; done; \
	if [ -n "$$missing" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing libc6-dev >/dev/null; \
	elif [ -n "$$missing" ]; then echo "Missing for some tests:$$missing. Install them with: sudo apt-get install$$missing"; fi

class: setup
	$(BIN)/python -m course class --out out/class

clean:
	rm -rf .venv out .pytest_cache .mypy_cache .ruff_cache

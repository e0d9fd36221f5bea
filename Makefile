# Every target makes the environment that it needs (a folder .venv-<name>) and re-uses it after.
# Needed: Python 3.11 or newer (another one: make test PYTHON=python3.12) and a package registry.
# TORCH_INDEX: a package index to take torch from, such as PyTorch's own for CPU builds, far smaller on Linux.

PYTHON ?= python3
export PIP_DISABLE_PIP_VERSION_CHECK = 1

run  = .venv-run/bin
dev  = .venv-dev/bin
quick = not slow and not long and not gpu and not network

.PHONY: help demo test contract-old check slow long gpu bench docs chromium clean

help:  ## this list
	@grep -E '^[a-z-]+:.*##' Makefile | sed 's/:.*##/:/'

demo: .venv-run/ready  ## fit a VAE on handwritten digits and write a run folder with a report
	@out=demo-run; n=1; while [ -e $$out ]; do n=$$((n + 1)); out=demo-run-$$n; done; \
	$(run)/vaekit fit digits --out $$out

test: .venv-dev/ready contract-old  ## all quick tests, on the newest scikit-learn; the contract on the oldest too
	$(dev)/python -m pytest -m "$(quick)" -n 2

contract-old: .venv-oldest/ready  ## the contract tests on the oldest scikit-learn, and those of frames on pandas 2
	@.venv-oldest/bin/python -c "import sklearn; print('scikit-learn', sklearn.__version__)"
	.venv-oldest/bin/python -m pytest -m "$(quick)" -n 2 tests/contract tests/theory/test_regressor_contract.py $(frames)

check: .venv-dev/ready  ## lint, format, types, floors, and whether the table of options is up to date
	$(dev)/ruff check .
	$(dev)/ruff format --check .
	$(dev)/mypy
	$(dev)/python -m pytest tests/test_floors.py
	$(dev)/python -m vaekit.cli.options --check

slow: .venv-dev/ready  ## tests of minutes; TESTS="22 38" runs test_22_... and test_38_... only
	VAEKIT_ACCEPTANCE=$(acceptance) $(dev)/python -m pytest -m slow --timeout 7200 $(if $(TESTS),-k "$(numbered)"); \
	passed=$$?; $(dev)/python tests/article/table.py $(acceptance); exit $$passed

long: .venv-dev/ready  ## tests of hours; takes TESTS as slow does
	VAEKIT_ACCEPTANCE=$(acceptance) $(dev)/python -m pytest -m long --timeout 0 $(if $(TESTS),-k "$(numbered)"); \
	passed=$$?; $(dev)/python tests/article/table.py $(acceptance); exit $$passed

gpu: .venv-dev/ready  ## tests that need a CUDA device
	$(dev)/python -m pytest -m gpu

bench: .venv-run/ready .venv-dev/ready  ## measure the speed, beside a hand-written loop and beside other toolkits
	$(run)/python -m benchmarks; step=$$?; $(run)/python -m benchmarks.scale; $(run)/python -m benchmarks.outliers; $(dev)/python -m benchmarks.synthesis; $(run)/python -m benchmarks.compare && exit $$step

docs: .venv-docs/ready  ## build the documentation into docs/_build/html
	.venv-docs/bin/sphinx-build -q -W docs docs/_build/html

# Without one, and without the right to install it, those tests are skipped.
chromium:  ## install the browser that the explorer's tests need (Debian and Ubuntu, as root)
	@for name in chromium chromium-browser google-chrome; do command -v $$name > /dev/null && exit; done; \
	if [ "$$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then \
		echo "There is no Chromium here, and it can be installed by root with apt only; its tests will be skipped."; exit; fi; \
	echo "Installing Chromium, once."; \
	{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium; } > /dev/null 2>&1 \
	|| echo "Chromium could not be installed; its tests will be skipped."

clean:  ## remove the environments, caches and built files; runs stay
	rm -rf .venv-run .venv-dev .venv-oldest .venv-docs .venv-bench-* dist build
	rm -rf docs/_build docs/gallery docs/api/made docs/sg_execution_times.rst
	rm -rf acceptance .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find src tests -name __pycache__ -prune -exec rm -rf {} +

# Tests of frames, which differ between pandas 2 and 3.
frames = $(addprefix tests/data/test_, codec.py schema.py read_tables.py inspection.py) \
	$(addprefix tests/estimators/test_, tabular.py what_if_in_tables.py)

# Where the article's tests keep their trained models and what they measured; a run that was cut off goes on from there.
acceptance = acceptance

# "22 38" -> "test_22_ or test_38_"
space = $() $()
numbered = $(subst $(space), or ,$(patsubst %,test_%_,$(TESTS)))

# Environments: what each holds beside the package, and the versions that it is made of.
pins = constraints.txt
.venv-dev/ready:    groups = --group test --group check --group export
.venv-docs/ready:   groups = --group docs
.venv-oldest/ready: groups = --group test
.venv-oldest/ready: pins = constraints-oldest.txt

.venv-%/ready: pyproject.toml constraints.txt constraints-oldest.txt
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'vaekit needs Python 3.11 or newer, $(PYTHON) is ' + sys.version.split()[0] + '; name another with PYTHON=...')"
	@echo "Preparing $(@D), once; this takes a few minutes."
	@$(PYTHON) -m venv $(@D)
	@$(@D)/bin/python -m pip install -q --upgrade "pip>=25.1"
	@$(@D)/bin/python -m pip install -q -c $(pins) $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) torch
	@$(@D)/bin/python -m pip install -q -c $(pins) -e . $(groups)
	@touch $@

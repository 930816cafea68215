# Needs Python 3.11 or newer and make; everything else goes into .venv here.
#
#   make demo    sets up, and shows the day's list of forty fictitious cases
#   make test    sets up, and runs every check and test
#   make bench   sets up, and measures casectl against its bounds (minutes, and some GB of disk)
#   make torture kills it, cuts its power, crowds it and refuses it its disk (an hour)
#   make month   lives a month of a 40-case caseload through the store (about a minute)
#   make fuzz    sets up, and tries any input on any parser and command (about 5 minutes)
#   make simulate lives sixty days of ninety cases by the list (about a minute)
#   make docs    writes the command reference and the man page anew
#   make clean   removes what these made

VENV := .venv
BIN := $(VENV)/bin

# Byte code is kept, whatever the shell says: start-up is measured with it.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test check bench torture simulate month fuzz docs clean

demo: $(VENV)/installed
	@rm -rf .demo
	@$(BIN)/casectl demo --dir .demo

test: check
	@$(BIN)/pytest -n 2 --dist worksteal

check: $(VENV)/installed-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: $(VENV)/installed
	@$(BIN)/python bench/run.py $(BENCH)

torture: $(VENV)/installed
	@$(BIN)/python bench/torture/run.py $(TORTURE)

simulate: $(VENV)/installed
	@$(BIN)/python bench/day.py $(SIMULATE)

month: $(VENV)/installed
	@$(BIN)/python bench/month.py $(MONTH)

fuzz: $(VENV)/installed-dev
	@FUZZ_EXAMPLES=$(or $(EXAMPLES),3000) $(BIN)/pytest -n 2 tests/hostile

docs: $(VENV)/installed-dev
	@$(BIN)/python docs/generate.py

clean:
	rm -rf $(VENV) .demo bench/out .mypy_cache .ruff_cache .pytest_cache .hypothesis

# The stamps are younger than what they stand for, so nothing is installed twice.
$(VENV)/installed: $(VENV)/made pyproject.toml casectl/__init__.py
	@echo "Installing casectl into $(VENV) (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/installed-dev: $(VENV)/made pyproject.toml casectl/__init__.py
	@echo "Installing casectl and its tests' tools into $(VENV) (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@ $(VENV)/installed

$(VENV)/made:
	@for python in python3.14 python3.13 python3.12 python3.11 python3 python; do \
		if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			if $$python -c 'import venv, ensurepip' 2>/dev/null; then \
				$$python -m venv $(VENV) && touch $@ && exit 0; \
				exit 1; \
			fi; \
			without="$$without $$python"; \
		fi; \
	done; \
	if [ -n "$$without" ]; then \
		echo "casectl needs Python's venv module, which$$without lacks:" \
			"on Debian and Ubuntu, apt install python3-venv" >&2; \
	else \
		echo "casectl needs Python 3.11 or newer, and none is on the PATH:" \
			"see python.org/downloads" >&2; \
	fi; \
	exit 1

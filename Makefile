# Every target sets up what it needs first (scripts/setup.sh); where nothing is missing that takes under half a second.

PY := .venv/bin/python
JOBS ?= 2
T ?=
TOUR ?=
MAX ?= 5000
FUZZ_S ?= 60
FUZZ_N ?=
QUICK ?=
PHOTOS ?=
UPGRADE ?=
ROOTS ?= bookworm trixie
BUNDLE ?=
N ?= 100
SEED ?=
export HYPOTHESIS_MAX_EXAMPLES := $(MAX)
export UPGRADE

.DEFAULT_GOAL := help
.PHONY: help audit demo test test-busy test-long mutants test-install test-device test-wheels bundle check bench docs fuzz lock fix setup clean distclean

help: ## say what can be made
	@printf 'make TARGET [NAME=value]\n\n'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@printf '\nNothing has to be installed by hand on Debian 12, 13 or Raspberry Pi OS but git and make.\n'

# `test` fixes the hash seed: a run can be repeated, and two workers see a set of names in one order. `fuzz` takes a new one and says it.

demo: ## run the whole door on this screen, with a registry of its own (TOUR=1: it presents visitors by itself)
	@scripts/setup.sh demo
	@$(PY) -m kiosk demo $(if $(TOUR),--tour)

test: ## run the tests (T="tests/core -k iin": some of them; JOBS=0: in one process, for a debugger)
	@scripts/setup.sh test
	@PYTHONHASHSEED=0 $(PY) -m pytest -n $(JOBS) --dist loadfile $(T)

test-busy: ## the tests beside eight processes that only burn: all once, three times those that start a thread, a process or a window (half an hour; T="tests/app": some of them)
	@scripts/setup.sh test
	@$(PY) -m tests.busy --jobs $(JOBS) -- $(T)

test-long: ## the tests that take ten minutes: two ways in and a way out, each a real kiosk, beside a real registry; old faults under five seeds; every size of screen; the benchmark
	@scripts/setup.sh test
	@PYTHONHASHSEED=0 $(PY) -m pytest -m long -p no:cacheprovider $(or $(T),tests)

mutants: ## is everything that kiosk/core does asked for by a test? Changes it in one place at a time, and looks (N=100 places; SEED=7: the same ones again; N=0: all)
	@scripts/setup.sh test
	@$(PY) -m tests.mutants --count $(N) --jobs $(JOBS) $(if $(SEED),--seed $(SEED))

test-install: ## install on clean machines in containers, kill, hang, restart, remove (root; ROOTS=bookworm: one of them)
	@scripts/setup.sh install
	@$(PY) -m tests.install.container $(ROOTS)

test-device: ## run the installed kiosk in a virtual device: panel, cameras, keypad, pins, watchdogs, power cuts (root; 15 to 25 minutes, 8 more the first time)
	@scripts/setup.sh device
	@$(PY) -m tests.device

test-wheels: ## does every pinned package have a wheel for a Pi, on each Python?
	@scripts/setup.sh test
	@for python in 3.11 3.13; do $(PY) scripts/wheels.py --machine aarch64 --python $$python || exit 1; done

bundle: ## pack a release with all that it needs, for a device without a network (BUNDLE="--suite trixie": for another system)
	@scripts/bundle.sh $(BUNDLE)

check: ## judge without running: ruff, types, shell scripts, who imports whom, units
	@scripts/setup.sh test
	@scripts/check.sh

audit: ## is anything known against a pinned package? Asks the public lists, where there is a network
	@scripts/audit.sh

fix: ## let ruff format, and mend what it can mend
	@scripts/setup.sh test
	@$(PY) -m ruff check --fix --quiet . ; $(PY) -m ruff format --quiet .

bench: ## measure the door beside the loop that tutorials show (half an hour; QUICK=1: a fifth; PHOTOS=FOLDER: real ones too; docs/performance.md)
	@scripts/setup.sh test
	@$(PY) -m tests.bench $(if $(QUICK),--quick)
	@$(PY) -m tests.bench.revocations
	@$(PY) -m tests.bench.reader $(if $(QUICK),--quick) $(if $(PHOTOS),--photos '$(PHOTOS)')
	@$(PY) -m tests.bench.factors --quick

fuzz: ## the property tests with many random examples (MAX=5000 each, T=...: some of them), then bytes that look for new lines (FUZZ_S=60 each, or FUZZ_N=1000000 of each)
	@scripts/setup.sh test
	@export PYTHONHASHSEED=$${PYTHONHASHSEED:-$$(date +%s)}; echo "PYTHONHASHSEED=$$PYTHONHASHSEED"; \
	HYPOTHESIS_PROFILE=fuzz $(PY) -m pytest -n $(JOBS) -m hypothesis --timeout 1800 $(T)
	@for target in pass enrolment signed_document registry_reply reading; do $(PY) -m tests.fuzz.$$target $(if $(FUZZ_N),--count $(FUZZ_N),--seconds $(FUZZ_S)) || exit 1; done

docs: ## write the generated pages again
	@scripts/setup.sh test
	@scripts/docs.sh

lock: ## pin requirements/*.in again (UPGRADE=1: the newest of everything)
	@scripts/lock.sh

setup: ## set up for all of the above, run nothing
	@scripts/setup.sh test

clean: ## remove caches
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis build *.egg-info
	@find kiosk drivers simulator ui registry tests -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## remove caches and the virtual environment
	@rm -rf .venv .venv.lock

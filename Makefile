# Two commands on a fresh machine: `make demo` and `make test`. Everything they need is installed into .venv.
PYTHON ?= python3
BIN := .venv/bin
COMPILE := uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q pyproject.toml --extra node --extra fast --group build

.PHONY: install demo test test-deep peers fuzz bench check docs pictures lock clean

.venv/runtime: requirements/runtime.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "installing what Sealane runs on ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/runtime.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e '.[node]'
	@touch $@

.venv/dev: requirements/peers.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "installing what the tests and benchmarks need ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/peers.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e '.[node]'
	@touch $@ .venv/runtime

install: .venv/runtime

demo: .venv/runtime
	@$(BIN)/python -m sealane demo $(if $(ONCE),--once)

.peers/tried:
	@echo "looking for the OpenTDF clients that the tests open files with (once; \`make peers\` tries again) ..."
	@tests/interop/peers/install.sh

test: .venv/dev .peers/tried
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not deep"

test-deep: .venv/dev .peers/tried
	$(BIN)/python -m pytest -n 2 --timeout 3600
	$(BIN)/python -m tests.other_days $(DAYS)

peers:
	@tests/interop/peers/install.sh

fuzz: .venv/dev
	$(BIN)/python -m tests.fuzz $(FUZZ)

bench: .venv/dev
	$(BIN)/python -m bench $(BENCH)

check: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: .venv/dev
	$(BIN)/python -m sealane.cli.docs

pictures: .venv/dev
	$(BIN)/python -m tests.web.pictures build/pictures $(ONLY)

lock:
	$(COMPILE) -o requirements/runtime.lock
	$(COMPILE) --extra overlay --extra pkcs11 --group dev --group peers -o requirements/peers.lock

clean:
	rm -rf demo-run bench/out

# Two commands on a fresh machine: `make demo` and `make test`. Everything they need is installed into .venv.
PYTHON ?= python3
BIN := .venv/bin
UV := uv pip compile --no-strip-extras --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q
COMPILE := $(UV) pyproject.toml --extra node --extra fast --group build
COMPILE_GROUPS := $(UV) --constraints requirements/peers.lock
PACKAGED := --extra node --extra fast --extra scale --extra overlay --extra pkcs11

.PHONY: install demo test test-deep test-versions peers fuzz bench check docs pictures site release lock clean

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

.venv/docs: requirements/docs.lock .venv/runtime
	@echo "installing what the documentation site needs ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/docs.lock
	@touch $@

.venv/release: requirements/release.lock .venv/runtime
	@echo "installing what a release needs ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/release.lock
	@touch $@

ifeq ($(DATABASE),postgresql)
demo: .venv/dev
	@$(BIN)/python -m tools.servers $(BIN)/python -m sealane demo --apart --database '{address}' --blobs '{bucket}' --endpoint '{endpoint}' --wake '{nats}' $(if $(ONCE),--once)
else
demo: .venv/runtime
	@$(BIN)/python -m sealane demo $(if $(ONCE),--once)
endif

.peers/tried:
	@echo "looking for the OpenTDF clients that the tests open files with (once; \`make peers\` tries again) ..."
	@tests/interop/peers/install.sh

test: .venv/dev .peers/tried
	@mkdir -p build
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not deep" --cov --cov-report=
	$(BIN)/python -m tools.covered

test-deep: .venv/dev .peers/tried
	$(BIN)/python -m pytest -n 2 --timeout 3600
	$(BIN)/python -m tests.other_days $(DAYS)

test-versions: .venv/runtime
	$(BIN)/python -m tools.versions

peers:
	@tests/interop/peers/install.sh

fuzz: .venv/dev
	$(BIN)/python -m tests.fuzz $(FUZZ)

bench: .venv/dev
	$(BIN)/python -m bench $(BENCH)

check: .venv/dev
	$(BIN)/ruff format --check -q .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: .venv/dev
	$(BIN)/python -m sealane.cli.docs
	$(BIN)/python -m tools

pictures: .venv/dev
	$(BIN)/python -m tests.web.pictures build/pictures $(ONLY)

site: .venv/docs
	$(BIN)/python -m tools.api_pages
	$(BIN)/python -m sphinx -q -W --keep-going -b html -c docs/site -d build/doctrees . build/site
	@echo "build/site/index.html"

release: .venv/release
	$(BIN)/python -m tools.release

lock:
	$(COMPILE) -o requirements/runtime.lock
	$(COMPILE) --extra otel --extra overlay --extra pkcs11 --extra scale --group dev --group peers -o requirements/peers.lock
	$(COMPILE_GROUPS) pyproject.toml $(PACKAGED) -o requirements/package.lock
	$(COMPILE_GROUPS) --group docs -o requirements/docs.lock
	$(COMPILE_GROUPS) --group release --group build -o requirements/release.lock

clean:
	rm -rf demo-run bench/out

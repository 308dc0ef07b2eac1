# Two commands do all the set-up: `make demo` and `make test`.
.PHONY: demo test lint coverage docs set-up browser test-tools faults mutants sbom licences audit

PYTHON ?= python3
UV_VERSION := 0.13.9
UV := .venv-uv/bin/uv
RUN := $(UV) run --frozen

demo: set-up browser
	rm -rf workspace-demo
	$(RUN) quarterdeck --workspace workspace-demo demo

test: set-up browser test-tools
	$(RUN) pytest -n 2 --dist loadfile --no-loadscope-reorder

# How much of the domain its own tests reach; fails under the floor. Apart from `make test`, which
# measuring would make a third slower.
coverage: set-up
	$(RUN) pytest tests/schemas tests/pipelines -m "not slow" -n 2 --dist loadfile \
		--cov=schemas --cov=pipelines --cov-branch --cov-report=term:skip-covered

lint: set-up
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy
	$(RUN) lint-imports
	$(RUN) deptry .
	$(RUN) vulture
	$(RUN) sqlfluff lint dbt_project/models --disable-progress-bar

# The documentation as a site with a search, in site-docs/; asks nothing of the network.
docs: set-up
	$(UV) run --frozen --group docs env NO_MKDOCS_2_WARNING=1 mkdocs build --strict --quiet
	@! grep -rlE '<(script|link|img|iframe)[^>]*(src|href)="?(https?:)?//' site-docs --include='*.html'
	@echo "The documentation: site-docs/index.html"

# uv, in an environment of its own, then everything the lock names, and the dbt project, parsed once.
set-up: $(UV)
	$(UV) sync --frozen --quiet --compile-bytecode
	$(RUN) python -m orchestration.dbt.project

$(UV):
	$(PYTHON) -m venv .venv-uv
	.venv-uv/bin/pip install --quiet uv==$(UV_VERSION)

# Charts and browser tests use the system's Chromium; without it the site still builds.
browser:
	@sh scripts/install-browser

# The proxy's configuration is tried with a real nginx, wrong clocks with libfaketime.
test-tools:
	@sh scripts/install-test-tools

# Each act killed at every step and done again, the thousand kills, and those of whole builds; the
# result is written down in docs/promises.md.
faults: set-up
	$(RUN) python -m tests.faults.one_effect "$$(mktemp -d)"
	$(RUN) python -m tests.faults.one_effect "$$(mktemp -d)" --twice
	$(RUN) python -m tests.faults.kills --rounds 1000
	$(RUN) python -m tests.faults.builds --rounds 10

# One change at a time in the rules over rows and in disclosure control: the tests must see nine in
# ten of them; the result is written down in docs/promises.md.
mutants: set-up
	$(RUN) python -m scripts.mutants 75

# What the program is made of, from the lock. Needs no network.
sbom: $(UV)
	$(UV) export --frozen --no-dev --quiet --format cyclonedx1.5 --output-file sbom.cdx.json

# The licence of every package that is installed, as it states it.
licences: set-up
	$(UV) tool run pip-licenses --python .venv/bin/python --format csv --output-file licences.csv

# Known vulnerabilities of what the lock names. Asks OSV, and fails where it cannot be asked.
audit: $(UV)
	$(UV) audit --frozen

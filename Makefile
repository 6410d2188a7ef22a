# Everything uses .venv; set PY to use another interpreter that has the project.
PY ?= .venv/bin/python
COGGED := $(wildcard README.md docs/*.md)
.PHONY: run install test test-spark lint docs hostile clean bench bench-scale bench-partners bench-partners-speed

run: install  ## start the service with the shipped graph
	$(PY) server.py

install: .venv/installed  ## make .venv with everything the project needs
	@$(PY) frontend/build.py

.venv/installed: pyproject.toml
	python3 -m venv .venv
	.venv/bin/python -m pip install --quiet --upgrade pip
	.venv/bin/python -m pip install --quiet --editable '.[test,lint]'
	touch $@

test: install  ## all tests; installs Debian packages they need where it may
	bash tests/system-packages.sh
	$(PY) frontend/build.py --tools
	$(PY) -m pytest -n auto

test-spark: install  ## the job for Spark, with a worker killed; installs the extra, needs Java 17
	$(PY) -m pip install --quiet --editable '.[spark]'
	$(PY) -m pytest tests/jobs --durations=0

lint: install  ## ruff, mypy strict, the layers of the house
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) frontend/build.py --types
	$(PY) -c "from importlinter.cli import lint_imports_command as c; c()"
	$(PY) -m cogapp --check --diff -U -I . $(COGGED)

docs:  ## renew the generated tables of the docs
	$(PY) -m cogapp -r -U -I . $(COGGED)

hostile: install  ## what a hostile client may send, as a table
	$(PY) -m pytest tests/hostile -q -s

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache dist build

.venv/benching: .venv/installed
	$(PY) -m pip install --quiet --editable '.[bench]'
	touch $@

bench: install .venv/benching  ## start, memory, pages, load, explorer: each beside its peers
	for part in startup memory pages load explorer; do \
	  PYTHONPATH=. $(PY) bench/$$part.py || exit 1; done

bench-scale: install .venv/benching  ## time and memory against SIZES, beside the peers; ONLY=parts TAKE='--picture F.svg --csv F.csv'
	PYTHONPATH=. $(PY) bench/scale.py $(or $(SIZES),1000 10000) $(if $(ONLY),--only $(ONLY)) $(TAKE)

bench-partners: install  ## how good the partner advice is, on DATA=DIR
	PYTHONPATH=. $(PY) bench/partners.py $(DATA) $(if $(CUTOFF),--cutoff $(CUTOFF))

bench-partners-speed: install  ## time of one request, shipped graph and a made one
	PYTHONPATH=. $(PY) bench/partners_speed.py

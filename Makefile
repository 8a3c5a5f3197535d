# Everything happens in .venv, which packaging/setup.sh makes when it is missing or out of date.

.PHONY: run test check setup

run: setup
	.venv/bin/triptych gui --sample

test: setup
	.venv/bin/python -m pytest -n 2 -q

check: setup
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-cache
	.venv/bin/python packaging/manifest.py --check

setup:
	@bash packaging/setup.sh

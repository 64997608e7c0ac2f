# Each target first sets up what it needs (virtual environment, Pulumi engine, emulator): minutes the
# first time, at once and without a network from then on.

PYTHON ?= python3
SETUP := @$(PYTHON) tools/virtual_environment.py
RUN := .venv/bin/python
ENGINE := $(RUN) tools/only_where_pulumi_cannot_be_installed/engine
SIZE ?= quick
# Tests wait for real time-outs, so that four are not too many for two cores.
WORKERS ?= 4

# Set by many container images; without byte code every start of Python is slower.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help up preview down emulator test languages kills renames fuzz matrix bench docs lint format

help: ## say what can be made (the default)
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' Makefile | expand -t 18

up: ## run the example: a training job in an emulator of AWS
	$(SETUP) local
	@$(RUN) tools/local_stack up

preview: ## show what `make up` would change
	$(SETUP) local
	@$(RUN) tools/local_stack preview

down: ## destroy the example stack and stop the emulator
	$(SETUP) local
	@$(RUN) tools/local_stack down

emulator: ## start the emulator alone, and say how a shell reaches it
	$(SETUP) local
	@$(RUN) tools/local_stack emulator

test: lint ## lint, then run every test, on the real Pulumi engine too
	@$(RUN) tests/emulator/clients/prepare.py awscli || echo "its tests are skipped: no AWS CLI here"
	@$(RUN) tests/support/machine/chromium.py || echo "the queue page's tests are skipped: no Chromium here"
	@$(RUN) tests/support/machine/native_sdks.py || echo "the tests of generated SDKs are skipped: no Go modules here"
	@$(RUN) tests/support/machine/window.py || echo "the tests of live views are skipped: no tmux here"
	@engine=$$($(ENGINE)) && PATH="$$engine:$$PATH" $(RUN) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

languages: ## run the examples in YAML, TypeScript and Go: 3 to 9 minutes
	$(SETUP) dev
	@$(RUN) tests/support/machine/native_sdks.py || echo "the tests of generated SDKs are skipped: no Go modules here"
	@$(RUN) tests/support/machine/language_examples.py || echo "the tests of what could not be brought are skipped"
	@engine=$$($(ENGINE)) && PATH="$$engine:$$PATH" SJRESOURCE_LANGUAGES=all \
		$(RUN) -m pytest -n 2 -rs tests/languages tests/stack/native/test_native_sdk.py

kills: ## kill what is in the middle of `pulumi up` 200 times: 9 minutes
	$(SETUP) dev
	@SJRESOURCE_FRONTS=both SJRESOURCE_KILLS=200 $(RUN) -m pytest -n 2 -rP $(addprefix tests/stack/ownership/test_,\
		random_kills.py kills.py edits_after_kills.py new_runs.py ownership.py) tests/probes/test_removal.py

renames: ## rename, move, lose and destroy stacks at random: 40 minutes
	$(SETUP) dev
	@SJRESOURCE_FRONTS=both SJRESOURCE_RENAMES=100 SJRESOURCE_RENAMES_STEPS=5 \
		$(RUN) -m pytest -n 2 -rP $(addprefix tests/stack/ownership/test_,random_renames.py renames.py taken_names.py)

fuzz: ## throw at the emulator 100 times what `test` does: 10 minutes
	$(SETUP) dev
	@SJRESOURCE_FUZZ=100 $(RUN) -m pytest tests/emulator/robustness tests/emulator/test_data_folder.py \
		tests/emulator/test_services.py tests/emulator/process tests/emulator/scheduling/test_simulate.py

matrix: ## run a stack on every Python here, oldest and newest: 2 minutes
	$(SETUP) dev
	@SJRESOURCE_MATRIX=all $(RUN) -m pytest -n 2 -rsP tests/project/test_versions.py

docs: ## build the documents as a site: site/index.html
	$(SETUP) dev
	@NO_MKDOCS_2_WARNING=1 $(RUN) -m mkdocs build && echo "open $(CURDIR)/site/index.html"

bench: ## measure what sjresource costs: 5 minutes, 12 with SIZE=full
	$(SETUP) dev
	@engine=$$($(ENGINE)) && PATH="$$engine:$$PATH" \
		$(RUN) -m benchmarks --size $(SIZE) --json .benchmarks.json

lint: ## check style and types, the page's too where there is npm
	$(SETUP) dev
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@$(RUN) -m mypy
	@$(RUN) tools/page_style

format: ## put the code into its one format, and mend what is safe
	$(SETUP) dev
	@$(RUN) -m ruff check --fix .
	@$(RUN) -m ruff format .
	@$(RUN) tools/page_style --write

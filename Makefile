# Two commands: `make up` runs the site, `make test` passes every test. `make help` lists the rest.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

PORT ?= 8080
HUB_PORT ?= 8000
VAR ?= var
# where ci/setup.sh puts a Node when the machine's own is too old
PATH := $(CURDIR)/.cache/node/bin:$(PATH)
export PORT HUB_PORT VAR PATH

SPA := frontend/.output/public/200.html
SPA_SOURCES := $(shell find frontend/app frontend/i18n frontend/modules frontend/public frontend/scripts -type f 2>/dev/null) \
	frontend/nuxt.config.ts frontend/package.json frontend/package-lock.json backend/openapi.json

.PHONY: help
help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-10s %s\n", $$1, $$2 }'

.PHONY: up
up: ## Set everything up and run the site with its hub, sample course and demo accounts
	@ci/ports.sh $(PORT) $(HUB_PORT)
	@[ -x target/release/tenarai ] || echo "up: the first time this takes a quarter of an hour: packages are fetched, the server is compiled"
	@ci/setup.sh run
	@$(MAKE) build
	@ci/up.sh

.PHONY: test
test: ## Set everything up and pass every test
	@ci/setup.sh test
	@ci/test.sh

.PHONY: lint
lint: ## Formatting, lints and types of all three languages
	@ci/setup.sh test
	@ci/lint.sh

.PHONY: setup
setup: ## Install what is missing, and say what it is
	@ci/setup.sh test

.PHONY: build
build: $(SPA) ## Build the front end and the release binary that carries it
	@echo "build: the server (the first time takes ten minutes on two cores)"
	@cargo build --release --locked

$(SPA): $(SPA_SOURCES)
	@echo "build: the front end (half a minute)"
	@mkdir -p .cache
	@cd frontend && npm run --silent generate >../.cache/front-end.log 2>&1 || { tail -40 ../.cache/front-end.log; exit 1; }
	@touch $@

.PHONY: bench
bench: ## Measure endpoints, start, memory, size and the notebook; figures in target/bench.json
	@ci/setup.sh test
	@$(MAKE) build
	@ci/bench.sh

.PHONY: openapi
openapi: ## Write backend/openapi.json anew after a change of the API
	@cargo run --quiet --locked -- openapi > target/openapi.json && mv target/openapi.json backend/openapi.json

.PHONY: docs
docs: ## Build the guides and the API documentation into target/
	@ci/docs.sh

.PHONY: clean
clean: ## Remove what was built (not what people wrote: see VAR)
	rm -rf target frontend/.output frontend/.nuxt frontend/node_modules .venv .cache

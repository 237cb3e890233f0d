# Everything that is done with this repository by hand or by CI. `make` alone lists it.
#
# Needs the Rust toolchain; `test` and `bench` want Go as well, for golang-migrate to compare with.
# PostgreSQL is looked for, and started, by tests/postgres.sh.

PREFIX ?= /usr/local
TARGET := $(if $(CARGO_TARGET_DIR),$(CARGO_TARGET_DIR),target)
DBM := $(TARGET)/release/dbm
DEMO := $(TARGET)/demo/dbm
MIGRATE := $(or $(DBM_TEST_MIGRATE),$(CURDIR)/target/tools/migrate)
MIGRATE_PACKAGE := github.com/golang-migrate/migrate/v4/cmd/migrate@v4.19.1

# Tests wait for the server and for other processes more than they compute.
export RUST_TEST_THREADS ?= 16

# Where the toolchains put themselves, for shells that have not read a profile.
export PATH := $(PATH):$(HOME)/.cargo/bin:/usr/local/go/bin

.PHONY: help build demo test lint bench mutants install clean tools versions recipes

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

build: ## build target/release/dbm
	cargo build --release --locked

# The release takes minutes to build: it is taken where it is there, and newer than all it is made of.
demo: ## apply migrations/ to DATABASE_URL, or to a throwaway PostgreSQL, and show the tables
	@if [ -x '$(DBM)' ] && [ -z "$$(find Cargo.* src -type f -newer '$(DBM)')" ]; then DBM='$(DBM)' tests/demo.sh; else \
	  echo 'cargo build --profile demo --locked' && cargo build --profile demo --locked --bin dbm && \
	  DBM='$(DEMO)' tests/demo.sh; fi

test: lint tools versions recipes ## lint, then unit, documentation, integration and interop tests on a throwaway PostgreSQL
	@if [ -x '$(MIGRATE)' ]; then export DBM_TEST_MIGRATE='$(MIGRATE)'; fi; \
	  echo 'tests/postgres.sh run cargo test --locked'; \
	  tests/postgres.sh run cargo test --locked
	@if [ ! -x '$(MIGRATE)' ]; then $(NO_INTEROP); fi

lint: ## check format, clippy and documentation, with warnings denied
	@$(call component,fmt,rustfmt)
	@$(call component,clippy,clippy)
	cargo fmt --all --check
	cargo clippy --locked --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --locked --no-deps

bench: tools ## measure dbm beside golang-migrate and psql, on a PostgreSQL with fsync on
	@if [ -x '$(MIGRATE)' ]; then export DBM_TEST_MIGRATE='$(MIGRATE)'; fi; \
	  tests/postgres.sh run --durable cargo bench --locked --bench against

mutants: tools versions ## break the engine in one place at a time for half an hour, and see whether the tests notice
	@[ -x target/tools/bin/cargo-mutants ] || cargo install cargo-mutants --locked --root target/tools
	@if [ -x '$(MIGRATE)' ]; then export DBM_TEST_MIGRATE='$(MIGRATE)'; fi; \
	  tests/postgres.sh run env MUTANTS_SEED='$(MUTANTS_SEED)' MUTANTS_MINUTES='$(MUTANTS_MINUTES)' tests/mutants.py

install: $(DBM) ## install dbm into PREFIX/bin (PREFIX=/usr/local; DESTDIR is honoured)
	install -d '$(DESTDIR)$(PREFIX)/bin'
	install -m 755 $(DBM) '$(DESTDIR)$(PREFIX)/bin/dbm'

clean: ## delete what was built, and the throwaway PostgreSQL
	tests/postgres.sh remove
	tests/postgres.sh remove --durable
	cargo clean

# So that `sudo make install` after `make build` needs no cargo.
$(DBM): Cargo.toml Cargo.lock $(shell find src -name '*.rs')
	cargo build --release --locked

# golang-migrate, which the interop tests and the bench run beside dbm. Without it they do not run:
# that is for a person to see, and for CI to refuse.
tools:
	@[ -x '$(MIGRATE)' ] || { \
	  echo 'go install $(MIGRATE_PACKAGE)'; \
	  HOME="$${HOME:-$(CURDIR)/target}" GOFLAGS= GOBIN='$(dir $(MIGRATE))' \
	    go install -tags 'postgres pgx5' $(MIGRATE_PACKAGE); \
	} || { $(NO_INTEROP); [ -z "$$CI" ]; }

# The oldest PostgreSQL that the tests know, the oldest supported, and the newest, beside the machine's.
versions:
	@tests/postgres_versions.sh 10 12 18
	@[ -x target/tools/postgres-18/bin/postgres ] || tests/postgres_versions.sh 17

# What the recipes in docs/recipes call beside dbm.
recipes:
	@tests/recipes.sh

define NO_INTEROP
printf '%s\n' \
  '==============================================================================' \
  'The INTEROP TESTS DO NOT RUN: there is no golang-migrate to run beside dbm.' \
  'It is built with Go (https://go.dev/dl), by "make tools".' \
  '==============================================================================' >&2
endef

# $(call component,SUBCOMMAND,NAME): a toolchain may come without it
component = cargo $(1) --version >/dev/null || { \
  echo 'cargo $(1) is missing. Install it with: rustup component add $(2)' >&2; exit 1; }

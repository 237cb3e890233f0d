# Everything that is done with this repository by hand or by CI. `make` alone lists it.
#
# Needs the Rust toolchain; `test` and `bench` want Go as well, for golang-migrate to compare with, `bench-peers`
# npm, and `dist` Python with venv, for the linker of zig.
# PostgreSQL is looked for, and started, by tests/postgres.sh.

PREFIX ?= /usr/local
TARGET := $(if $(CARGO_TARGET_DIR),$(CARGO_TARGET_DIR),target)
DBM := $(TARGET)/release/dbm
DEMO := $(TARGET)/demo/dbm
ROOT = $(DESTDIR)$(PREFIX)
MIGRATE := $(or $(DBM_TEST_MIGRATE),$(CURDIR)/target/tools/migrate)
MIGRATE_PACKAGE := github.com/golang-migrate/migrate/v4/cmd/migrate@v4.19.1

# Tests wait for the server and for other processes more than they compute.
export RUST_TEST_THREADS ?= 16

SOURCES := Cargo.toml Cargo.lock $(shell find src -type f)

# Where the toolchains put themselves, for shells that have not read a profile.
export PATH := $(PATH):$(HOME)/.cargo/bin:/usr/local/go/bin

# What `make dist` makes runs with this glibc and later.
GLIBC := 2.17
TRIPLE := x86_64-unknown-linux-gnu
NAME := dbm-$(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)-x86_64-linux-gnu
DIST := $(TARGET)/dist
PORTABLE := $(DIST)/build/$(TRIPLE)/release/dbm
ZIG := $(CURDIR)/target/tools/zig

.PHONY: help build demo test lint bench bench-peers bench-check mutants install uninstall dist deb clean tools versions recipes

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

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
	@$(MAKE) --no-print-directory bench-check
	@if [ ! -x '$(MIGRATE)' ]; then $(NO_INTEROP); fi

lint: ## check format, clippy and documentation, with warnings denied
	@$(call component,fmt,rustfmt)
	@$(call component,clippy,clippy)
	cargo fmt --all --check
	cargo clippy --locked --all-targets -- -D warnings
	cargo clippy --locked --lib --no-default-features -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --locked --no-deps --all-features

bench: build tools ## measure dbm beside psql and its peers for docs/speed.md and the README, for 12 minutes
	@benches/disk.sh mount
	@if [ -x '$(MIGRATE)' ]; then export DBM_TEST_MIGRATE='$(MIGRATE)'; fi; \
	  export DBM_BENCH_DBM="$${DBM_BENCH_DBM:-$(DBM)}" DBM_BENCH_WRITE=1; \
	  tests/postgres.sh run sh -c 'DBM_BENCH_TESTS_URL=$$DBM_TEST_DATABASE_URL \
	    tests/postgres.sh run --durable cargo test --locked --bench against -- measure'

bench-check: ## fail where round trips, or the server's work for a file beside psql's, are more than recorded
	tests/postgres.sh run cargo test --locked --bench against -- check

bench-peers: ## install dbmate, goose, tern, sqlx and refinery into target/tools/peers, for bench to measure
	@benches/peers.sh

mutants: tools versions ## break the engine in one place at a time for half an hour, and see whether the tests notice
	@[ -x target/tools/bin/cargo-mutants ] || cargo install cargo-mutants --locked --root target/tools
	@if [ -x '$(MIGRATE)' ]; then export DBM_TEST_MIGRATE='$(MIGRATE)'; fi; \
	  tests/postgres.sh run env MUTANTS_SEED='$(MUTANTS_SEED)' MUTANTS_MINUTES='$(MUTANTS_MINUTES)' tests/mutants.py

install: $(DBM) ## install dbm, its manual page and completions below PREFIX (/usr/local; DESTDIR is honoured)
	tests/packaging/install.sh '$(DBM)' '$(ROOT)'

uninstall: ## take away what install has put there
	tests/packaging/install.sh -remove '$(ROOT)'

dist: $(PORTABLE) ## pack a Linux program for every glibc from 2.17 on, with SHA256SUMS, into target/dist
	tests/packaging/glibc.sh '$(PORTABLE)' $(GLIBC)
	tests/packaging/pack.sh '$(PORTABLE)' $(NAME) '$(DIST)'
	cd '$(DIST)' && sha256sum -- *.* >SHA256SUMS

deb: $(PORTABLE) ## make a .deb of the same program, into target/dist
	tests/packaging/glibc.sh '$(PORTABLE)' $(GLIBC)
	@[ -x target/tools/bin/cargo-deb ] || cargo install cargo-deb --locked --root target/tools
	rm -rf target/deb
	tests/packaging/install.sh '$(PORTABLE)' target/deb
	PATH="$(CURDIR)/target/tools/bin:$$PATH" cargo deb --no-build --no-strip --locked --output '$(DIST)'
	cd '$(DIST)' && sha256sum -- *.* >SHA256SUMS

clean: ## delete what was built, and the throwaway PostgreSQL
	tests/postgres.sh remove
	benches/disk.sh unmount
	tests/postgres.sh remove --durable
	cargo clean

# So that `sudo make install` after `make build` needs no cargo.
$(DBM): $(SOURCES)
	cargo build --release --locked

# No path of this machine is in it.
$(PORTABLE): $(SOURCES)
	@[ -x '$(ZIG)/bin/python-zig' ] || { python3 -m venv '$(ZIG)' && \
	  '$(ZIG)/bin/pip' install --quiet cargo-zigbuild==0.24.0 ziglang==0.17.1; }
	CARGO_ZIGBUILD_ZIG_PATH='$(ZIG)/bin/python-zig' PATH='$(ZIG)/bin:'"$$PATH" \
	  RUSTFLAGS='--remap-path-prefix=$(CURDIR)=. --remap-path-prefix='"$${CARGO_HOME:-$$HOME/.cargo}=cargo" \
	  cargo zigbuild --release --locked --bin dbm --target $(TRIPLE).$(GLIBC) --target-dir '$(DIST)/build'

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

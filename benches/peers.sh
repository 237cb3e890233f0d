#!/usr/bin/env bash
#
# The other programs that run migrations on PostgreSQL, for `make bench` to measure beside dbm.
#
#   benches/peers.sh    fetch or build what is not there yet
#
# It goes to target/tools/peers, in the versions below: dbmate from npm, goose and tern from Go's module
# proxy, sqlx and refinery from crates.io, for PostgreSQL alone. They take some minutes to build. What cannot
# be had is left out, with a line that says why, and `make bench` names it as missing.
#
# Bash 3.2 (macOS) must be able to run this.

set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
peers=$root/target/tools/peers

dbmate=2.36.0
goose=v3.26.0
tern=v2.3.4
sqlx=0.9.0
refinery=0.10.0

export HOME="${HOME:-$root/target}"
# Other databases' drivers: some of what they need is not on every proxy.
tags='no_clickhouse no_duckdb no_libsql no_mssql no_mysql no_spanner no_sqlite3 no_starrocks no_tidb no_turso no_vertica no_ydb'

with_npm() {
    mkdir -p "$peers/npm" && npm install --no-audit --no-fund --loglevel=error --prefix "$peers/npm" "$1" >/dev/null &&
        cp "$peers"/npm/node_modules/@dbmate/*/bin/dbmate "$peers/bin/"
}

with_go() { GOFLAGS='' GOBIN=$peers/bin go install -trimpath -ldflags '-s -w' -tags "$tags" "$1"; }

# One target folder: the two share most of what they are made of.
with_cargo() {
    cargo install --quiet --locked --root "$peers" --target-dir "$peers/build" "$@"
}

missing=
# peer NAME VERSION COMMAND…: the version that is there is noted beside the program.
peer() {
    local name=$1 version=$2 log
    shift 2
    if [ "$(cat "$peers/bin/$name.version" 2>/dev/null)" = "$version" ] && [ -x "$peers/bin/$name" ]; then return 0; fi
    echo "peers: $name $version" >&2
    log=$(mktemp "${TMPDIR:-/tmp}/dbm-peer.XXXXXX")
    if "$@" >"$log" 2>&1 </dev/null && [ -x "$peers/bin/$name" ]; then
        echo "$version" >"$peers/bin/$name.version"
    else
        echo "peers: $name is left out: $(grep -v '^ *$' "$log" | tail -n 1)" >&2
        missing="$missing $name"
    fi
    rm -f "$log"
}

mkdir -p "$peers/bin"
peer dbmate $dbmate with_npm "dbmate@$dbmate"
peer goose $goose with_go "github.com/pressly/goose/v3/cmd/goose@$goose"
peer tern $tern with_go "github.com/jackc/tern/v2@$tern"
peer sqlx $sqlx with_cargo --no-default-features --features rustls,postgres "sqlx-cli@$sqlx"
peer refinery $refinery with_cargo --no-default-features --features postgresql "refinery_cli@$refinery"
rm -rf "$peers/build"
if [ -n "$missing" ]; then echo "peers: make bench goes without$missing" >&2; fi

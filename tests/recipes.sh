#!/usr/bin/env bash
#
# What the recipes in docs/recipes need beside dbm, for tests/all/recipes.rs: FastAPI, Express, a reader of
# YAML, and Kubernetes' own schemas.
#
#   tests/recipes.sh    fetch what is not there yet, from PyPI and npm
#
# It goes to target/tools/recipes, in the versions below. Where something cannot be fetched it is said loudly
# that nothing runs those recipes; under CI that is a failure.
#
# Bash 3.2 (macOS) must be able to run this.

set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
tools=$root/target/tools/recipes

python='fastapi==0.165.0 uvicorn==0.54.0 PyYAML==6.0.3 kubernetes-validate==1.37.0'
node='express@5.3.0 tsx@4.23.15'

# In a folder that gets its name when it is whole. Python's environments do not like to be moved: theirs
# has a file that says so instead.
fetch_python() (
    rm -rf "$tools/python" && python3 -m venv "$tools/python" &&
        "$tools/python/bin/pip" install --quiet --disable-pip-version-check --retries 1 $python &&
        echo "$python" >"$tools/python/versions"
)

fetch_node() (
    new=$(mktemp -d "$tools/new.XXXXXX") || exit
    trap 'rm -rf "$new"' EXIT
    cd "$new" && echo '{ "private": true }' >package.json &&
        npm install --no-audit --no-fund --loglevel=error --fetch-retries=1 $node >/dev/null </dev/null &&
        echo "$node" >versions && rm -rf "$tools/node" && mv "$new" "$tools/node"
)

missing=
mkdir -p "$tools"
for what in python node; do
    if [ "$(cat "$tools/$what/versions" 2>/dev/null)" = "${!what}" ]; then continue; fi
    echo "recipes: ${!what}" >&2
    if ! "fetch_$what"; then missing="$missing $what"; fi
done

if [ -n "$missing" ]; then
    printf '%s\n' \
        '==============================================================================' \
        "NOT ALL RECIPES ARE TESTED: what they need of$missing could not be fetched." \
        'It comes from PyPI and npm, by "tests/recipes.sh".' \
        '==============================================================================' >&2
    if [ -n "${CI:-}" ]; then exit 1; fi
fi

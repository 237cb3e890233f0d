#!/bin/sh
#
# The newest glibc that a program needs, which is the oldest one that it runs with.
#
#   tests/packaging/glibc.sh PROGRAM MAX    print it, and fail where it is newer than MAX

set -eu
export LC_ALL=C
[ $# = 2 ] || { echo 'usage: tests/packaging/glibc.sh PROGRAM MAX' >&2; exit 2; }

newest=$(readelf --version-info --wide "$1" | sed -n 's/.*Name: GLIBC_\([0-9.]*\).*/\1/p' |
    sort -t . -k 1,1n -k 2,2n -k 3,3n | tail -n 1)
if [ -z "$newest" ]; then
    echo "glibc.sh: $1 names no version of glibc" >&2
    exit 1
fi
if [ "$(printf '%s\n%s\n' "$newest" "$2" | sort -t . -k 1,1n -k 2,2n -k 3,3n | tail -n 1)" != "$2" ]; then
    echo "glibc.sh: $1 needs glibc $newest, which is newer than $2" >&2
    exit 1
fi
echo "$1 runs with glibc $newest and later"

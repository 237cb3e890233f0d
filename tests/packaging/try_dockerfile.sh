#!/usr/bin/env bash
#
# Carries out the steps of the Dockerfile one by one, in plain folders, where no Docker can run: FROM is a small
# Debian made by debootstrap, with the machine's own Rust in place of the image's; COPY copies; RUN, USER, WORKDIR
# and ENTRYPOINT are chroot's. Needs root, debootstrap, and a Debian mirror.
#
#   tests/packaging/try_dockerfile.sh FOLDER [ARGUMENT...]    ARGUMENTs are the entry point's (-version)

set -euo pipefail

if [ $# = 0 ]; then echo 'usage: tests/packaging/try_dockerfile.sh FOLDER [ARGUMENT...]' >&2; exit 2; fi
mkdir -p "$1"
work=$(cd "$1" && pwd -P)
shift
cd "$(dirname "$0")/../.."

root=     # the folder of the stage
directory=/
user=0:0
entry=()
mounts=()

unmount() {
    local mount
    for mount in "${mounts[@]}"; do umount -l "$mount"; done
    mounts=()
}
trap unmount EXIT

within() {
    chroot --userspec="$user" "$root" /usr/bin/env -i PATH="$path" HOME=/root CARGO_HOME="${cargo:-}" \
        RUSTUP_HOME="${rustup:-}" "${environment[@]}" sh -c 'cd "$1" && shift && exec "$@"' sh "$directory" "$@"
}

path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
environment=(DEBIAN_FRONTEND=noninteractive)

bind() {
    mkdir -p "$root$1"
    mount --rbind -o ro "$1" "$root$1"
    mounts+=("$root$1")
}

from() { # IMAGE as NAME
    root=$work/${3:-last} directory=/ user=0:0
    rm -rf "${root:?}"
    local extra=
    case $1 in
        rust:*bookworm) extra=--include=gcc,libc6-dev ;;
        debian:bookworm-slim) ;;
        *) echo "no folder for $1" >&2; exit 1 ;;
    esac
    debootstrap --variant=minbase $extra bookworm "$root" >"$work/debootstrap.log" 2>&1 ||
        { tail "$work/debootstrap.log" >&2; exit 1; }
    cp /etc/resolv.conf /etc/hosts "$root/etc/"
    mount -t proc proc "$root/proc"
    mounts+=("$root/proc")
    if [ -n "$extra" ]; then
        cargo=${CARGO_HOME:-$HOME/.cargo} rustup=${RUSTUP_HOME:-$HOME/.rustup}
        bind "$cargo"
        bind "$rustup"
        path=$cargo/bin:$path
    fi
}

copy() { # [--from=NAME] FROM TO
    local source=. to
    if [[ $1 == --from=* ]]; then source=$work/${1#--from=}; shift; fi
    to=$2
    if [[ $to != /* ]]; then to=$directory/$to; fi
    mkdir -p "$root$(dirname "$to")"
    if [ "$1" = . ]; then tar -C "$source" --exclude=./target --exclude=./.git --exclude=./.env -cf - . | tar -C "$root$to" -xf -
    else cp "$source/${1#/}" "$root$to"
    fi
}

# Lines that end in a backslash go on.
while read -r instruction rest; do
    printf '%s %s\n' "$instruction" "$rest"
    case $instruction in
        FROM) unmount; read -ra words <<<"$rest"; from "${words[@]}" ;;
        WORKDIR) directory=$rest; mkdir -p "$root$rest" ;;
        COPY) read -ra words <<<"$rest"; copy "${words[@]}" ;;
        RUN) within sh -c "$rest" ;;
        USER) user=$rest ;;
        ENTRYPOINT) IFS=$' \t\n,' read -ra entry <<<"$(tr -d '[]"' <<<"$rest")" ;;
        *) echo "try_dockerfile.sh: what is $instruction?" >&2; exit 1 ;;
    esac
done < <(grep -v -e '^#' -e '^$' Dockerfile | sed -e ':again' -e '/\\$/{N;s/\\\n//;b again' -e '}')

unmount
within "${entry[@]}" "${@:--version}"

#!/bin/sh
#
# What belongs to an installed dbm, and where it goes: the program, its manual page, completions, documents.
#
#   tests/packaging/install.sh BINARY ROOT    put it below ROOT: /usr/local, or /usr within a package
#   tests/packaging/install.sh -remove ROOT   take it away again
#
# `make install`, the archive and the .deb are all made by this. The program itself writes its page and its
# completions, so nothing has to be built, and they say what this very program can do.

set -eu
[ $# = 2 ] || { echo 'usage: tests/packaging/install.sh BINARY|-remove ROOT' >&2; exit 2; }
root=$2

man=$root/share/man/man1/dbm.1
bash=$root/share/bash-completion/completions/dbm
zsh=$root/share/zsh/site-functions/_dbm
fish=$root/share/fish/vendor_completions.d/dbm.fish
doc=$root/share/doc/dbm

if [ "$1" = -remove ]; then
    rm -f "$root/bin/dbm" "$man" "$bash" "$zsh" "$fish"
    rm -rf "$doc"
    exit
fi

case $1 in */*) binary=$1 ;; *) binary=./$1 ;; esac
here=$(dirname "$0")/../..

# FILE COMMAND...: what the command prints. To a new file each time: a program that runs can be replaced, and
# not be written to.
put() {
    file=$1
    shift
    mkdir -p "$(dirname "$file")"
    rm -f "$file"
    "$@" >"$file"
    chmod 644 "$file"
}

put "$root/bin/dbm" cat "$binary"
chmod 755 "$root/bin/dbm"
put "$man" "$binary" man
put "$bash" "$binary" completions bash
put "$zsh" "$binary" completions zsh
put "$fish" "$binary" completions fish
for name in LICENSE README.md CHANGELOG.md; do put "$doc/$name" cat "$here/$name"; done
(cd "$here" && find docs -type f) | while read -r name; do put "$doc/$name" cat "$here/$name"; done

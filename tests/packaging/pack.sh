#!/bin/sh
#
# Packs an installed dbm: FOLDER/NAME.tar.gz, with bin/ and share/ below NAME/.
#
#   tests/packaging/pack.sh BINARY NAME FOLDER
#
# The same files give the same archive, byte for byte: names are sorted, everything is root's, and the time
# is SOURCE_DATE_EPOCH, or that of the last commit.

set -eu
[ $# = 3 ] || { echo 'usage: tests/packaging/pack.sh BINARY NAME FOLDER' >&2; exit 2; }
here=$(dirname "$0")
folder=$3/root
archive=$3/$2.tar.gz

# The tar of macOS cannot sort; there GNU's is called so.
tar=tar
if command -v gtar >/dev/null; then tar=gtar; fi
time=${SOURCE_DATE_EPOCH:-$(git -C "$here" log -1 --format=%ct 2>/dev/null || echo 315532800)}

rm -rf "$folder" "$archive"
mkdir -p "$folder"
"$here/install.sh" "$1" "$folder/$2"
"$tar" --format=gnu --sort=name --owner=root:0 --group=root:0 --mode=go=rX,u+w --mtime="@$time" \
    -C "$folder" -cf - "$2" | gzip -9n >"$archive.part"
mv "$archive.part" "$archive"
rm -rf "$folder"
echo "$archive"

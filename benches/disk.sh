#!/usr/bin/env bash
#
# The disk under the bench's server. A commit costs what the file system makes of fsync, so the figures are
# taken on one with a journal, as databases have it.
#
#   benches/disk.sh mount            where target/ is on none, and this is root: make a journaled one in a file,
#                                    and mount it where tests/postgres.sh --durable keeps its data
#   benches/disk.sh unmount          unmount it again and delete the file
#   benches/disk.sh describe FOLDER  print the file system that FOLDER is on; exit 1 unless it has a journal
#
# Containers and virtual machines often have none: overlay, tmpfs, ext4 made without.

set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
folder=$root/target/postgres-durable
image=$root/target/postgres-durable.ext4

describe() {
    local at=$1 device kind journal
    if [ ! -r /proc/mounts ]; then echo "an unknown file system"; return 1; fi
    while [ ! -e "$at" ]; do at=$(dirname "$at"); done
    read -r device kind < <(df --output=source,fstype "$at" | tail -n 1)
    case $kind in
        ext2 | ext3 | ext4)
            # The journal of sda1 is a thread that shows as sda1-8.
            for journal in "/proc/fs/jbd2/$(basename "$(readlink -f "$device")")"-*; do
                if [ -e "$journal" ]; then echo "$kind with a journal"; return 0; fi
            done
            echo "$kind without a journal"
            return 1 ;;
        xfs | btrfs | zfs | jfs | f2fs) echo "$kind" ;;
        *) echo "$kind, which has no journal"; return 1 ;;
    esac
}

mounted() { grep -q " $folder " /proc/mounts 2>/dev/null; }

mount_image() {
    local now
    if mounted || now=$(describe "$folder") || [ ! -r /proc/mounts ]; then return 0; fi
    if [ "$(id -u)" != 0 ]; then
        echo "disk.sh: $root/target is on $now: commits cost less here than elsewhere" >&2
        return 0
    fi
    "$root/tests/postgres.sh" remove --durable
    echo "disk.sh: $root/target is on $now: mounting an ext4 with a journal for the server" >&2
    mkdir -p "$folder"
    truncate -s 8G "$image"
    if ! { mkfs.ext4 -q -F "$image" && mount -o loop "$image" "$folder"; }; then
        echo "disk.sh: that cannot be done here" >&2
        rm -f "$image"
    fi
}

unmount_image() {
    if mounted; then "$root/tests/postgres.sh" stop --durable && umount "$folder"; fi
    rm -f "$image"
}

case ${1:-} in
    mount) mount_image ;;
    unmount) unmount_image ;;
    describe) describe "$2" ;;
    *) sed -n '6,9{s|^# \{0,1\}||;p;}' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac

#!/usr/bin/env bash
#
# The throwaway PostgreSQL of this checkout: one for the tests and the demo, one for the bench.
#
#   tests/postgres.sh start  [--durable]             start it where it is not running; prints its URL
#   tests/postgres.sh url    [--durable]             print its URL, or exit 1 where it is not running
#   tests/postgres.sh stop   [--durable]             stop it; what is in it stays
#   tests/postgres.sh remove [--durable]             stop it and delete it
#   tests/postgres.sh run    [--durable] COMMAND…    run COMMAND with DBM_TEST_DATABASE_URL set to its URL,
#                                                    and stop it again unless somebody else wants it
#   tests/postgres.sh bin                            print the folder of the server's programs
#
# stdout carries the answer and nothing else; whatever is said besides goes to stderr.
#
# Why not just "have PostgreSQL running": a newcomer's `make demo` and a CI machine that has only the
# toolchains should work without reading anything first, and no test should ever meet a database that
# somebody needs. So the server is this checkout's own: its data is under target/, its port is
# whichever one was free, and its superuser is `postgres` without a password, from this machine only.
#
# The ordinary one writes to disk when it likes (fsync=off): it is for tests, and many times faster.
# The --durable one has PostgreSQL's defaults: it is for figures, which mean nothing without fsync.
#
# PostgreSQL refuses to run as root. For root (CI, containers) the server runs as `postgres` or
# `nobody`; where that user cannot reach target/ (a clone under /root), the data lives in a temporary
# folder, and target/postgres/where says in which.
#
# Bash 3.2 (macOS) must be able to run this: no associative arrays, no `wait -n`, no `${x,,}`.

set -euo pipefail

# Messages that are compared below must be in English; and no setting of a psql user may reach the server.
export LC_ALL=C
for variable in ${!PG@}; do unset "$variable"; done

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

say() { printf 'postgres.sh: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }


# ---- who runs the server, and with which programs -------------------------------------------------

server_user= # empty: whoever runs this script

choose_user() {
    [ "$(id -u)" = 0 ] || return 0
    local user
    for user in postgres nobody; do
        if id -u "$user" >/dev/null 2>&1; then server_user=$user; return 0; fi
    done
    die "running as root, and there is neither a user 'postgres' nor 'nobody' for the server to run as"
}

# Run a command as the server's user. From /, since that user may not be allowed where we are, and
# without our locks: a server that inherited them would hold them for as long as it runs.
as_server() (
    cd /
    exec 8>&- 9>&-
    if [ -z "$server_user" ]; then exec "$@"
    elif have runuser; then exec runuser -u "$server_user" -- "$@"
    elif have setpriv && setpriv --help 2>&1 | grep -q -e --init-groups; then
        exec setpriv --reuid "$server_user" --regid "$(id -g "$server_user")" --init-groups "$@"
    elif [ "$(uname)" = Darwin ]; then exec sudo -n -u "$server_user" -- "$@"
    else exec su -s /bin/sh "$server_user" -c 'exec "$@"' sh "$@"
    fi
)

# Folders that may hold the server, the preferred one first: what is on PATH, then the newest of what
# is in the usual places (Debian, PGDG's packages for Fedora and RHEL, Alpine, Homebrew, Postgres.app).
places() {
    local found folder
    if found=$(type -P pg_ctl); then
        dirname "$(readlink -f "$found" 2>/dev/null || printf '%s' "$found")"
    fi
    pg_config --bindir 2>/dev/null || true
    for folder in \
        /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/libexec/postgresql* \
        /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin \
        /home/linuxbrew/.linuxbrew/opt/postgresql*/bin \
        /Applications/Postgres.app/Contents/Versions/*/bin
    do
        if [ -x "$folder/postgres" ]; then printf '%s %s\n' "$(major "$folder")" "$folder"; fi
    done | sort -rn | cut -d' ' -f2-
    printf '%s\n' /usr/bin /usr/local/bin
}

major() { "$1/postgres" --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/'; }

bin= # the folder of the server's programs
find_bin() {
    local folder
    while IFS= read -r folder; do
        # libpq-dev brings a pg_config and no server; a server in /root is no use to another user.
        if [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ] && as_server test -x "$folder/postgres"; then
            bin=$folder
            return 0
        fi
    done <<<"$(places)"
    return 1
}

how_to_install() {
    cat >&2 <<'MESSAGE'
postgres.sh: no PostgreSQL server on this machine (its programs initdb, pg_ctl and postgres). Install it with

    Debian, Ubuntu   sudo apt-get install postgresql
    Fedora, RHEL     sudo dnf install postgresql-server
    Arch             sudo pacman -S postgresql
    Alpine           apk add postgresql
    macOS            brew install postgresql@17     or https://postgresapp.com

or put the folder of these programs on PATH. Nothing has to be set up or started.
MESSAGE
}

install_on_debian() {
    local log drop_in=/etc/postgresql-common/createcluster.d/dbm-throwaway.conf failed=0
    log=$(mktemp "${TMPDIR:-/tmp}/dbm-apt.XXXXXX")
    say "no PostgreSQL here: installing Debian's package (log: $log)"
    # The package makes and starts a cluster of its own on port 5432 unless it is told not to.
    mkdir -p "${drop_in%/*}"
    echo 'create_main_cluster = false' >"$drop_in"
    {
        export DEBIAN_FRONTEND=noninteractive
        # A mirror that is half down may still be enough, so only the installation decides.
        apt-get -q -o DPkg::Lock::Timeout=300 update || true
        apt-get -q -o DPkg::Lock::Timeout=300 install -y --no-install-recommends postgresql || failed=1
    } >"$log" 2>&1 </dev/null 9>&- 8>&-
    rm -f "$drop_in"
    if [ $failed = 1 ]; then
        cat "$log" >&2
        die "apt-get could not install postgresql; its log is above"
    fi
    rm -f "$log"
}


# ---- where the cluster is -------------------------------------------------------------------------

name=postgres # or postgres-durable
state=        # target/NAME: known to everyone; holds the cluster, or `where` with the folder that does
home=         # the folder that holds data/, log and the socket; empty as long as there is none
data=

# `where` also names the checkout that wrote it, since `cp -r` of a checkout copies the note.
locate() {
    state=$root/target/$name
    home=
    if [ -f "$state/where" ]; then
        if [ "$(sed -n 2p "$state/where")" = "$root" ]; then home=$(sed -n 1p "$state/where"); fi
        # A temporary folder may have been tidied away, and its name taken by somebody else.
        if [ -n "$home" ] && { [ -L "$home" ] || ! owns "$home"; }; then home=; fi
    elif [ -d "$state/data" ]; then
        home=$state
    fi
    data=$home/data
}

# shellcheck disable=SC2016 # $1 is the inner shell's
owns() { as_server "$BASH" -c '[ -d "$1" ] && [ -O "$1" ] && [ -w "$1" ]' - "$1" 2>/dev/null; }

# Choose a folder that the server's user can reach, and make it.
settle() {
    rm -f "$state/where"
    mkdir -p "$state"
    if [ -n "$server_user" ]; then chown "$server_user" "$state"; fi
    if owns "$state"; then
        home=$state
    else
        local under
        # On many systems /tmp is memory, where fsync means nothing.
        for under in "${TMPDIR:-/tmp}" /tmp /var/tmp; do
            if [ $name = postgres-durable ]; then under=/var/tmp; fi
            home=$(mktemp -d "$under/dbm-$name.XXXXXX" 2>/dev/null) || continue
            if [ -n "$server_user" ]; then chown "$server_user" "$home"; fi
            if owns "$home"; then break; fi
            rmdir "$home"
            home=
        done
        [ -n "$home" ] || die "user '$server_user' can reach neither $state nor a temporary folder"
        printf '%s\n%s\n' "$home" "$root" >"$state/where"
        say "user '$server_user' cannot reach $state: the data goes to $home"
    fi
    data=$home/data
}


# ---- the server -----------------------------------------------------------------------------------

# postmaster.pid: 1 pid, 2 data folder, 3 start time, 4 port, 5 socket folder, 6 address, 7 memory, 8 state
pid_file_line() { sed -n "$1p" "$data/postmaster.pid" 2>/dev/null | tr -d ' '; }

# Is this process our server? A pid file alone proves nothing: after a `kill -9`, a restart of the
# machine or a `cp -r` of the checkout its number may be anybody's, some other PostgreSQL's included.
# The command line of a server names its data folder.
is_ours() {
    local line
    if [ -z "$1" ] || ! kill -0 "$1" 2>/dev/null; then return 1; fi
    if [ -r "/proc/$1/cmdline" ]; then line=$(tr '\0' ' ' <"/proc/$1/cmdline")
    else line=$(ps -ww -o args= -p "$1" 2>/dev/null) || return 1
    fi
    case " $line " in *" -D $data "*) return 0 ;; *) return 1 ;; esac
}

alive() { [ -n "$home" ] && is_ours "$(pid_file_line 1)"; }
ready() { alive && [ "$(pid_file_line 8)" = ready ]; }
print_url() { printf 'postgres://postgres@127.0.0.1:%s/postgres?sslmode=disable\n' "$(pid_file_line 4)"; }

make_cluster() {
    say "making a PostgreSQL $(major "$bin") cluster in $home"
    rm -rf "$data" "$data.new" || die "cannot remove $data; was it made by another user?"
    # Under another name until it is whole: what is called data/ can be started.
    if ! as_server "$bin/initdb" -D "$data.new" -U postgres -A trust -E UTF8 --locale=C --no-sync \
        >"$home/initdb.log" 2>&1 </dev/null
    then
        cat "$home/initdb.log" >&2
        die "initdb failed; its log is above"
    fi
    echo "include 'dbm.conf'" | as_server tee -a "$data.new/postgresql.conf" >/dev/null
    mv "$data.new" "$data"
}

# Written at every start, so the settings are always the ones below. Beside initdb's own, not in their
# place: initdb has tried out, for one, which kind of shared memory this machine allows.
configure() {
    as_server tee "$data/dbm.conf" >/dev/null <<SETTINGS
listen_addresses = '127.0.0.1'
max_connections = 200
max_prepared_transactions = 10
timezone = 'UTC'
$(if [ $name = postgres ]; then printf '%s = off\n' fsync synchronous_commit full_page_writes; fi)
SETTINGS
}

# Where the Unix socket goes. The path of a socket is limited to some 100 bytes, and pg_ctl hands
# this one to a shell.
socket_folder() {
    local folder=$home
    if [ ${#folder} -gt 80 ] || [[ $folder =~ [^A-Za-z0-9/._-] ]]; then
        folder=$(cat "$home/sockets" 2>/dev/null || true)
        if [ -z "$folder" ] || [ -L "$folder" ] || ! owns "$folder"; then
            folder=$(mktemp -d /tmp/dbm-socket.XXXXXX)
            if [ -n "$server_user" ]; then chown "$server_user" "$folder"; fi
            printf '%s\n' "$folder" >"$home/sockets"
        fi
    fi
    printf '%s\n' "$folder"
}

# Start the cluster in $data. Nobody can hold a port for somebody else, so the server itself tries
# ports until it gets one; from a range in which systems do not put outgoing connections.
boot() {
    local sockets port attempt
    configure 2>/dev/null || return 1
    # A number that belongs to another process makes the server believe that it runs already.
    local pid; pid=$(pid_file_line 1)
    if [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; then rm -f "$data/postmaster.pid"; fi
    sockets=$(socket_folder)
    rm -f "$sockets"/.s.PGSQL.*
    for attempt in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        port=$((15000 + RANDOM % 17000))
        rm -f "$home/log"
        if as_server "$bin/pg_ctl" start -s -w -t 60 -D "$data" -l "$home/log" \
            -o "-p $port -k '$sockets'" >"$home/pg_ctl.log" 2>&1 </dev/null
        then
            return 0
        fi
        if grep -q -e 'Address already in use' -e 'could not bind' "$home/log" 2>/dev/null; then
            continue
        elif grep -q -e 'shared memory block' -e 'lock file' "$home/log" 2>/dev/null; then
            sleep 0.5 # the children of a server that was killed are still on their way out
        else
            return 1
        fi
    done
    say "gave up after $attempt attempts"
    return 1
}

start_server() {
    choose_user
    locate
    if ready; then return 0; fi
    if ! find_bin; then
        if [ "$(id -u)" != 0 ] || ! have apt-get; then how_to_install; exit 1; fi
        install_on_debian
        choose_user
        find_bin || die "the package postgresql is installed, and still there is no initdb, pg_ctl and postgres"
        locate
    fi
    if alive; then halt; fi # still starting, or stuck
    if [ -z "$home" ]; then settle; fi

    local remade=no
    if [ ! -f "$data/PG_VERSION" ] || [ "$(cat "$data/PG_VERSION")" != "$(major "$bin")" ]; then
        make_cluster
        remade=yes
    fi
    if boot; then return 0; fi
    if [ $remade = no ]; then
        say "the cluster in $home does not start any more: making a new one"
        if alive; then halt; fi
        settle
        make_cluster
        if boot; then return 0; fi
    fi
    cat "$home/pg_ctl.log" "$home/log" >&2 2>/dev/null || true
    die "PostgreSQL does not start; its log is above"
}

halt() {
    local pid waited=0
    pid=$(pid_file_line 1)
    kill -INT "$pid" 2>/dev/null || true # fast: roll back what is open, and stop
    while is_ours "$pid"; do
        sleep 0.1
        waited=$((waited + 1))
        if [ $waited = 200 ]; then kill -QUIT "$pid" 2>/dev/null || true; fi # immediate
        if [ $waited = 300 ]; then die "the server with pid $pid does not stop"; fi
    done
}

stop_server() {
    choose_user
    locate
    if alive; then halt; fi
    rm -f "$state/by-run"
}

remove_server() {
    stop_server
    if [ -n "$home" ]; then
        if [ -f "$home/sockets" ]; then rm -rf "$(cat "$home/sockets")"; fi
        rm -rf "$home"
    fi
    rm -rf "$state" "$state.users"
}


# ---- two at once ----------------------------------------------------------------------------------

# lock DESCRIPTOR FLAGS, with flock's flags. The lock belongs to the open file, so it stays when the
# program that took it ends, and goes when we do, however that happens. macOS has no flock(1).
lock() {
    if have flock; then
        flock "$2" "$1"
    elif have perl; then
        perl -e 'use Fcntl ":flock"; my ($fd, $flags) = @ARGV;
            open my $file, ">&=", $fd or die $!;
            exit !flock $file, ($flags =~ /s/ ? LOCK_SH : LOCK_EX) | ($flags =~ /n/ ? LOCK_NB : 0)' "$1" "$2"
    else
        say "neither flock nor perl: two of these at once may get in each other's way"
    fi
}

# Only one at a time may start or stop; the other waits, and then finds the work done.
enter() {
    mkdir -p "$root/target"
    exec 9>>"$root/target/$name.lock"
    if ! lock 9 -nx; then
        say "waiting for another start or stop"
        lock 9 -x
    fi
}
leave() { exec 9>&-; }

start() {
    enter
    start_server
    rm -f "$state/by-run" # asked for by name: no `run` shall stop it
    print_url
    leave
}

# Every `run` holds a shared lock on NAME.users. The last one to go stops the server, if it was a
# `run` that started it.
run() {
    local status=0 child
    trap run_ends EXIT
    enter
    exec 8>>"$root/target/$name.users"
    lock 8 -s
    choose_user
    locate
    if ! ready; then
        start_server
        touch "$state/by-run"
    fi
    DBM_TEST_DATABASE_URL=$(print_url)
    export DBM_TEST_DATABASE_URL
    leave

    # In a process group of its own, so that a signal reaches all of it, whoever sent it to us: the
    # terminal, make, or a CI system that has lost its patience.
    set -m
    "$@" </dev/null 8>&- &
    child=$!
    set +m
    trap 'kill -INT -- -$child 2>/dev/null' INT
    trap 'kill -TERM -- -$child 2>/dev/null' TERM HUP
    wait "$child" || status=$?
    while kill -0 "$child" 2>/dev/null; do # a signal ends `wait`, not the child
        status=0
        wait "$child" || status=$?
    done
    trap '' INT TERM HUP
    exit "$status"
}

run_ends() {
    local status=$?
    enter
    if [ -f "$root/target/$name/by-run" ] && lock 8 -nx; then stop_server; fi
    exit "$status"
}


# ---- main -----------------------------------------------------------------------------------------

usage() { sed -n '3,11{s|^# \{0,1\}||;p;}' "${BASH_SOURCE[0]}" >&2; exit 2; }

[ $# -gt 0 ] || usage
verb=$1
shift
if [ "${1:-}" = --durable ]; then name=postgres-durable; shift; fi
if [ "$verb" != run ] && [ $# -gt 0 ]; then usage; fi
case $verb in
    start) start ;;
    url) choose_user; locate; if ! ready; then die "not running"; fi; print_url ;;
    stop) enter; stop_server ;;
    remove) enter; remove_server ;;
    run) [ $# -gt 0 ] || usage; run "$@" ;;
    bin) choose_user; if ! find_bin; then how_to_install; exit 1; fi; printf '%s\n' "$bin" ;;
    *) usage ;;
esac

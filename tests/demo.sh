#!/usr/bin/env bash
#
# `make demo`: apply migrations/ and show what came of it, saying each command before it runs.
#
# The database is DATABASE_URL where that is set. Else it is a fresh one on the throwaway PostgreSQL
# (see postgres.sh), dropped afterwards: so this can be repeated, and leaves nothing behind.
# DBM is the binary. No password of DATABASE_URL is printed, nor put where `ps` shows it.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

: "${DBM:=target/release/dbm}"
throwaway=no
if [ "${1:-}" = --throwaway ]; then throwaway=yes; fi

if [ -z "${DATABASE_URL:-}" ] && [ "$throwaway" = no ]; then
    exec tests/postgres.sh run tests/demo.sh --throwaway
fi

# psql is not needed for anything but to show the tables.
if server=$(tests/postgres.sh bin 2>/dev/null) && [ -x "$server/psql" ]; then psql=$server/psql
else psql=$(type -P psql || true)
fi

show() { printf '\n$ %s\n' "$*"; }

dbm() {
    show dbm "$@"
    "$DBM" "$@"
}

# psql on DATABASE_URL. Its URLs know neither golang-migrate's parameters nor its schemes, and would be
# there for all to see in the list of processes if the password stayed in it.
run_psql() {
    local url=$DATABASE_URL base query='' parameter user host
    url=postgresql://${url#*://}
    base=${url%%\?*}
    if [ "$base" != "$url" ]; then
        while IFS= read -r parameter; do
            case $parameter in
                password=*) decode "${parameter#*=}" ;;
                search_path=*) export PGOPTIONS="-c $parameter" ;;
                host=*|port=*|user=*|dbname=*|ssl*=*|connect_timeout=*|options=*|channel_binding=*)
                    query+="&$parameter" ;;
            esac
        done < <(tr '&' '\n' <<<"${url#*\?}")
    fi
    user=${base#*://}
    if [[ $user == *@* ]]; then
        host=${user##*@}
        user=${user%@*}
        if [[ $user == *:* ]]; then decode "${user#*:}"; fi
        base=postgresql://${user%%:*}@$host
    fi
    "$psql" -X -q "$base${query:+?${query#&}}" "$@"
}
# %41 is \x41 to printf.
decode() {
    local text=${1//\\/\\\\}
    PGPASSWORD=$(printf '%b' "${text//%/\\x}")
    export PGPASSWORD
}

if [ "$throwaway" = no ]; then
    echo "On the database of DATABASE_URL:"
else
    DATABASE_URL=$DBM_TEST_DATABASE_URL
    if [ -n "$psql" ]; then
        name=dbm_demo_$$
        run_psql -c "create database $name"
        trap 'DATABASE_URL=$DBM_TEST_DATABASE_URL; run_psql -c "drop database $name"' EXIT
        DATABASE_URL=${DATABASE_URL/\/postgres\?//$name?}
    fi
    echo "DATABASE_URL is not set, so on a throwaway PostgreSQL:"
    show "export DATABASE_URL=$DATABASE_URL"
fi
export DATABASE_URL

dbm up
dbm status
dbm log

if [ -z "$psql" ]; then
    printf '\n(There is no psql here to show the tables with.)\n'
    exit
fi
show "psql    # the tables, and how many columns and indexes each has"
run_psql <<'SQL' || echo "(psql does not take this DATABASE_URL; dbm did.)"
select c.relname as "table",
       (select count(*) from pg_attribute a
         where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
       (select count(*) from pg_index i where i.indrelid = c.oid) as indexes,
       (select count(*) from pg_inherits p where p.inhparent = c.oid) as partitions
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p') and not c.relispartition and n.nspname = any (current_schemas(false))
 order by c.relname;
SQL

#!/bin/sh
# SPDX-License-Identifier: MIT
#
# PostgreSQL in the test image, from what is mounted.
#
#   database                 the server, in the foreground
#   database sql STATEMENT   one statement, and what it did
#   database template        makes a database with Label Studio's tables in it and prints it as a tar archive
#
# Nobody but its network's containers can reach it, and what it holds is thrown away: no passwords, no waiting for disks.
set -eu

data=/srv/database
server=/opt/label-studio/postgresql
PATH=$PATH:$(echo "$server"/lib/postgresql/*/bin)
LD_LIBRARY_PATH=$server/lib/more
export LD_LIBRARY_PATH

case ${1:-} in
'')
    [ -e "$data/PG_VERSION" ] || tar -C "$data" --no-same-owner --no-overwrite-dir -xf /opt/label-studio/postgresql.tar
    chmod 700 "$data"
    exec postgres -D "$data"
    ;;
sql) exec psql --host /tmp --username postgres --tuples-only --command "$2" ;;
template)
    export LABEL_STUDIO_BASE_DATA_DIR=/tmp/label-studio DJANGO_DB=default POSTGRE_HOST=127.0.0.1 POSTGRE_PORT=5432 \
        POSTGRE_NAME=postgres POSTGRE_USER=postgres POSTGRE_PASSWORD=
    data=/tmp/database
    initdb --username postgres --auth trust -D "$data" >&2
    echo 'host all all all trust' >>"$data/pg_hba.conf"
    printf '%s\n' "listen_addresses = '*'" "unix_socket_directories = '/tmp'" 'fsync = off' 'full_page_writes = off' \
        'jit = off' >>"$data/postgresql.conf"
    pg_ctl start --wait --silent -D "$data" -l /dev/null >&2
    /opt/label-studio/bin/label-studio version >&2
    pg_ctl stop --wait --silent -D "$data" >&2
    exec tar -C "$data" -c .
    ;;
*)
    echo "database: say sql or template, or nothing" >&2
    exit 2
    ;;
esac

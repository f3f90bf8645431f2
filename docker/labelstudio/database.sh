#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The database of the test image, in the foreground; `init`: makes it, with Label Studio's tables in it.
set -eu

data=/srv/database
PATH=$PATH:$(echo /usr/lib/postgresql/*/bin)

if [ "${1:-}" = init ]; then
    install -d -o postgres "$data"
    setpriv --reuid postgres --regid postgres --clear-groups initdb --auth trust -D "$data" >/dev/null
    echo 'host all all all trust' >>"$data/pg_hba.conf"
    printf '%s\n' "listen_addresses = '*'" 'fsync = off' 'full_page_writes = off' >>"$data/postgresql.conf"
    setpriv --reuid postgres --regid postgres --clear-groups pg_ctl start --wait --silent -D "$data" -l /dev/null
    label-studio version >/dev/null
    exec setpriv --reuid postgres --regid postgres --clear-groups pg_ctl stop --wait --silent -D "$data"
fi
exec postgres -D "$data"

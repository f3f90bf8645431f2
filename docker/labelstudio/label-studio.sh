#!/bin/sh
# SPDX-License-Identifier: MIT
#
# label-studio in the test image: the packages that are mounted, on a database that is migrated already, which saves each
# container the first minute. `label-studio template` prints that database as a tar archive.
set -eu

packages=/opt/label-studio
data=/label-studio/data
if [ ! -x "$packages/bin/label-studio" ]; then
    echo "label-studio: nothing is mounted at $packages: docker/labelstudio/install.sh names the folder" >&2
    exit 1
fi

if [ "${1:-}" = template ]; then
    "$packages/bin/label-studio" version >&2
    # Its .env holds the key that signs tokens, and every server must have its own.
    exec tar -C "$data" --exclude=./.env -c .
fi
if [ -z "${DJANGO_DB:-}" ] && [ ! -e "$data/label_studio.sqlite3" ]; then
    tar -C "$data" --no-same-owner --no-overwrite-dir -xf "$packages/sqlite.tar"
fi
exec "$packages/bin/label-studio" "$@"

#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Builds the test image of nginx unless it is there, and prints its name on standard output.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
key=$(sha256sum <"$here/Dockerfile" | cut -c1-12)
image=labelgate-test/nginx:$key

if ! docker image inspect "$image" >/dev/null 2>&1; then
    "$here/../base-image.sh"
    echo "nginx/build: building $image (a minute)" >&2
    log=$(mktemp "${TMPDIR:-/tmp}/labelgate-nginx.XXXXXX")
    trap 'rm -f "$log"' EXIT
    docker build --quiet --tag "$image" "$here" >"$log" 2>&1 || {
        cat "$log" >&2
        exit 1
    }
fi
printf '%s\n' "$image"

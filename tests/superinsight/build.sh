#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Builds the image of the guide's app unless it is there, and prints its name. The tag is a key of what goes into it.
# The first build needs a Debian mirror and the Python package index.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
key=$(cat "$here/Dockerfile" "$here/constraints.txt" "$here/app.py" | sha256sum | cut -c1-12)
image=labelgate-test/superinsight-app:$key

if ! docker image inspect "$image" >/dev/null 2>&1; then
    "$here/../../docker/base-image.sh"
    context=$(mktemp -d "${TMPDIR:-/tmp}/labelgate-app.XXXXXX")
    trap 'rm -rf "$context" "$context.log"' EXIT
    cp "$here/Dockerfile" "$here/constraints.txt" "$here/app.py" "$context"
    cp "${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}" "$context/ca.crt"
    docker build --quiet --tag "$image" ${PIP_INDEX_URL:+--build-arg PIP_INDEX_URL="$PIP_INDEX_URL"} "$context" >"$context.log" 2>&1 || {
        cat "$context.log" >&2
        exit 1
    }
fi
printf '%s\n' "$image"

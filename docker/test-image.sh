#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Builds an image for tests unless it is there, and prints its name on standard output.
#
#   test-image.sh NAME[:TAG-] FOLDER FILE... [-- OPTION...]     OPTIONs are docker build's
#
# The FILEs of FOLDER, the Dockerfile first, are all that goes into it, and the tag is a key of them: an old image is
# never taken for a new one. A Dockerfile that speaks of ca.crt gets the host's certificates under that name, and
# PIP_INDEX_URL as the host has it: a build that goes through an inspecting proxy needs them. The first build of an image
# takes a minute or some, and needs a Debian mirror.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
name=$1
folder=$2
shift 2

context=$(mktemp -d "${TMPDIR:-/tmp}/labelgate-image.XXXXXX")
trap 'rm -rf "$context" "$context.log"' EXIT
: >"$context.log"
while [ $# -gt 0 ] && [ "$1" != -- ]; do
    cat "$folder/$1" >>"$context.log"
    cp "$folder/$1" "$context"
    shift
done
[ $# -eq 0 ] || shift
case $name in *:*) ;; *) name=$name: ;; esac
image=labelgate-test/$name$(sha256sum <"$context.log" | cut -c1-12)

# The first bundle of the host that is there.
ca_bundle() {
    for file in "${SSL_CERT_FILE:-}" /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem; do
        if [ -n "$file" ] && [ -r "$file" ]; then
            printf '%s\n' "$file"
            return
        fi
    done
    echo "test-image: no CA bundle found on this host; name one in SSL_CERT_FILE" >&2
    exit 1
}

if ! docker image inspect "$image" >/dev/null 2>&1; then
    "$here/base-image.sh"
    echo "test-image: building $image" >&2
    if grep -q 'ca\.crt' "$context/Dockerfile"; then
        cp "$(ca_bundle)" "$context/ca.crt"
        set -- "$@" ${PIP_INDEX_URL:+--build-arg PIP_INDEX_URL="$PIP_INDEX_URL"}
    fi
    docker build --quiet --tag "$image" "$@" "$context" >"$context.log" 2>&1 || {
        cat "$context.log" >&2
        exit 1
    }
fi
printf '%s\n' "$image"

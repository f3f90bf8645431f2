#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Builds an image for tests unless it is there, and prints its name on standard output.
#
#   test-image.sh NAME[:TAG-] FOLDER FILE... [-- OPTION...]     OPTIONs are docker build's
#   test-image.sh --ca-bundle                                   prints the host's file of certificates
#
# The FILEs of FOLDER, the Dockerfile first, are all that goes into it, and the tag is a key of them: an old image is
# never taken for a new one. A Dockerfile that speaks of ca.crt gets the host's certificates under that name, and
# PIP_INDEX_URL as the host has it: a build that goes through an inspecting proxy needs them. The first build of an image
# takes a minute or some, and needs a Debian mirror.
#
# SUITE  the Debian below it (default trixie); a Dockerfile that is made for more than one has it as a build argument
set -eu

here=$(cd "$(dirname "$0")" && pwd)

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

if [ "$1" = --ca-bundle ]; then
    ca_bundle
    exit
fi
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

if ! docker image inspect "$image" >/dev/null 2>&1; then
    "$here/base-image.sh" "${SUITE:-trixie}"
    if grep -q 'ca\.crt' "$context/Dockerfile"; then
        cp "$(ca_bundle)" "$context/ca.crt"
        set -- "$@" ${PIP_INDEX_URL:+--build-arg PIP_INDEX_URL="$PIP_INDEX_URL"}
    fi
    "$here/progress.sh" "building the image ${image%:*}" 60 "$context.log" \
        docker build ${SUITE:+--build-arg SUITE="$SUITE"} --tag "$image" "$@" "$context"
fi
printf '%s\n' "$image"

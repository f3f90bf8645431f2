#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Builds the test image of Label Studio unless it is there, and prints its name on standard output.
# The tag is a key of everything that goes into it, so an old image is never taken for a new one.
# The first build takes some minutes and needs a Debian mirror and the Python package index.
#
#   build.sh [VERSION [label-studio|postgresql]]     default: 1.22.0 label-studio; the other brings a database server along
set -eu

here=$(cd "$(dirname "$0")" && pwd)
version=${1:-1.22.0}
target=${2:-label-studio}
constraints=constraints-$version.txt
key=$(cat "$here/Dockerfile" "$here/database.sh" "$here/$constraints" | sha256sum | cut -c1-12)
image=labelgate-test/$target:$version-$key

# The first bundle of the host that is there: an image build that goes through an inspecting proxy needs its CA.
ca_bundle() {
    for file in "${SSL_CERT_FILE:-}" /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem; do
        if [ -n "$file" ] && [ -r "$file" ]; then
            printf '%s\n' "$file"
            return
        fi
    done
    echo "labelstudio/build: no CA bundle found on this host; name one in SSL_CERT_FILE" >&2
    exit 1
}

if ! docker image inspect "$image" >/dev/null 2>&1; then
    "$here/../base-image.sh"
    context=$(mktemp -d "${TMPDIR:-/tmp}/labelgate-ls.XXXXXX")
    trap 'rm -rf "$context" "$context.log"' EXIT
    cp "$here/Dockerfile" "$here/database.sh" "$here/$constraints" "$context"
    cp "$(ca_bundle)" "$context/ca.crt"
    echo "labelstudio/build: building $image (some minutes)" >&2
    docker build --quiet --tag "$image" --target "$target" --build-arg VERSION="$version" \
        ${PIP_INDEX_URL:+--build-arg PIP_INDEX_URL="$PIP_INDEX_URL"} "$context" >"$context.log" 2>&1 || {
        cat "$context.log" >&2
        exit 1
    }
fi
printf '%s\n' "$image"

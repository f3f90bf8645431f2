#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Makes the product's image around a binary that is there: the last stage of docker/Dockerfile, with the binary in place
# of the stage that compiles it. Quick, and the image holds the very bytes that were tested.
#
#   image.sh [BINARY [TAG]]     default: build/labelgate labelgate
#
# TARBALLS  the folder of the third-party tarballs (default: sources), for the licence texts
set -eu

here=$(cd "$(dirname "$0")" && pwd)
binary=${1:-$here/../build/labelgate}
tag=${2:-labelgate}
tarballs=${TARBALLS:-$here/../sources}

context=$(mktemp -d "${TMPDIR:-/tmp}/labelgate-image.XXXXXX")
trap 'rm -rf "$context" "$context.log"' EXIT

"$here/fetch-sources.sh" "$tarballs"
"$here/stage.sh" "$binary" "$tarballs" "$context/image"
sed -n -e 's/^COPY --from=build/COPY/' -e '/^FROM scratch/,$p' "$here/Dockerfile" >"$context/Dockerfile"
docker build --quiet --tag "$tag" "$context" >"$context.log" 2>&1 || {
    cat "$context.log" >&2
    exit 1
}

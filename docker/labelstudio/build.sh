#!/bin/sh
# SPDX-License-Identifier: MIT
# The test image of Label Studio: builds it unless it is there (some minutes, the Python package index is needed), and
# prints its name.
#
#   build.sh [VERSION [label-studio|postgresql]]     default: 1.22.0 label-studio; the other brings a database server along
set -eu
here=$(cd "$(dirname "$0")" && pwd)
version=${1:-1.22.0}
target=${2:-label-studio}
exec "$here/../test-image.sh" "$target:$version-" "$here" Dockerfile database.sh "constraints-$version.txt" -- \
    --target "$target" --build-arg VERSION="$version"

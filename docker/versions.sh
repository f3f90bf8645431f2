#!/bin/sh
# SPDX-License-Identifier: MIT
# Prints versions.h: what `labelgate version` names. versions.sh VERSION-OF-LABELGATE
set -eu

lock=$(dirname "$0")/sources.lock
echo "// Made from the Makefile's VERSION and docker/sources.lock."
echo "#define VERSION_LABELGATE \"$1\""
grep -v '^#' "$lock" | while read -r name version _; do
    [ "$name" = cmocka ] || echo "#define VERSION_$(echo "$name" | tr '[:lower:]' '[:upper:]') \"$version\""
done

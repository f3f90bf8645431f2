#!/bin/sh
# SPDX-License-Identifier: MIT
# The tests' Python environment, in the cache under a key of what is in it. Prints its bin folder.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cache=${LABELGATE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/labelgate}
key=$( (cat "$here/requirements.txt"; python3 -c 'import sys; print(sys.version, sys.base_prefix)') |
    sha256sum | cut -c 1-16)
prefix=$cache/python/$key

install_environment() {
    rm -rf "$prefix"
    python3 -m venv "$prefix" >&2
    "$here/../docker/progress.sh" "installing the tests' Python packages" 40 "$prefix.log" \
        "$prefix/bin/pip" install --progress-bar off --requirement "$here/requirements.txt"
    touch "$prefix/done"
}

if [ ! -e "$prefix/done" ]; then
    mkdir -p "$cache/python"
    (
        flock 9
        [ -e "$prefix/done" ] || install_environment
    ) 9>"$prefix.lock"
fi
echo "$prefix/bin"

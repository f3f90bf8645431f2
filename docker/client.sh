#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Prints NAME=VALUE lines for the environment in which `docker compose` (version 2) and `docker buildx` work.
# Nothing to print when the host has them. Else both come from Debian's packages, unpacked into the cache, in a client
# configuration of their own: the host's ~/.docker stays as it is.
#
# LABELGATE_CACHE  where they are kept (default ~/.cache/labelgate)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cache=${LABELGATE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/labelgate}
config=$cache/docker-config

works() { docker compose version >/dev/null 2>&1 && docker buildx version >/dev/null 2>&1; }

add_plugin() { # PACKAGE PLUGIN
    [ -x "$config/cli-plugins/$2" ] && return
    mkdir -p "$cache"
    "$here/progress.sh" "fetching Debian's package $1" 20 "$cache/client-$2.log" "$here/apt-private.sh" unpack "$1"
    folder=$(tail -n 1 "$cache/client-$2.log")
    file=$(find "$folder" -type f -path "*/cli-plugins/$2" | head -n 1)
    if [ -z "$file" ]; then
        echo "client: Debian's package $1 holds no plugin $2" >&2
        exit 1
    fi
    mkdir -p "$config/cli-plugins"
    ln -sf "$file" "$config/cli-plugins/$2"
}

works && exit 0
add_plugin docker-compose docker-compose
add_plugin docker-buildx docker-buildx
DOCKER_CONFIG=$config
export DOCKER_CONFIG
works || {
    echo "client: the plugins in $config do not run on this host" >&2
    exit 1
}
printf 'DOCKER_CONFIG=%s\n' "$config"

#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Makes sure that the image debian:SUITE-slim is on this engine.
#
#   base-image.sh [SUITE]       default: trixie
#
# In this order: it is there; a registry hands it out; it is made by debootstrap from a Debian mirror.
# The tree that debootstrap makes is kept in the cache, so another engine on the same machine gets it in seconds.
#
# DEBIAN_MIRROR  the mirror to ask (default: the one debootstrap knows)
# LABELGATE_CACHE  where the tree is kept (default ~/.cache/labelgate)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
suite=${1:-trixie}
image=debian:$suite-slim
cache=${LABELGATE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/labelgate}
# Made by another version of this script is not what this one makes.
tarball=$cache/debian-$suite-slim-$(cksum <"$0" | cut -d ' ' -f 1).tar

say() { printf 'base-image: %s\n' "$*" >&2; }

have_image() { docker image inspect "$image" >/dev/null 2>&1; }

# A registry that does not answer must not hold the build up: what it says is of no interest then.
pull() {
    mkdir -p "$cache"
    # shellcheck disable=SC2016  # for the shell that is started
    "$here/progress.sh" "asking a registry for $image" 5 "$cache/pull-$suite.log" \
        sh -c 'timeout 120 docker pull --quiet "$1" || echo "no registry hands it out"' sh "$image"
    have_image
}

need_debootstrap() {
    command -v debootstrap >/dev/null && return
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        say "no registry hands out $image, and debootstrap is not installed: install it, and run this as root"
        exit 1
    fi
    say "installing debootstrap"
    apt-get update -qq >/dev/null 2>&1 || true
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends debootstrap >/dev/null
}

# What the official slim image leaves out too: pages that nobody reads in a container. Licence texts stay.
slim() {
    find "$1/usr/share/doc" -depth -type f ! -name copyright -delete
    rm -rf "$1/usr/share/man" "$1/usr/share/info" "$1/usr/share/locale" "$1/usr/share/lintian"
    rm -rf "$1"/var/cache/apt/archives/*.deb "$1"/var/lib/apt/lists/* "$1"/var/log/bootstrap.log
    mkdir -p "$1/usr/share/man" "$1/var/lib/apt/lists/partial"
    # mktemp made it 0700, and it becomes the root folder, which every user must be able to enter.
    chmod 0755 "$1"
}

make_tarball() {
    need_debootstrap
    mkdir -p "$cache"
    tree=$(mktemp -d "${TMPDIR:-/tmp}/labelgate-base.XXXXXX")
    trap 'rm -rf "$tree" "$tarball.$$"' EXIT
    # shellcheck disable=SC2086 # an unset mirror must be no argument at all
    "$here/progress.sh" "making $image with debootstrap" 60 "$cache/debootstrap-$suite.log" \
        debootstrap --variant=minbase "$suite" "$tree" ${DEBIAN_MIRROR:-}
    slim "$tree"
    tar -C "$tree" --numeric-owner -cf "$tarball.$$" .
    mv "$tarball.$$" "$tarball"
}

have_image && exit 0
if [ ! -e "$tarball" ] && pull; then exit 0; fi
[ -e "$tarball" ] || make_tarball
docker import --change 'CMD ["bash"]' "$tarball" "$image" >/dev/null
say "$image is ready"

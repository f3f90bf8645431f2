#!/bin/sh
# SPDX-License-Identifier: MIT
# Prints the qemu-user program for an architecture of the Makefile: trixie's, unpacked in the cache (older ones
# stop on an illegal instruction of loongarch64). qemu.sh ARCH
set -eu

docker=$(dirname "$0")/../docker
name=qemu-$(awk -v ours="$1" '$1 == ours { print $3 }' "$docker/architectures")
folder=$("$docker/apt-private.sh" unpack qemu-user)
[ -x "$folder/usr/bin/$name" ] || {
    echo "qemu.sh: trixie's qemu-user has no $name" >&2
    exit 1
}
echo "$folder/usr/bin/$name"

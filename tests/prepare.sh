#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Installs through apt what the tests need and this machine lacks, and says what. A fresh Debian with
# make alone is enough.
#
#   prepare.sh build|test       what the build or all tests need
set -eu

# Command (or file) : package that brings it.
build='gcc:gcc ld:binutils /usr/include/stdio.h:libc6-dev xz:xz-utils bzip2:bzip2 dpkg-source:dpkg-dev
    python3:python3 /usr/share/keyrings/debian-archive-keyring.gpg:debian-archive-keyring'
tests='clang:clang clang-tidy:clang-tidy shellcheck:shellcheck valgrind:valgrind
    ip:iproute2 strace:strace ps:procps unshare:util-linux script:bsdutils openssl:openssl
    curl:curl wget:wget busybox:busybox hyperfine:hyperfine debootstrap:debootstrap git:git'

case ${1:-test} in
build) wanted=$build ;;
test) wanted="$build $tests" ;;
*) echo "prepare: say build or test" >&2; exit 2 ;;
esac

present() { # COMMAND-OR-FILE
    case $1 in
    /*) [ -e "$1" ] ;;
    *) command -v "$1" >/dev/null ;;
    esac
}

# A virtual environment needs a package of its own on Debian's python3, and no other python does.
has_venv() {
    python3 -c 'import ensurepip, venv' 2>/dev/null
}

has_sanitizers() {
    echo 'int main(void) { return 0; }' |
        gcc -x c -fsanitize=address,undefined -o /dev/null - 2>/dev/null
}

has_libfuzzer() {
    [ -n "$(clang -print-runtime-dir 2>/dev/null)" ] &&
        [ -n "$(find "$(clang -print-runtime-dir)" -name 'libclang_rt.fuzzer*' 2>/dev/null)" ]
}

missing=
for pair in $wanted; do
    present "${pair%%:*}" || missing="$missing ${pair##*:}"
done
has_venv || missing="$missing python3-venv"

here=$(cd "$(dirname "$0")" && pwd)

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

install_packages() { # PACKAGE...
    echo "prepare: installing $*" >&2
    as_root apt-get update -qq >&2 || true
    set -- env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
    [ "$(id -u)" = 0 ] || set -- sudo "$@"
    log=$(mktemp)
    "$here/../docker/progress.sh" "installing them" 90 "$log" "$@"
    rm -f "$log"
}

if [ -n "$missing" ]; then
    command -v apt-get >/dev/null || {
        echo "prepare: this machine lacks$missing, and has no apt-get to bring them" >&2
        exit 1
    }
    # shellcheck disable=SC2086  # a list of names
    install_packages $missing
fi
if [ "${1:-test}" = test ] && ! has_libfuzzer; then
    install_packages "libclang-rt-$(clang -dumpversion | cut -d . -f 1)-dev"
fi
has_sanitizers || echo "prepare: gcc has no sanitizers here, the debug build will fail" >&2

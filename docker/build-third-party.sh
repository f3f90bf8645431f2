#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Compiles curl, mbedTLS, inih and (for tests) cmocka into objects, with this project's options of
# docker/config, and prints the folder:
#   include/   headers (jsmn is one)        objects/   what the program is linked with, no archive
#   tests/     cmocka.o, and the objects as an archive: a test takes from it what it needs
#
#   CC=COMPILER AR=ARCHIVER CFLAGS=FLAGS CRYPTO_CFLAGS=FLAGS build-third-party.sh FOLDER-OF-TARBALLS
#   ... build-third-party.sh --where     only prints where the folder is or will be
#
# COMPILER is the command whose version counts, when CC is one that may have to be built first (musl-cc).
# CRYPTO_CFLAGS come after CFLAGS for mbedTLS, where upstream wants -O2 or -Os (timing side channels).
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=docker/third-party.sh
. "$here/third-party.sh"

cc=${CC:?}
cflags=${CFLAGS:-}
crypto_cflags=${CRYPTO_CFLAGS:-}
mbedtls_config="'-DMBEDTLS_CONFIG_FILE=<tls_options.h>'"
prefix=$(cache_folder third-party \
    "$(cat "$here/sources.lock" "$here"/config/*.h "$0" "$here/third-party.sh")" \
    "$cc" "$cflags" "$crypto_cflags" "$(compiler_id "${COMPILER:-$cc}")")

# Compiles the files named on standard input (relative to the current folder) into DIR. An object is
# named after its whole path, since names repeat between folders.
compile_all() { # DIR FLAGS...
    COMPILE_DIR=$1
    shift
    COMPILE="$cc $cflags -w -Werror=implicit-function-declaration $*"
    export COMPILE COMPILE_DIR
    # shellcheck disable=SC2016  # expanded by the inner shell
    xargs -P "$(nproc)" -n 1 sh -c '
        object=$COMPILE_DIR/$(echo "${1%.c}" | tr / -).o
        eval "$COMPILE -c $1 -o $object" || exit 255' sh
}

# The options are found under the names by which the libraries and src/ ask for them.
copy_headers() { # PREFIX WORK
    mkdir -p "$1/include/upstream" "$1/objects" "$1/tests"
    cp "$here/config/tls_options.h" "$1/include"
    cp "$here/config/curl_options.h" "$1/include/curl_config.h"
    cp "$here/config/inih_options.h" "$1/include/ini.h"
    cp "$here/config/jsmn_options.h" "$1/include/jsmn.h"
    cp "$here/config/cmocka_options.h" "$1/include/cmocka.h"
    cp "$2/inih/ini.h" "$2/jsmn/jsmn.h" "$2/cmocka/include/cmocka.h" "$1/include/upstream"
    cp -R "$2/curl/include/curl" "$2/mbedtls/include/mbedtls" "$2/mbedtls/include/psa" "$1/include"
    find "$1/include" ! -name '*.h' -type f -exec rm {} +
}

compile_mbedtls() { # PREFIX WORK
    cd "$2/mbedtls"
    # shellcheck disable=SC2012  # upstream's names have no blanks
    ls library/*.c | compile_all "$1/objects" "$crypto_cflags" "$mbedtls_config" -I"$1/include" -Ilibrary
}

compile_curl() { # PREFIX WORK
    cd "$2/curl"
    find lib -name '*.c' | LC_ALL=C sort | compile_all "$1/objects" -DHAVE_CONFIG_H -DBUILDING_LIBCURL \
        -DCURL_STATICLIB "$mbedtls_config" -I"$1/include" -Ilib
}

compile_inih() { # PREFIX WORK
    cd "$2/inih"
    echo ini.c | compile_all "$1/objects" -include "$1/include/ini.h"
}

# Its build system would make the header of its version.
compile_cmocka() { # PREFIX WORK
    version=$(lock_row cmocka | awk '{ print $2 }' | tr . ' ')
    # shellcheck disable=SC2086  # three numbers
    set -- "$1" "$2" $version
    sed -e "s/@cmocka_VERSION_MAJOR@/$3/" -e "s/@cmocka_VERSION_MINOR@/$4/" -e "s/@cmocka_VERSION_PATCH@/$5/" \
        "$2/cmocka/include/cmocka_version.h.cmake" >"$2/cmocka/include/cmocka_version.h"
    cd "$2/cmocka/src"
    echo cmocka.c | compile_all "$1/tests" -I../include -D_GNU_SOURCE -DHAVE_SIGNAL_H -DHAVE_STRINGS_H \
        -DHAVE_INTTYPES_H -DHAVE_MALLOC_H -DHAVE_CLOCK_REALTIME -DHAVE_STRUCT_TIMESPEC -DHAVE_STRSIGNAL \
        -DHAVE_GCC_THREAD_LOCAL_STORAGE -DHAVE_UINTPTR_T
}

build() { # PREFIX TARBALLS
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    tarballs=$(cd "$2" && pwd)
    for name in curl mbedtls inih jsmn cmocka; do
        unpack "$name" "$tarballs" "$work"
    done
    copy_headers "$1" "$work"
    compile_mbedtls "$1" "$work"
    compile_curl "$1" "$work"
    compile_inih "$1" "$work"
    compile_cmocka "$1" "$work"
    # shellcheck disable=SC2086  # a command and its first argument
    ${AR:-ar} rcsD "$1/tests/third-party.a" "$1"/objects/*.o
}

[ "$1" = --where ] || once "$prefix" build "$1"
echo "$prefix"

# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# Shared by build-musl.sh and build-third-party.sh (which set $here). Results lie in the cache under a
# key made of everything that goes into them, so parallel clones share them and none gets a stale one.

cache=${LABELGATE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/labelgate}

lock_row() { # NAME
    grep "^$1 " "${here:?}/sources.lock"
}

compiler_id() { # COMMAND
    # shellcheck disable=SC2086  # a compiler and its options
    $1 -v 2>&1 | grep -E 'version|^Target' || true
}

cache_folder() { # KIND INPUT...
    kind=$1
    shift
    key=$(printf '%s\n' "$@" | sha256sum | cut -c 1-16)
    echo "$cache/$kind/$key"
}

# Unpacks NAME's tarball as WORK/NAME, whatever the folder inside is called.
unpack() { # NAME TARBALLS WORK
    version=$(lock_row "$1" | awk '{ print $2 }')
    sha=$(lock_row "$1" | awk '{ print $4 }')
    for tarball in "$2/$1-$version".tar.*; do
        if [ "$(sha256sum <"$tarball" | cut -d ' ' -f 1)" != "$sha" ]; then
            echo "third party: $tarball is not the file of docker/sources.lock: say make sources" >&2
            exit 1
        fi
        mkdir -p "$3/$1"
        tar -C "$3/$1" --strip-components=1 -xf "$tarball"
    done
}

# Runs FUNCTION PREFIX ARG... unless an earlier run finished it; two at a time wait for each other.
once() { # PREFIX FUNCTION ARG...
    once_prefix=$1
    once_function=$2
    shift 2
    if [ -e "$once_prefix/done" ]; then return 0; fi
    mkdir -p "$(dirname "$once_prefix")"
    (
        flock 9
        if [ -e "$once_prefix/done" ]; then exit 0; fi
        rm -rf "$once_prefix"
        mkdir -p "$once_prefix"
        "$once_function" "$once_prefix" "$@"
        touch "$once_prefix/done"
    ) 9>"$once_prefix.lock"
}

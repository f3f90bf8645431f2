#!/bin/sh
# SPDX-License-Identifier: MIT
#
# All of a release, in build/dist: for each architecture an archive, a Debian package and a Python wheel, then the recipe
# of an image for all of them, and SHA256SUMS. After that each program is tested (of another processor under qemu-user),
# and all is made once more in another place, with empty caches: the bytes must be the same. As many processors are
# built or tested at a time as this machine has cores: the link of one is the work of one core.
#
#   VERSION=N RELEASED=YYYY-MM-DD MAINTAINER='NAME <ADDRESS>' dist.sh ARCH...     (through `make dist`)
#
# DIST_TEST=no  builds only
# DIST=FOLDER   in place of build/dist
set -eu

cd "$(dirname "$0")/.."
: "${VERSION:?}" "${RELEASED:?}" "${MAINTAINER:?}"
dist=${DIST:-build/dist}
logs=build/dist-tests
native=$(uname -m)
# The same sources and compilers give the same bytes: every date inside is the release's.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(date -u -d "$RELEASED" +%s)}
export SOURCE_DATE_EPOCH MAINTAINER
umask 022

called() { # ARCH COLUMN: what others call it
    awk -v ours="$1" -v column="$2" '$1 == ours { print $column }' docker/architectures
}

program_of() { # ARCH
    if [ "$1" = "$native" ]; then echo build/labelgate; else echo "build/$1/labelgate"; fi
}

clock() { # SECONDS
    printf '%d:%02d' $(($1 / 60)) $(($1 % 60))
}

# One processor's part of the work in the background, its output in a log.
part_of() { # build|test ARCH
    begun=$(date +%s)
    log=$logs/$1-$2.log
    echo "dist: $1 $2 ($log)"
    if "$1_one" "$2" >"$log" 2>&1; then ended='is done'; else ended=failed; fi
    echo "dist: $1 $2 $ended after $(clock $(($(date +%s) - begun)))$([ "$1" = build ] || echo "; $(tail -n 1 "$log")")"
    [ "$ended" != failed ]
}

for_each() { # build|test ARCH...
    part=$1
    shift
    printf '%s\n' "$@" | xargs -n 1 -P "$(nproc)" docker/dist.sh --part "$part"
}

build_one() { # ARCH
    if [ "$1" = "$native" ]; then set -- native; fi
    make --no-print-directory ARCH="$1" program
}

pack() { # FOLDER-BELOW DIST: its archive, and the folder is gone
    tar -C "$dist" --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner \
        --mode=u+rwX,go+rX,go-w --format=ustar -cf - "$1" | xz -9 -T1 >"$dist/$1.tar.xz"
    rm -r "${dist:?}/$1"
}

# What the archive holds, and what package and wheel are made of.
lay_out() { # ARCH FOLDER
    if [ "$1" = "$native" ]; then
        docker/stage.sh "$(program_of "$1")" sources "$2"
        docker/spdx.sh "$VERSION" >"$2/labelgate.spdx"
    else
        docker/stage.sh "$(program_of "$1")" sources "$2" compiler-rt="$(dirname "$(docker/zig.sh)")/LICENSE"
        docker/spdx.sh "$VERSION" zig >"$2/labelgate.spdx"
    fi
    mkdir "$2/completions"
    cp build/labelgate.1 "$2"
    cp build/labelgate.bash "$2/completions"
    cp build/labelgate.zsh "$2/completions/_labelgate"
}

add_to_image() { # ARCH FOLDER
    place=$dist/$image/$(called "$1" 6)
    mkdir -p "$place"
    cp -R "$2/labelgate" "$2/licenses" "$place"
}

# The last stage of docker/Dockerfile, with the program of the platform in place of the one compiled there.
image_recipe() {
    # shellcheck disable=SC2016  # the engine expands it
    sed -n -e 's,^COPY --from=build /image/,ARG TARGETPLATFORM\nCOPY $TARGETPLATFORM/,' -e '/^FROM scratch/,$p' \
        docker/Dockerfile
}

release_one() { # ARCH
    name=labelgate-$VERSION-linux-$1
    lay_out "$1" "$dist/$name"
    docker/deb.sh "$dist/$name" "$VERSION" "$(called "$1" 4)" "$dist"
    docker/wheel.py "$dist/$name" "$VERSION" "$(called "$1" 5)" "$dist"
    add_to_image "$1" "$dist/$name"
    pack "$name"
}

make_all() { # ARCH...
    image=labelgate-$VERSION-image
    rm -rf "$dist"
    mkdir -p "$dist/$image"
    docker/fetch-sources.sh sources
    make --no-print-directory ARCH=native program pages
    image_recipe >"$dist/$image/Dockerfile"
    for_each build "$@"
    for arch; do release_one "$arch"; done
    pack "$image"
    (cd "$dist" && sha256sum -- *.* >SHA256SUMS)
    cat "$dist/SHA256SUMS"
}

# Another folder and empty caches; only what was fetched is taken along.
make_again() { # ARCH...
    elsewhere=$(mktemp -d "${TMPDIR:-/tmp}/labelgate-dist-again.XXXXXX")
    trap 'rm -rf "$elsewhere"' EXIT
    zig=$(dirname "$(dirname "$(docker/zig.sh)")")
    mkdir -p "$elsewhere/cache" "$elsewhere/clone"
    ln -s "$zig" "$elsewhere/cache/"
    tar --exclude=./build --exclude=./.git -cf - . | tar -C "$elsewhere/clone" -xf -
    echo "dist: once more, in $elsewhere"
    DIST=$elsewhere/dist LABELGATE_CACHE=$elsewhere/cache DIST_TEST=no \
        "$elsewhere/clone/docker/dist.sh" "$@" >"$logs/again.log" 2>&1 || {
        tail -n 20 "$logs/again.log"
        exit 1
    }
    diff "$dist/SHA256SUMS" "$elsewhere/dist/SHA256SUMS" || {
        echo "dist: what is built in another place has other bytes" >&2
        exit 1
    }
    echo "dist: the same bytes when built in another place"
}

# The layers that an emulator can run; what in them it cannot is skipped there by name. Of the black-box layer those files
# that meet the processor or its kernel's tables; `make test ARCH=…` runs all.
test_one() { # ARCH
    if [ "$1" = "$native" ]; then
        tests/run unit-musl golden-musl blackbox
    else
        tests/run --arch "$1" --processor unit golden blackbox
    fi
}

# N passed, N failed, N skipped: the last line, as a row of the table.
row() { # ARCH
    counts=$(sed -n '$s/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p' "$logs/test-$1.log")
    # shellcheck disable=SC2086  # three words
    printf '%-12s %9s %8s %8s %8s\n' "$1" "$(stat -c %s "$(program_of "$1")")" ${counts:-- - -}
}

test_all() { # ARCH...
    failed=
    for_each test "$@" || failed=yes
    printf '%-12s %9s %8s %8s %8s\n' architecture bytes passed failed skipped
    for arch; do row "$arch"; done
    [ -z "$failed" ] || {
        for arch; do sed -n "s/^failed: /$arch: /p" "$logs/test-$arch.log"; done
        echo "dist: not all well" >&2
        return 1
    }
}

if [ "$1" = --part ]; then
    # Each of several at a time has one core.
    JOBS=1 part_of "$2" "$3"
    exit
fi
rm -rf "$logs"
mkdir -p "$logs"
make_all "$@"
tests/sizes.py
[ "${DIST_TEST:-}" != no ] || exit 0
tests/prepare.sh test
test_all "$@"
make_again "$@"

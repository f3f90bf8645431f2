#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A real Label Studio for the tests: installs it into the cache unless it is there, and prints two lines, the image that it
# runs in and the folder to mount there, read-only, at /opt/label-studio.
#
#   install.sh [VERSION [sqlite|postgresql]]     default: 1.22.0 sqlite
#
# In this order, each shown while it lasts: the image of the Python that runs it (a Debian mirror is needed); the packages
# (a minute or two, the Python package index is needed), installed by that Python; PostgreSQL, where that is asked for; a
# migrated database of that kind. A version is a line in the
# file versions. constraints-VERSION.txt fixes its packages; without one pip chooses, and what it chose is left in
# FOLDER/constraints.txt.
#
# LABELGATE_CACHE  where the folder is kept (default ${XDG_CACHE_HOME:-$HOME/.cache}/labelgate)
# PIP_INDEX_URL    the package index, as pip knows it; SSL_CERT_FILE the certificates for it
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cache=${LABELGATE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/labelgate}
version=${1:-1.22.0}
database=${2:-sqlite}

fail() {
    echo "labelstudio: $*" >&2
    exit 1
}

suite=$(sed -n "s/^$(echo "$version" | sed 's/[^A-Za-z0-9]/\\&/g')  *\([^ ]*\).*/\1/p" "$here/versions")
[ -n "$suite" ] || fail "no version $version: add a line to docker/labelstudio/versions"
case $database in sqlite | postgresql) ;; *) fail "no database $database: sqlite or postgresql" ;; esac

image=$(SUITE=$suite "$here/../test-image.sh" "studio:$suite-" "$here" Dockerfile label-studio.sh database.sh)
constraints=$here/constraints-$version.txt
[ -e "$constraints" ] || constraints=/dev/null
key=$(cat "$here/database.sh" "$here/install.sh" "$constraints" | sha256sum | cut -c 1-12)
folder=$cache/labelstudio/$version-$suite-$key
# Another user's, in the container, must be able to read what is mounted.
umask 022
mkdir -p "$folder"
exec 9>"$folder.lock"
flock 9

# How many of the packages are there, twice: fetched, unpacked.
packages_percent() {
    total=$(grep -c == "$constraints") || return 0
    echo "fetched=\$(grep -c '^Collecting\|^Requirement' '$folder.log'); " \
        "there=\$(find '$folder/lib' -maxdepth 4 -name '*.dist-info' | wc -l); " \
        "echo \$(( (fetched + there) * 50 / $total ))"
}

ca_bundle() {
    "$here/../test-image.sh" --ca-bundle
}

install_packages() {
    rm -rf "$folder"
    mkdir -p "$folder" "$cache/pip"
    if [ "$constraints" = /dev/null ]; then
        wanted=label-studio==$version
    else
        # The file names them all: pip need not look for more.
        wanted='--no-deps --requirement /build/constraints.txt'
    fi
    PERCENT=$(packages_percent) "$here/../progress.sh" "installing Label Studio $version" 150 "$folder.log" \
        docker run --rm --user "$(id -u):$(id -g)" --workdir /tmp \
        --volume "$folder:/opt/label-studio" --volume "$cache/pip:/pip" \
        --volume "$constraints:/build/constraints.txt:ro" --volume "$(ca_bundle):/build/ca.crt:ro" \
        --env HOME=/tmp --env PIP_CACHE_DIR=/pip --env PIP_CERT=/build/ca.crt --env PIP_DEFAULT_TIMEOUT=180 \
        ${PIP_INDEX_URL:+--env PIP_INDEX_URL} --env PYTHONDONTWRITEBYTECODE= "$image" sh -euc "
            python3 -m venv /opt/label-studio
            pip install --disable-pip-version-check --progress-bar off $wanted
            pip freeze --disable-pip-version-check >/opt/label-studio/constraints.txt"
    touch "$folder/installed"
}

# Debian's, unpacked and not installed: dpkg in an image takes minutes more where the storage driver is slow. What the image
# has itself is left out, its libc above all, and what compiles queries.
add_postgresql() {
    "$here/../progress.sh" "fetching PostgreSQL" 40 "$folder.log" \
        env SUITE="$suite" "$here/../apt-private.sh" unpack --deps postgresql
    debian=$(tail -n 1 "$folder.log")
    # shellcheck disable=SC2016  # for the shell that is started
    "$here/../progress.sh" "adding PostgreSQL to Label Studio $version" 10 "$folder.log" \
        docker run --rm --user "$(id -u):$(id -g)" --volume "$debian:/debian:ro" \
        --volume "$folder:/opt/label-studio" "$image" sh -euc '
            to=/opt/label-studio/postgresql
            rm -rf "$to"
            mkdir -p "$to/lib/more" "$to/share"
            cp -r /debian/usr/lib/postgresql "$to/lib"
            cp -r /debian/usr/share/postgresql "$to/share"
            rm -rf "$to"/lib/postgresql/*/lib/bitcode "$to"/lib/postgresql/*/lib/llvmjit*
            for file in /debian/lib/*-linux-gnu/*.so* /debian/usr/lib/*-linux-gnu/*.so*; do
                case $file in *LLVM* | *"*"*) continue ;; esac
                [ -e "/lib/${file#*/lib/}" ] || [ -e "/usr/lib/${file#*/lib/}" ] || cp -P "$file" "$to/lib/more"
            done
            touch "$to/done"'
}

# Without a network: some versions ask for things out there whatever they are told. In memory: it writes little, often.
make_database() {
    memory=type=tmpfs,tmpfs-mode=1777,destination
    case $database in
    sqlite) set -- --mount "$memory=/label-studio/data" "$image" label-studio template ;;
    postgresql) set -- --mount "$memory=/tmp" "$image" database template ;;
    esac
    # shellcheck disable=SC2016  # for the shell that is started
    "$here/../progress.sh" "migrating a database ($database) of Label Studio $version" 60 "$folder.log" sh -euc \
        'out=$1; shift; docker run --rm --network none "$@" >"$out.new"; mv "$out.new" "$out"' sh \
        "$folder/$database.tar" --volume "$folder:/opt/label-studio:ro" "$@"
}

[ -e "$folder/installed" ] || install_packages
[ "$database" = sqlite ] || [ -e "$folder/postgresql/done" ] || add_postgresql
[ -e "$folder/$database.tar" ] || make_database
printf '%s\n%s\n' "$image" "$folder"

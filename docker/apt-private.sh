#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Debian's archive without touching the host: apt with lists, cache and status of its own.
#
#   apt-private.sh source DIR NAME=VERSION...       upstream tarballs of source packages, into DIR
#   apt-private.sh unpack NAME[:ARCH][=VERSION]...  binary packages of SUITE, unpacked into the cache;
#                                                   prints one directory for each, nothing else
#   apt-private.sh unpack --deps NAME[:ARCH]...     the same with all they depend on, in one directory
#   apt-private.sh versions NAME...                 "NAME VERSION" for each version of a source package that
#                                                   the archive lists, newest first
#   apt-private.sh mirror                           the mirror in use
#
# SUITE            the Debian of binary packages (default trixie)
# DEBIAN_MIRROR    the mirror; without it the host's own list decides
# LABELGATE_CACHE  where lists and packages are kept (default ${XDG_CACHE_HOME:-$HOME/.cache}/labelgate)
#
# A package that is in the cache is not asked for again, so a pinned version works offline. apt's own
# checks (signatures, expiry) stay as the host has them; nothing here switches one off.
set -eu

cache=${LABELGATE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/labelgate}
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
# Where upstream's newest may be found, best first. Binaries come from the first alone.
source_suites='trixie trixie-backports testing unstable'
binary_suite=${SUITE:-trixie}
# A list this old (minutes) is asked for again before a version is looked up in it.
list_age=1440

fail() {
    echo "apt-private: $*" >&2
    exit 1
}

# First address of a deb822 stanza or a deb line that is not a security or updates archive.
host_mirror() {
    for file in /etc/apt/sources.list.d/*.sources; do
        [ -e "$file" ] || continue
        awk 'BEGIN { RS = ""; FS = "\n" }
             {
                 types = uris = suites = enabled = ""
                 for (i = 1; i <= NF; i++) {
                     split($i, part, ": *")
                     value = substr($i, length(part[1]) + 2)
                     key = tolower(part[1])
                     if (key == "types") types = value
                     if (key == "uris") uris = value
                     if (key == "suites") suites = value
                     if (key == "enabled") enabled = value
                 }
                 if (types ~ /deb/ && uris != "" && suites !~ /security/ && enabled !~ /no/) {
                     split(uris, uri, " ")
                     print uri[1]
                 }
             }' "$file"
    done
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [ -e "$file" ] || continue
        sed -n -e 's/^deb[[:space:]]*\(\[[^]]*\]\)\{0,1\}[[:space:]]*\([^[:space:]]*\)[[:space:]]*\([^[:space:]]*\).*/\3 \2/p' "$file" |
            awk '$1 !~ /security/ { print $2 }'
    done
}

find_mirror() {
    mirror=${DEBIAN_MIRROR:-}
    [ -n "$mirror" ] || mirror=$(host_mirror | grep -i debian | head -n 1)
    [ -n "$mirror" ] || fail "no Debian mirror is known: set DEBIAN_MIRROR to its address"
    [ -e "$keyring" ] || fail "$keyring is missing: install debian-archive-keyring"
}

# The configuration of one state (a folder for each kind of list). Read after the host's own files, so
# proxies stay and hooks that would touch the host's cache are gone.
prepare_state() { # NAME ARCH; list lines on standard input
    state=$cache/apt/$1
    mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$state/empty"
    list=$(cat)
    if [ "$list" != "$(cat "$state/sources.list" 2>/dev/null)" ]; then
        printf '%s\n' "$list" >"$state/sources.list"
        rm -f "$state/updated"
    fi
    : >"$state/status"
    cat >"$state/apt.conf" <<CONF
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
#clear APT::Architectures;
APT::Architecture "$2";
APT::Architectures { "$2"; };
APT::Sandbox::User "root";
APT::Install-Recommends "false";
Acquire::Languages "none";
Dir::Etc::sourcelist "$state/sources.list";
Dir::Etc::sourceparts "$state/empty";
Dir::Etc::preferences "$state/empty/none";
Dir::Etc::preferencesparts "$state/empty";
Dir::State "$state";
Dir::State::lists "$state/lists";
Dir::State::status "$state/status";
Dir::State::extended_states "$state/extended_states";
Dir::Cache "$state/cache";
Dir::Log "$state/log";
CONF
}

private_apt() { # COMMAND ARG...
    command=$1
    shift
    "$command" -c "$state/apt.conf" -q "$@"
}

# A suite whose index is refused (testing's may be expired) must not hide the others: the message is
# kept for the case that the package is found nowhere.
update_lists() {
    if [ -n "$(find "$state/updated" -mmin "-$list_age" 2>/dev/null)" ]; then
        return 0
    fi
    private_apt apt-get update >"$state/update.log" 2>&1 || true
    ls "$state"/lists/*Release >/dev/null 2>&1 || {
        cat "$state/update.log" >&2
        fail "no package list could be had from $mirror"
    }
    touch "$state/updated"
}

not_found() { # WHAT
    grep '^[EW]:' "$state/update.log" >&2 2>/dev/null || true
    fail "$mirror has no $1"
}

# Two runs at a time would spoil each other's lists.
lock_state() { # NAME
    mkdir -p "$cache/apt"
    exec 9>"$cache/apt/$1.lock"
    flock 9
}

source_state() {
    find_mirror
    lock_state sources
    for suite in $source_suites; do
        echo "deb-src [signed-by=$keyring target=Sources] $mirror $suite main"
    done | prepare_state sources "$(dpkg --print-architecture)"
    state=$cache/apt/sources
    update_lists
}

list_versions() { # NAME...
    source_state
    for name; do
        private_apt apt-cache showsrc --only-source "$name" 2>/dev/null |
            sed -n "s/^Version: /$name /p" | LC_ALL=C sort -Vru
    done
}

fetch_sources() { # DIR NAME=VERSION...
    target=$1
    shift
    source_state
    mkdir -p "$target"
    cd "$target"
    # One at a time: a package that is gone from the archive must not hide the others.
    missing=
    for package; do
        private_apt apt-get source --download-only --tar-only "$package" >"$state/source.log" 2>&1 ||
            missing="$missing $package"
    done
    [ -z "$missing" ] || not_found "source package$missing"
}

binary_state() { # ARCH
    find_mirror
    echo "deb [signed-by=$keyring target=Packages] $mirror $binary_suite main" |
        prepare_state "binaries-$binary_suite-$1" "$1"
    state=$cache/apt/binaries-$binary_suite-$1
    update_lists
}

candidate() { # NAME
    private_apt apt-cache policy "$1" | sed -n 's/^  Candidate: //p'
}

# An epoch's colon would break the folder's use in PATH or in a mount.
package_folder() { # KEY
    echo "$cache/packages/$(echo "$1" | tr : .)"
}

# A folder appears whole or not at all.
unpack_into() { # DIR DEB...
    folder=$1
    shift
    rm -rf "$folder.new"
    mkdir -p "$folder.new"
    for deb; do
        dpkg-deb -x "$deb" "$folder.new"
    done
    mv "$folder.new" "$folder"
}

split_spec() { # NAME[:ARCH][=VERSION]
    version=
    case $1 in *=*) version=${1#*=} ;; esac
    name=${1%%=*}
    arch=$(dpkg --print-architecture)
    case $name in *:*) arch=${name#*:} ;; esac
    name=${name%%:*}
}

unpack_one() { # NAME[:ARCH][=VERSION]
    split_spec "$1"
    lock_state "binaries-$arch"
    folder=$(package_folder "${name}_${version}_$arch")
    if [ -z "$version" ] || [ ! -d "$folder" ]; then
        binary_state "$arch"
        [ -n "$version" ] || version=$(candidate "$name")
        case $version in '' | '(none)') not_found "package $name for $arch" ;; esac
        folder=$(package_folder "${name}_${version}_$arch")
    fi
    if [ ! -d "$folder" ]; then
        rm -f "$state/cache/archives/$name"_*.deb
        (cd "$state/cache/archives" && private_apt apt-get download "$name=$version") \
            >"$state/download.log" 2>&1 || not_found "package $name=$version for $arch"
        unpack_into "$folder" "$state/cache/archives/$name"_*.deb
        rm -f "$state/cache/archives/$name"_*.deb
    fi
    echo "$folder"
}

# The folder's name carries the versions of what was asked for; what that depends on comes with it.
unpack_closure() { # NAME[:ARCH]...
    split_spec "$1"
    closure_arch=$arch
    lock_state "binaries-$closure_arch"
    binary_state "$closure_arch"
    key=
    names=
    for spec; do
        split_spec "$spec"
        [ "$arch" = "$closure_arch" ] || fail "one architecture at a time: $closure_arch or $arch"
        [ -n "$version" ] || version=$(candidate "$name")
        key=$key${name}_${version}_
        names="$names $name=$version"
    done
    folder=$(package_folder "$key${closure_arch}_deps")
    if [ ! -d "$folder" ]; then
        private_apt apt-get clean
        # shellcheck disable=SC2086  # a list of names
        private_apt apt-get install --yes --download-only $names >"$state/download.log" 2>&1 ||
            not_found "complete set of$names for $closure_arch"
        unpack_into "$folder" "$state"/cache/archives/*.deb
        private_apt apt-get clean
    fi
    echo "$folder"
}

case ${1:-} in
source)
    shift
    fetch_sources "$@"
    ;;
unpack)
    shift
    if [ "${1:-}" = --deps ]; then
        shift
        unpack_closure "$@"
    else
        for package; do
            unpack_one "$package"
        done
    fi
    ;;
versions)
    shift
    list_versions "$@"
    ;;
mirror)
    find_mirror
    echo "$mirror"
    ;;
*) fail "say source, unpack, versions or mirror (the head of this file explains them)" ;;
esac

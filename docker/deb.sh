#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Makes a Debian package of a release folder (as dist.sh lays it out). Nothing is compiled and nothing runs at
# installation: files alone. The same folder gives the same bytes.
#
#   SOURCE_DATE_EPOCH=SECONDS MAINTAINER='NAME <ADDRESS>' deb.sh FOLDER VERSION DEBIAN-ARCHITECTURE OUTPUT-FOLDER
set -eu

folder=$1
version=$2-1
architecture=$3
output=$4
changelog=$(dirname "$0")/changelog.sh
: "${SOURCE_DATE_EPOCH:?}" "${MAINTAINER:?}"

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

put() { # FILE PLACE [MODE]
    install -D -m "${3:-644}" "$1" "$root/usr/$2"
}

# Policy wants these compressed; -n leaves the time out.
zip_one() { # PLACE
    gzip -9n "$root/usr/$1"
}

put_files() {
    put "$folder/labelgate" bin/labelgate 755
    put "$folder/labelgate.1" share/man/man1/labelgate.1
    put "$folder/completions/labelgate.bash" share/bash-completion/completions/labelgate
    put "$folder/completions/_labelgate" share/zsh/vendor-completions/_labelgate
    put "$folder/labelgate.spdx" share/doc/labelgate/labelgate.spdx
    zip_one share/man/man1/labelgate.1
    zip_one share/doc/labelgate/labelgate.spdx
}

# Debian has the Apache licence on every system and does not want it repeated.
licence_text() { # FILE
    if grep -q 'Apache License' "$1"; then
        echo "Copyright The Mbed TLS Contributors"
        echo "Taken under the Apache License 2.0: see /usr/share/common-licenses/Apache-2.0."
    else
        cat "$1"
    fi
}

write_copyright() {
    echo "labelgate is one static program. What is inside it, and under which licence (labelgate.spdx has the versions):"
    for file in "$folder"/licenses/*; do
        printf '\n%s\n%s\n\n' "$(basename "$file")" "$(basename "$file" | sed 's/./-/g')"
        licence_text "$file"
    done
}

write_control() { # INSTALLED-SIZE
    cat <<CONTROL
Package: labelgate
Version: $version
Architecture: $architecture
Maintainer: $MAINTAINER
Installed-Size: $1
Section: admin
Priority: optional
Multi-Arch: foreign
Description: entry point and health check of a container beside Label Studio
 One static program. As the entry point of a container it reads the .env file as
 Docker Compose does, refuses a token of the wrong kind before the app starts,
 and stays as a small init. As the health check it asks Label Studio whether the
 app's token works, and says why when it does not.
CONTROL
}

# Lintian's objections that are meant so.
write_overrides() {
    cat <<OVERRIDES
# A static, position-independent program, which looks like a library that needs nothing.
labelgate: shared-library-lacks-prerequisites [usr/bin/labelgate]
# Made by upstream: nobody asked Debian for it.
labelgate: initial-upload-closes-no-bugs [usr/share/doc/labelgate/changelog.Debian.gz:1]
OVERRIDES
}

put_papers() { # VERSION
    doc=$root/usr/share/doc/labelgate
    write_copyright >"$doc/copyright"
    "$changelog" debian "$1" >"$doc/changelog.Debian"
    zip_one share/doc/labelgate/changelog.Debian
    mkdir -p "$root/usr/share/lintian/overrides"
    write_overrides >"$root/usr/share/lintian/overrides/labelgate"
}

# As dpkg-gencontrol counts: whole KiB a file, and one a folder.
installed_size() {
    (cd "$root" && find usr \( -type f -printf '%s\n' -o -printf '1024\n' \)) |
        awk '{ sum += int(($1 + 1023) / 1024) } END { print sum }'
}

put_control() {
    size=$(installed_size)
    mkdir "$root/DEBIAN"
    write_control "$size" >"$root/DEBIAN/control"
    (cd "$root" && find usr -type f | LC_ALL=C sort | xargs md5sum) >"$root/DEBIAN/md5sums"
}

umask 022
chmod 755 "$root"
put_files
put_papers "$2"
put_control
find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
# With more threads the compressor cuts its input elsewhere.
DPKG_DEB_THREADS_MAX=1 dpkg-deb --root-owner-group -Zxz -z9 --build "$root" \
    "$output/labelgate_${version}_$architecture.deb" >/dev/null

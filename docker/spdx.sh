#!/bin/sh
# SPDX-License-Identifier: MIT
# Prints an SPDX 2.3 document of what is inside the program: sources.lock, and what the compiler adds of its own.
#
#   spdx.sh VERSION [zig]      zig: for another processor, where zig compiles
set -eu

here=$(dirname "$0")
lock=$here/sources.lock
# The same document from the same lock: a fixed date unless the builder gives one.
created=$(date -u -d "@${SOURCE_DATE_EPOCH:-0}" +%Y-%m-%dT%H:%M:%SZ)

cat <<HEAD
SPDXVersion: SPDX-2.3
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
DocumentName: labelgate-$1
DocumentNamespace: https://spdx.org/spdxdocs/labelgate-$1-$(sha256sum <"$lock" | cut -c 1-32)
Creator: Tool: labelgate-spdx.sh
Created: $created

PackageName: labelgate
SPDXID: SPDXRef-labelgate
PackageVersion: $1
PackageDownloadLocation: NOASSERTION
FilesAnalyzed: false
PackageLicenseConcluded: MIT
PackageLicenseDeclared: MIT
PackageCopyrightText: NOASSERTION
PrimaryPackagePurpose: APPLICATION
Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-labelgate
HEAD

package() { # NAME VERSION LICENCE URL [SHA256]
    cat <<PACKAGE

PackageName: $1
SPDXID: SPDXRef-$1
PackageVersion: $2
PackageDownloadLocation: $4
${5:+PackageChecksum: SHA256: $5
}FilesAnalyzed: false
PackageLicenseConcluded: $3
PackageLicenseDeclared: $3
PackageCopyrightText: NOASSERTION
Relationship: SPDXRef-labelgate STATIC_LINK SPDXRef-$1
PACKAGE
}

grep -v '^#' "$lock" | while read -r name version licence sha _ url; do
    [ "$name" = cmocka ] || package "$name" "$version" "$licence" "$url" "$sha"
done
# Arithmetic that a processor cannot do by itself.
if [ "${2:-}" = zig ]; then
    package compiler-rt "$("$here/zig.sh" --version)" MIT https://ziglang.org/download/
else
    package libgcc "$(gcc -dumpfullversion)" "GPL-3.0-or-later WITH GCC-exception-3.1" https://gcc.gnu.org/
fi

#!/bin/sh
# SPDX-License-Identifier: MIT
# Prints an SPDX 2.3 document of what is inside the program, from sources.lock. spdx.sh VERSION-OF-LABELGATE
set -eu

lock=$(dirname "$0")/sources.lock
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

grep -v '^#' "$lock" | while read -r name version licence sha _ url; do
    [ "$name" != cmocka ] || continue
    cat <<PACKAGE

PackageName: $name
SPDXID: SPDXRef-$name
PackageVersion: $version
PackageDownloadLocation: $url
PackageChecksum: SHA256: $sha
FilesAnalyzed: false
PackageLicenseConcluded: $licence
PackageLicenseDeclared: $licence
PackageCopyrightText: NOASSERTION
Relationship: SPDXRef-labelgate STATIC_LINK SPDXRef-$name
PACKAGE
done

#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What changed in one version, from CHANGELOG.md.
#
#   changelog.sh notes [VERSION]     as it is written, for a release's page
#   SOURCE_DATE_EPOCH=SECONDS MAINTAINER='NAME <ADDRESS>' changelog.sh debian [VERSION]     as a Debian changelog
#
# VERSION is the Makefile's unless it is given. A version that CHANGELOG.md does not have ends with 1.
set -eu

cd "$(dirname "$0")/.."
form=${1:-}
version=${2:-$(sed -n 's/^VERSION = //p' Makefile)}

section() {
    awk -v head="## $version" '
        /^## / { inside = $0 == head; next }
        inside && (NF || seen) { seen = 1; print }' docker/CHANGELOG.md
}

# Each paragraph or list item becomes an item, each heading a [ heading ]; lines of at most 76 bytes.
debian_items() {
    awk '
        function flush(   count, words, i, line) {
            if (item == "")
                return
            gsub(/\*\*|`/, "", item)
            count = split(item, words, " ")
            line = "  *"
            for (i = 1; i <= count; i++) {
                if (length(line) + 1 + length(words[i]) > 76 && line != "  *" && line != "   ") {
                    print line
                    line = "   "
                }
                line = line " " words[i]
            }
            print line
            item = ""
        }
        /^### / { flush(); sub(/^### /, ""); print (heads++ ? "\n" : "") "  [ " $0 " ]"; next }
        /^[-*] / { flush(); sub(/^[-*] /, "") }
        NF == 0 { flush(); next }
        { item = item (item == "" ? "" : " ") $0 }
        END { flush() }'
}

changes=$(section)
[ -n "$changes" ] || {
    echo "changelog.sh: docker/CHANGELOG.md has nothing below \"## $version\"" >&2
    exit 1
}
case $form in
notes)
    printf '%s\n' "$changes"
    ;;
debian)
    urgency=medium
    case $changes in *'### Security'*) urgency=high ;; esac
    printf 'labelgate (%s-1) unstable; urgency=%s\n\n' "$version" "$urgency"
    printf '%s\n' "$changes" | debian_items
    printf '\n -- %s  %s\n' "${MAINTAINER:?}" \
        "$(LC_ALL=C date -u -d "@${SOURCE_DATE_EPOCH:?}" '+%a, %d %b %Y %H:%M:%S +0000')"
    ;;
*)
    echo "changelog.sh: notes or debian" >&2
    exit 2
    ;;
esac

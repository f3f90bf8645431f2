#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The walls of the house: which way the arrows point, who may include whom, what is called nowhere. One
# line a wall, and after them each wall again with a violation planted in a copy: a wall that lets it
# through is broken.
# Walls are called by their names, which shellcheck cannot see.
# shellcheck disable=SC2317
set -u

cd "$(dirname "$0")/.." || exit 1
status=0

# A twin of src/ without comments and strings (but for includes), so that prose may name what code may not
# use. Walls look at the twin.
strip_code() { # SRC TWIN
    local file
    while read -r file; do
        mkdir -p "$2/$(dirname "$file")"
        gcc -fpreprocessed -dD -E -P -w "$1/$file" 2>/dev/null |
            sed -E '/^[[:space:]]*#/!s/"([^"\\]|\\.)*"/""/g' >"$2/$file"
    done < <(cd "$1" && find . -name '*.[ch]' -printf '%P\n' | LC_ALL=C sort)
}

# Prints FILE:MATCH for each match below the folders, but for the files named after them.
found() { # REGEX FOLDERS EXCEPT...
    local regex=$1 folders=$2 except='^$' file
    shift 2
    for file; do except="$except|^$file:"; done
    # shellcheck disable=SC2086  # a list of folders
    (cd "$twin" && grep -roE "$regex" $folders 2>/dev/null | sed 's,^\./,,' | grep -vE "$except" | LC_ALL=C sort)
}

found_include() { # REGEX FOLDERS EXCEPT...
    local regex=$1
    shift
    found "^#[[:space:]]*include[[:space:]]*$regex" "$@"
}

# A call: the name, not the end of a longer one, and an opening parenthesis.
call() { # NAME|NAME...
    echo "(^|[^a-zA-Z0-9_])($1)[[:space:]]*\\("
}

# ---- The walls: each prints what breaks it -----------------------------------------------------------

wall_curl_in_one_file() { found_include '<curl/' . net/http.c; }
wall_mbedtls_in_its_files() { found_include '<(mbedtls|psa)/' . net/tls.c net/tls_words.c net/trust.c net/certificate.c; }
# mbedTLS's verification is never switched off, weakened or answered for: flags are only added to, by a function
# that sees one certificate and nothing that is kept of another; the list of what is trusted is the whole file.
wall_certificate_flags_are_only_added_to() {
    found '(^|[^a-zA-Z0-9_])(MBEDTLS_SSL_VERIFY_(NONE|OPTIONAL)|CURLOPT_SSL_VERIFY[A-Z]*|mbedtls_ssl_(conf_ca_cb|set_verify|set_hs_[a-z_]+)|mbedtls_x509_crt_verify[a-z_]*)' .
    found '(&=|\^=|~|<<=|>>=)' 'net/tls.c net/tls_words.c net/trust.c net/certificate.c'
    found '[*][[:space:]]*flags[[:space:]]*([-+^&]?=[^=]|[+]{2}|-{2})|flags[[:space:]]*\[|[(,][[:space:]]*flags[[:space:]]*[,)]' net/tls.c
    found '[*][[:space:]]*flags[[:space:]]*[|]=[^;]*;' net/tls.c | grep -vxF '*flags |= certificate_refusals(certificate, depth, self->host);'
    # certificate.c keeps nothing: no variable that outlives a call, but for tables.
    found '(^|[^a-zA-Z0-9_])static[[:space:]]+[^(;=]*[;=]' net/certificate.c | grep -vE '^[[:space:]]*static const '
}
wall_jsmn_in_one_file() { found_include '<jsmn\.h>' . base/json.c; }
wall_inih_in_one_file() { found_include '<ini\.h>' . verify/checks_file.c; }

# Which rooms a room may include: `ROOM: ROOM...`. Everything else is a violation; main.c may include any room.
arrows='base:
spec: base
token: base spec
dotenv: base spec token
net: base spec
init: base spec
cli: base spec
settings: base spec token dotenv net
labelstudio: base spec token net
verify: base spec token net labelstudio
probe: base spec token net init cli settings labelstudio
verbs: base spec token dotenv net init cli settings labelstudio verify probe
pages: base spec cli'
wall_arrows_point_one_way() {
    local room allowed
    while IFS=: read -r room allowed; do
        found_include '"[a-z_]+/' "$room" | grep -vE "\"(${room}${allowed// /|})/\$"
    done <<<"$arrows"
    # A room that is not in the table has no arrows yet.
    (cd "$twin" && ls -d -- */ 2>/dev/null) | tr -d / | grep -vxE "$(cut -d : -f 1 <<<"$arrows" | paste -sd '|')"
}
# A module is X.c with X.h; what includes each other cannot be read one after the other.
wall_no_circle_of_modules() {
    (cd "$twin" && grep -rHoE '^#[[:space:]]*include[[:space:]]*"[^"]+/[^"]+"' .) |
        sed -E 's,^\./(.*)\.[ch]:.*"(.*)\.[a-z]+"$,\1 \2,' | awk '$1 != $2' | tsort 2>&1 >/dev/null | grep -v 'contains a loop'
}

wall_processes_in_init_alone() {
    found "$(call 'v?fork|clone3?|posix_spawnp?|f?execve?|execv[pe]*|execl[pe]*|wait|wait[34]|waitpid|waitid|kill|killpg|tgkill')" 'base spec cli dotenv token settings net labelstudio verify probe verbs'
}
# musl's cannot name signals 32 to 34: init/ uses the kernel's own calls.
wall_no_libc_sigset_in_init() {
    found "$(call 'sig(empty|fill|add|del)set|sigismember|sigprocmask|pthread_sigmask|sigwait|sigwaitinfo|sigtimedwait|sigsuspend|sigpending|signalfd|sigqueue')" init
}
wall_no_heap_in_init() { found "$(call 'malloc|calloc|realloc|strdup|strndup|asprintf|fopen|getline')" init; }
wall_environment_in_one_file() { found '(^|[^a-zA-Z0-9_.>])((secure_)?getenv[[:space:]]*\(|(set|put|unset)env[[:space:]]*\(|environ([^a-zA-Z0-9_]|$))' . base/envlist.c; }
wall_exit_in_main_alone() { found "$(call 'exit|quick_exit|abort')" . main.c; }
# A forked child, and the deadline.
wall_exit_at_once_in_init_and_deadline() {
    found "$(call '_exit|_Exit')" 'base spec cli dotenv token settings labelstudio verify probe verbs'
    found "$(call '_exit|_Exit')" net net/deadline.c
}
wall_output_in_say_alone() {
    found "$(call 'v?printf|v?fprintf|v?dprintf|puts|fputs|putchar|fputc|putc|fwrite|perror')" . base/say.c
    # The deadline's prepared line goes out by itself.
    found "$(call 'write')(1|2|STD(OUT|ERR)_FILENO)" . base/say.c net/deadline.c
}
wall_handlers_in_deadline_alone() { found "$(call 'signal|bsd_signal|sigset')" .; }
wall_banned_calls_nowhere() { found "$(call 'atoi|atol|atof|strcpy|strcat|sprintf|vsprintf|strtok|strtok_r|system|popen|gets|alloca')" .; }
wall_no_typedef_of_structs() { found 'typedef[[:space:]]+(struct|union|enum)' .; }
wall_nothing_of_this_build_machine() { found '(__DATE__|__TIME__|__FILE__|__BASE_FILE__)|(^|[^a-zA-Z0-9_])assert[[:space:]]*\(' .; }

# ---- What is planted to see that each wall stands: wall, file below src/, line (;; a second file: its line) ---

plants() {
    cat <<'PLANTS'
curl_in_one_file|net/plant.c|#include <curl/curl.h>
mbedtls_in_its_files|net/http.c|#include <mbedtls/ssl.h>
certificate_flags_are_only_added_to|net/tls.c|void plant(uint32_t *flags) { *flags &= 8; }
certificate_flags_are_only_added_to|net/tls.c|void plant(uint32_t *flags) { *flags = 0; }
certificate_flags_are_only_added_to|net/tls.c|void plant(uint32_t *flags) { memset(flags, 0, 4); }
certificate_flags_are_only_added_to|net/tls.c|void plant(uint32_t *flags) { *flags |= self->pinned; }
certificate_flags_are_only_added_to|net/trust.c|unsigned plant(unsigned flags) { return flags & ~8u; }
certificate_flags_are_only_added_to|net/certificate.c|static bool pinned;
certificate_flags_are_only_added_to|net/tls.c|void plant(void *config) { mbedtls_ssl_conf_authmode(config, MBEDTLS_SSL_VERIFY_OPTIONAL); }
certificate_flags_are_only_added_to|net/tls.c|void plant(void *config) { mbedtls_ssl_conf_ca_cb(config, 0, 0); }
certificate_flags_are_only_added_to|net/http.c|void plant(void *easy) { curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L); }
jsmn_in_one_file|token/plant.c|#include <jsmn.h>
inih_in_one_file|dotenv/plant.c|#include <ini.h>
arrows_point_one_way|base/plant.h|#include "spec/reason.h"
arrows_point_one_way|spec/plant.h|#include "token/token.h"
arrows_point_one_way|token/plant.h|#include "dotenv/dotenv.h"
arrows_point_one_way|dotenv/plant.c|#include "settings/settings.h"
arrows_point_one_way|net/plant.c|#include "labelstudio/whoami.h"
arrows_point_one_way|settings/plant.c|#include "init/init.h"
arrows_point_one_way|labelstudio/plant.c|#include "settings/settings.h"
arrows_point_one_way|verify/plant.c|#include "verbs/verbs.h"
arrows_point_one_way|init/plant.c|#include "settings/settings.h"
arrows_point_one_way|cli/plant.c|#include "net/http.h"
arrows_point_one_way|probe/plant.c|#include "verbs/verbs.h"
arrows_point_one_way|verbs/plant.c|#include "pages/pages.h"
arrows_point_one_way|pages/plant.c|#include "settings/settings.h"
arrows_point_one_way|attic/plant.c|int plant(void);
no_circle_of_modules|base/plant.h|#include "base/other.h" ;; base/other.c: #include "base/plant.h"
no_circle_of_modules|net/plant.c|#include "net/other.h" ;; net/other.h: #include "net/plant.h"
processes_in_init_alone|verbs/plant.c|int plant(void) { return fork(); }
processes_in_init_alone|net/plant.c|int plant(void) { return execve("", 0, 0); }
processes_in_init_alone|settings/plant.c|int plant(void) { return kill (1, 9); }
no_libc_sigset_in_init|init/plant.c|int plant(void *set) { return sigfillset(set); }
no_heap_in_init|init/plant.c|void *plant(void) { return malloc(1); }
environment_in_one_file|cli/plant.c|char *plant(void) { return getenv("HOME"); }
environment_in_one_file|main.c|extern char **environ;
exit_in_main_alone|verbs/plant.c|void plant(void) { exit(1); }
exit_at_once_in_init_and_deadline|labelstudio/plant.c|void plant(void) { _exit(1); }
output_in_say_alone|verbs/plant.c|void plant(void) { printf("x"); }
output_in_say_alone|init/plant.c|void plant(void) { write(STDERR_FILENO, "x", 1); }
handlers_in_deadline_alone|init/plant.c|void plant(void) { signal(1, 0); }
banned_calls_nowhere|base/plant.c|int plant(void) { return atoi("1"); }
banned_calls_nowhere|base/plant.c|void plant(char *a) { sprintf(a, "x"); }
no_typedef_of_structs|base/plant.h|typedef struct plant plant_t;
nothing_of_this_build_machine|base/plant.c|void plant(int a) { assert(a); }
PLANTS
}

walls() {
    declare -F | sed -n 's/^declare -f wall_//p'
}

tell() { # NAME WHAT-WAS-FOUND
    if [ -z "$2" ]; then
        echo "ok - $1"
    else
        printf '%s\n' "$2"
        echo "not ok - $1: $(printf '%s\n' "$2" | head -n 1)"
        status=1
    fi
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

twin=$scratch/twin
strip_code src "$twin"
for wall in $(walls); do
    tell "${wall//_/ }" "$("wall_$wall")"
done

twin=$scratch/planted
planted=' '
while IFS='|' read -r wall file line; do
    rm -rf "$scratch/src" "$twin"
    mkdir -p "$scratch/src/$(dirname "$file")"
    printf '%s\n' "${line% ;; *}" >"$scratch/src/$file"
    if [[ $line == *' ;; '* ]]; then
        second=${line##* ;; }
        printf '%s\n' "${second#*: }" >"$scratch/src/${second%%: *}"
    fi
    strip_code "$scratch/src" "$twin"
    [ -n "$("wall_$wall")" ] && missed='' || missed="lets through in $file: $line"
    tell "control, ${wall//_/ }" "$missed"
    planted="$planted$wall "
done < <(plants)

# Prose is no violation, and no wall is without its control.
rm -rf "$scratch/src" "$twin"
while IFS=: read -r room _; do
    mkdir -p "$scratch/src/$room"
    cat >"$scratch/src/$room/prose.c" <<'PROSE'
// fork( exit( getenv( sprintf( environ signal( malloc( typedef struct
const char *prose = "fork() exit(1) atoi(x) \"_exit(2) printf(";
int exit_code(int);
PROSE
done <<<"$arrows"
strip_code "$scratch/src" "$twin"
for wall in $(walls); do
    tell "control, prose and ${wall//_/ }" "$("wall_$wall")"
    [[ $planted == *" $wall "* ]] || tell "control, ${wall//_/ }" "nothing is planted for it"
done
exit "$status"

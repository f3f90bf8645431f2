// SPDX-License-Identifier: MIT
// The checks of a file, and what comes of asking them, as data: for checks.h, which says what each
// of it means, and for checks_values.h.
#ifndef LABELGATE_VERIFY_CHECKS_TYPES_H
#define LABELGATE_VERIFY_CHECKS_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"
#include "net/answer.h"
#include "net/headers.h"
#include "spec/reason.h"
#include "token/token.h"

#define CHECKS_FILE_MAX ((size_t)64 * 1024)
// Of a value, with all the `set` in it written out; a ${NAME} that is no `set` counts as a byte.
#define CHECKS_VALUE_MAX ((size_t)64 * 1024)
// Nine in the guide; nobody reads more than a page of results.
#define CHECKS_MAX 64
#define CHECK_PAIRS 8                   // headers, members or saved values of one check
#define CHECKS_SET 32                   // `set` lines, and values saved by all checks together
#define CHECK_NAME 49                   // what inih keeps of a section's name
#define CHECK_TIMEOUT_MS INT64_C(30000) // the guide's own

struct check_pair {
    const char *name, *value;
};

struct check {
    const char *name;
    unsigned line;                            // of the section, for sentences
    const char *method, *url, *json, *status; // templates; NULL where not given
    const char *jwt, *remedy;
    bool token;            // Label Studio must accept it
    const char *token_url; // template of the base URL to ask; NULL: LABEL_STUDIO_URL
    struct check_pair headers[CHECK_PAIRS], members[CHECK_PAIRS], saves[CHECK_PAIRS];
    struct check_pair remarks[CHECK_PAIRS], hints[CHECK_PAIRS]; // a hint's name: all its variables
    const char *needs[CHECK_PAIRS], *shows[CHECK_PAIRS];
    unsigned header_count, member_count, save_count, need_count;
    unsigned remark_count, hint_count, show_count;
    int64_t timeout_ms; // 0: the file's, then CHECK_TIMEOUT_MS
};

struct checks {
    struct arena memory;
    struct check list[CHECKS_MAX];
    unsigned count;
    struct check_pair sets[CHECKS_SET];
    unsigned set_count;
    int64_t timeout_ms;
};

// A value that a check saved. Wiped by its owner.
struct check_saved {
    char name[CHECK_NAME + 1];
    char text[TOKEN_MAX + 1];
    bool shown; // the id of a thing, no secret: it may be shown in an address
};

struct check_values {
    struct check_saved list[CHECKS_SET];
    unsigned count;
};

// How to ask. Everything is a view that outlives the call.
struct check_run {
    // Does Label Studio accept the token of the settings? `url` NULL: at their own address. False:
    // `finding` says why not, be it known without asking.
    bool (*accepts)(const struct check_run *run, const char *url, struct finding *finding);
    struct span (*find)(void *context, const char *name); // a setting or a variable; empty: not set
    void *context;
    const struct check_values *values;
    // What no sentence may repeat, wherever the checks put it: the token and the password.
    const struct span *secrets;
    unsigned secret_count;
    // Lines for a gateway in front of `extra_url`, and for no other address; NULL: none.
    const struct header_file *extra;
    const char *extra_url;
    const char *ca_file;
    const struct proxy *proxy; // to what is below `extra_url`, and to no other address
    int64_t timeout_ms;
    void (*phase)(void *phase_context, enum http_phase phase, const char *what); // see http_request
    void *phase_context;
};

enum check_state { CHECK_PASSED, CHECK_FAILED, CHECK_SKIPPED };

// These hold no pointer, so that a child can hand them to its parent through a pipe. No part of a
// saved value (but an id), of a secret, or of what went into a header or a body is in any of these
// texts: such a variable is shown as the file has it, ${NAME}.
struct check_result {
    enum check_state state;
    int status; // 0: no answer, or nothing was asked
    int64_t took_ms;
    char asked[FINDING_SLOT];  // "GET http://localhost:8000/health"
    char sent[FINDING_SLOT];   // the body; empty: none
    char came[FINDING_SLOT];   // "200", or what is wrong
    char remark[FINDING_SLOT]; // what else is worth knowing; empty: nothing
    char remedy[FINDING_SLOT]; // what to do, where more is known than the file's `remedy`
};
struct check_saves {
    unsigned count;
    struct check_saved list[CHECK_PAIRS];
};

#endif

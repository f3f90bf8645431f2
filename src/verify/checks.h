// SPDX-License-Identifier: MIT
// The checks of `verify`: an INI file read through inih, one section a check, and asking one of
// them.
//
//   [defaults]                        before the checks; all of it may be left out
//   timeout = 30s                     of each check
//   set api = ${API_BASE_URL:-http://localhost:8000}
//
//   [Task creation]                   the name that is printed
//   request = POST ${api}/api/tasks
//   header Authorization = Bearer ${access_token}
//   json = {"name": "a task"}         repeated: the lines are put together
//   status = 200 201                  numbers, 2xx; without it 2xx
//   member status = success           required in the answer's JSON: a string, a number, true,
//                                     false or null. Paths go down by dots: details.connected,
//                                     0.name
//   member id = *                     anything but null
//   token = accepted                  Label Studio must accept the token of the settings, asked as
//                                     `health` asks; "accepted by URL" names another base URL than
//                                     LABEL_STUDIO_URL
//   remark status = success           as member, but what is otherwise is only remarked
//   show = details.base_url           told with a remark
//   hint A B = TEXT                   remarked when the check fails while variables A and B are set
//   save task_id = id                 for later checks: ${task_id}
//   needs = Another check             passed over when that one did not pass; need not be said
//                                     where a check uses what another one saves
//   remedy = see the log of the app   printed when it fails
//   jwt = ${access_token}             in place of request: the text has three dot-separated parts
//
// ${NAME} is a saved value, a `set`, or what the caller knows by that name (a `set` that uses
// others, each several times, must not grow beyond CHECKS_VALUE_MAX); ${NAME:-TEXT} gives TEXT
// when it is not set or empty. In `json` a value is escaped as the inside of a JSON string.
#ifndef LABELGATE_VERIFY_CHECKS_H
#define LABELGATE_VERIFY_CHECKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"
#include "net/headers.h"
#include "net/http.h"
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

// False with REASON_CHECKS_INVALID, the line and what is wrong with it (no text of the file but a
// name). `path` names the file in the sentence. The caller gives `self` back with checks_free in
// both cases.
bool checks_read(struct checks *self, const char *text, size_t len, const char *path,
                 struct finding *finding);
void checks_free(struct checks *self);
// The nine checks of the guide: compose/superinsight.checks.ini, compiled in.
struct span checks_builtin(void);
// Does check `later` need check `earlier`, by name or by using what it saves?
bool checks_needs(const struct checks *self, unsigned later, unsigned earlier);

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

// What will be asked, as the file has it: `asked` of a check that is not asked.
void check_describe(const struct check *check, struct check_result *result);
// Asks one check; never CHECK_SKIPPED, that is the caller's decision. `saves` is empty unless it
// passed.
void check_ask(const struct checks *self, const struct check *check, const struct check_run *run,
               struct check_result *result, struct check_saves *saves);
// Puts what a check saved among the other values. False: too many.
bool check_values_add(struct check_values *self, const struct check_saves *saves);

#endif

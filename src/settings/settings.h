// SPDX-License-Identifier: MIT
// The one place of precedence: option, environment variable, the same name in the file, default
// (contract, section 2). A variable that is set but empty counts as not set. After settings_make
// the struct is read only.
#ifndef LABELGATE_SETTINGS_SETTINGS_H
#define LABELGATE_SETTINGS_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/envlist.h"
#include "base/file.h"
#include "base/say.h"
#include "dotenv/dotenv.h"
#include "net/reach.h"
#include "settings/origin.h"
#include "spec/options.h"
#include "spec/reason.h"
#include "token/token.h"

enum load_mode { LOAD_TOKEN, LOAD_MISSING, LOAD_ALL };
enum refusal_mode { REFUSAL_EXIT, REFUSAL_HOLD };
enum unreachable_mode { UNREACHABLE_UNHEALTHY, UNREACHABLE_HEALTHY };

#define SETTINGS_FINDINGS 64 // of refusals and of warnings; more are dropped

struct env_file {
    const char *path;     // as it was named
    struct origin origin; // who named it; ORIGIN_DEFAULT for .env in the working directory
    bool present;         // the default one may be absent
    struct file_content content;
};

struct token_found {
    const char *name; // the variable; NULL when none is set
    struct span text;
    struct origin origin;
    struct token judged; // token_classify of `text`
};

// Findings in the order in which the contract judges: options, file, URL, token. The stage decides
// whether --on-refusal hold holds for it, and whether the command line is wrong (exit code 2) or
// something else (1).
enum settings_stage {
    STAGE_OPTIONS,  // the command line
    STAGE_SETTINGS, // the variable of an option, wherever it is set
    STAGE_FILE,
    STAGE_URL,
    STAGE_TOKEN, // not for `token` and `verify`: they do not judge the token that is set
    STAGE_LOGIN, // the password, which only `token --login` and `verify` look at
};
struct settings_finding {
    enum settings_stage stage;
    struct finding finding;
};

// Which token the app gets, and what may be done with it.
struct token_settings {
    const char **names;          // it is looked for under these, the first that is set counts
    struct token_found used;     // its name is NULL when none was found
    struct token_found *others;  // set as well, not used; the same text again is not one of them
    struct span file_text;       // what the files hold under its name now; empty: nothing
    struct origin file_origin;   // of `file_text`
    const char *hint;            // none was found: what comes nearest, in words; or NULL
    struct origin near;          // none was found: a name that looks like one is set; or name NULL
    struct origin unset;         // none was found: its line is a reference that was not set
    const char *unset_reference; // ... to this; NULL: to what is not shown
    bool none;                   // --no-token: the app gets none
    bool enable_legacy;
    enum jwt_policy jwt;
    unsigned name_count;
    unsigned other_count;
};

// What brings another token, another address to the app.
struct applying {
    enum apply token, url;
};

// How long Label Studio is waited for.
struct limits {
    int64_t timeout_ms; // one attempt
    int64_t wait_ms;    // all attempts, if `wait`
    bool wait;          // --wait was given; zero is as good a time as any other
};

// How `run` starts the app and ends with it.
struct launch {
    enum refusal_mode on_refusal;
    bool group;                   // signals go to the app's whole process group
    int64_t grace_ms;             // from TERM to KILL for what outlives the app
    uint64_t signal_given;        // bit FROM-1: it was named, be it to be itself
    unsigned char signal_map[65]; // signal_map[FROM] = TO; TO 0 drops; identity by default
    unsigned char ok_exit[256];   // 1: this code becomes 0
};

// Who logs in, for `token --login` and `verify` alone.
struct login {
    const char *username; // LABEL_STUDIO_USERNAME; NULL: not set
    struct span password; // LABEL_STUDIO_PASSWORD or _FILE; empty: not set
};

struct settings {
    struct env_file *files;
    unsigned file_count;
    struct dotenv dotenv; // their variables

    // Each for one job, which is handed no more than that.
    struct token_settings token;
    struct reach reach;
    struct limits limits;
    struct launch launch;
    struct login login;

    // Words and flags of a verb's own
    enum say_level log;
    enum load_mode load;
    enum unreachable_mode unreachable;
    bool use_login, write, print, offline, json;
    bool host_is_set;    // LABEL_STUDIO_HOST, which is not used in the address's place
    const char *app_url; // NULL: not asked. Checked

    struct origin origins[OPTION_COUNT]; // where each setting came from
    enum verb verb;                      // that they were made for
    enum surroundings around;
    struct applying apply;
    uint32_t not_used; // a probe's options that the running app has otherwise: bits 1 << OPTION_…

    const struct settings_finding *refusals; // sorted by stage; the first gives `run` its code
    struct finding *warnings; // one line each; reason REASON_OK, `detail` is the sentence
    unsigned refusal_count;
    unsigned warning_count;
    struct arena memory; // whatever the pointers above need
};

// Reads options, environment, files and secrets. Always fills `self` as far as it can; whatever
// refuses is in `refusals` (class local). Does no network, prints nothing. Missing token and
// missing URL are judged by the verbs, who know whether they need one, through settings_need_token
// and settings_need_url.
void settings_make(struct settings *self, enum verb verb, const struct options *options,
                   const struct envlist *environment);
// The same for `health` (contract, section 4): what the app has (URL, token and its name, --jwt,
// --no-token, files, --load, header file) comes from `started`, the environment of the running
// `run`, where there is one, whatever the probe's options say (`not_used`; but --url counts for an
// app that was started without an address); how to ask comes from the probe's own options and
// environment, then from those files. A token from `started` is not judged again under `trade`: it
// is the legacy token that was traded for. `started` NULL: as settings_make. The strings of
// `started` must outlive `self`.
void settings_make_for_probe(struct settings *self, const struct options *options,
                             const struct envlist *environment, const struct envlist *started);
// Before anything is said, also of options that are wrong: what is secret in the environment is
// never shown (redact.h): tokens under the usual names and those that LABELGATE_TOKEN_VAR or
// --token-var list, the password, user information in addresses. settings_make adds what it finds
// itself. False: no memory.
bool settings_redact_environment(int argc, char *const *argv, char *const *envp);
// The deadline of a probe before any file was opened: --timeout or LABELGATE_TIMEOUT when it can be
// read, else the default.
int64_t settings_early_timeout(const struct options *options, const struct envlist *environment);
// Where a variable of the files comes from, as the origin of `name` (which may be NULL).
struct origin settings_line_of(const struct settings *self, const struct dotenv_var *var,
                               const char *name);
// The token came from NAME_FILE, and that file now holds something else.
bool settings_secret_changed(const struct token_settings *token);
// The next of the files that the settings came from or name (.env files, the token's NAME_FILE,
// header file, CA file) that was replaced on the host while it is mounted by itself; NULL: no more.
// `next` begins as 0.
const char *settings_replaced_file(const struct settings *self, unsigned *next);
#define SETTINGS_REPLACED \
    "the file was replaced on the host after it was mounted: restart the container"
void settings_free(struct settings *self); // wipes tokens and passwords

// What brings another value to the app that was set in such a place.
enum apply settings_apply(const struct settings *self, enum origin_kind kind);

// False, and the finding says which names were looked for and where (and whether "NAME=" hides in
// another value).
bool settings_need_token(const struct settings *self, struct finding *finding);
bool settings_need_url(const struct settings *self, struct finding *finding);

// The app's environment (contract, section 3.2): `environment` with the judged token under its name
// and what --load adds. `token` replaces the settings' own (after a trade); NULL text: the
// settings' own. False: no memory.
bool settings_app_environment(const struct settings *self, const struct envlist *environment,
                              struct span token, struct envlist *app);

#endif

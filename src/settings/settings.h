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
#include "net/proxy.h"
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
// whether --on-refusal hold holds for it, and whether the verb was called wrongly (2) or found
// something wrong (1).
enum settings_stage {
    STAGE_OPTIONS,  // the command line
    STAGE_SETTINGS, // the variable of an option, wherever it is set
    STAGE_FILE,
    STAGE_URL,
    STAGE_TOKEN, // not for `token` and `verify`: there the token that is set is judged by nobody
    STAGE_LOGIN, // the password, which only `token --login` and `verify` look at
};
struct settings_finding {
    enum settings_stage stage;
    struct finding finding;
};

struct settings {
    // The files, and the token with what was set beside it
    struct env_file *files;
    struct dotenv dotenv;
    const char **token_names;
    struct token_found token;
    struct token_found *others; // set as well, not used; the same text again is not one of them
    const char *token_hint;     // none was found: what comes nearest, in words; NULL: nothing does
    struct origin token_near;  // none was found: a name that looks like one is set; name NULL: none
    struct origin token_unset; // none was found: its line is a reference that was not set
    bool token_unset_itself;   // ... to its own name
    unsigned file_count;
    unsigned token_name_count;
    unsigned other_count;

    // Words and numbers
    enum say_level log;
    enum load_mode load;
    enum jwt_policy jwt;
    enum refusal_mode on_refusal;
    enum unreachable_mode unreachable;
    bool wait;        // --wait was given; zero is as good a time as any other
    bool host_is_set; // LABEL_STUDIO_HOST, which is not used in the address's place
    bool no_token, group;
    bool login, write, print, enable_legacy, offline, json;
    int64_t timeout_ms;
    int64_t wait_ms;
    int64_t grace_ms;
    const char *url;           // NULL: not set. Checked and without its trailing slash
    const char *app_url;       // NULL: not asked. Checked
    const char *ca_file;       // NULL: the distribution's bundle is looked for
    const struct proxy *proxy; // NULL: Label Studio is asked directly
    const char *header_file;
    const char *username; // LABEL_STUDIO_USERNAME; `token` and `verify` only, as the password
    struct span password; // LABEL_STUDIO_PASSWORD or _FILE
    unsigned char signal_map[65];        // signal_map[FROM] = TO; TO 0 drops; identity by default
    uint64_t signal_given;               // bit FROM-1: it was named, be it to be itself
    unsigned char ok_exit[256];          // 1: this code becomes 0
    struct origin origins[OPTION_COUNT]; // where each setting came from
    uint32_t not_used; // a probe's options that the running app has otherwise: bits 1 << OPTION_…

    // Both on the heap, grown as needed: they are rare, and a probe shall not touch pages for them.
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
// What the files hold now under the token's name (for the note that it changed); false when they do
// not have it, or when its value is empty.
bool settings_file_token(const struct settings *self, struct span *value, struct origin *origin);
// For the same note: the token came from NAME_FILE, and that file now holds something else.
bool settings_secret_changed(const struct settings *self);
// The next of the files that the settings came from or name (.env files, the token's NAME_FILE,
// header file, CA file) that was replaced on the host while it is mounted by itself; NULL: no more.
// `next` begins as 0.
const char *settings_replaced_file(const struct settings *self, unsigned *next);
#define SETTINGS_REPLACED \
    "the file was replaced on the host after it was mounted: restart the container"
void settings_free(struct settings *self); // wipes tokens and passwords

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

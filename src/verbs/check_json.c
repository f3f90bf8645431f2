// SPDX-License-Identifier: MIT
// `check --json`: one object with stable keys.
//
// {"files":[{"path","present","replaced","variables":[{"name","line","column","bytes","value","ignored"}],
//            "issues":[{"level","line","column","sentence"}]}],
//  "replaced":[PATH,…]: of .env, secret, header and CA files those that were replaced on the host
//  while they are mounted by themselves,
//  "settings":[{"name","value","source"}],
//  "token":{"variable","source","kind","bytes","doubt","claims":{…},
//           "same_as_running"} or null,
//  "label_studio":{"url","asked","token_asked","up","reason","class","sentence","version","user_id","email",
//                  "legacy_tokens","api_tokens"},
//  "run":{"ok","reason","class","sentence"}, "health":{the same}, "app":{the same, where
//  --app-url was asked}, "faults":[{"reason","class","sentence"}], "next_steps":[…]}
// "asked": /health was; "token_asked": whoami too. Without it the reason is that of /health.
// What is not set is null, and so are a value that may be a secret and the sentence of an "ok" that
// nobody was asked for. "ignored": the name counts in the environment alone.
#include "base/json_write.h"
#include "base/mounted_file.h"
#include "settings/show.h"
#include "verbs/check.h"

#define LINE 2048
#define PLACE 512

static void add_finding(struct text *out, const struct finding *finding, bool asked)
{
    char bytes[LINE];
    struct text sentence = text_over(bytes, sizeof bytes);
    finding_add_sentence(finding, &sentence);
    json_add_text(out, "reason", reason_word(finding->reason));
    json_add_text(out, "class", reason_class_name(reason_class(finding->reason)));
    json_add_text(out, "sentence", asked || !reason_is_fine(finding->reason) ? bytes : NULL);
}

static void add_variables(struct text *out, const struct settings *settings, unsigned file)
{
    json_open(out, "variables", '[');
    for (size_t i = 0; i < settings->dotenv.count && !settings->dotenv.failed; i++) {
        const struct dotenv_var *var = &settings->dotenv.vars[i];
        if (var->file != file)
            continue;
        json_open(out, NULL, '{');
        json_add_span(out, "name", var->name);
        json_add_number(out, "line", var->line);
        json_add_number(out, "column", var->column);
        json_add_number(out, "bytes", (int64_t)var->value.len);
        if (check_may_show(settings, var))
            json_add_span(out, "value", var->value);
        else
            json_add_null(out, "value");
        json_add_bool(out, "ignored", check_is_ignored(settings, var));
        json_close(out, '}');
    }
    json_close(out, ']');
}

static void add_issues(struct text *out, const struct settings *settings, unsigned file)
{
    json_open(out, "issues", '[');
    for (size_t i = 0; i < settings->dotenv.issue_count; i++) {
        const struct dotenv_issue *issue = &settings->dotenv.issues[i];
        if (issue->file != file)
            continue;
        char bytes[LINE];
        struct text sentence = text_over(bytes, sizeof bytes);
        dotenv_issue_text(issue, &sentence);
        json_open(out, NULL, '{');
        json_add_text(out, "level", issue->level == DOTENV_ERROR ? "error" : "warning");
        json_add_number(out, "line", issue->line);
        json_add_number(out, "column", issue->column);
        json_add_text(out, "sentence", bytes);
        json_close(out, '}');
    }
    json_close(out, ']');
}

static void add_files(struct text *out, const struct settings *settings)
{
    json_open(out, "files", '[');
    for (unsigned i = 0; i < settings->file_count; i++) {
        json_open(out, NULL, '{');
        json_add_text(out, "path", settings->files[i].path);
        json_add_bool(out, "present", settings->files[i].present);
        json_add_bool(out, "replaced", mounted_file_is_replaced(settings->files[i].path));
        add_variables(out, settings, i);
        add_issues(out, settings, i);
        json_close(out, '}');
    }
    json_close(out, ']');
}

static void add_replaced(struct text *out, const struct settings *settings)
{
    unsigned next = 0;
    json_open(out, "replaced", '[');
    for (const char *path; (path = settings_replaced_file(settings, &next)) != NULL;)
        json_add_text(out, NULL, path);
    json_close(out, ']');
}

static void add_settings(struct text *out, const struct settings *settings)
{
    json_open(out, "settings", '[');
    for (int id = 0; id < OPTION_COUNT; id++) {
        const struct option_row *row = option_row((enum option_id)id);
        if (row->variable == NULL)
            continue;
        char bytes[LINE], source[PLACE];
        struct text value = text_over(bytes, sizeof bytes);
        settings_show(settings, (enum option_id)id, &value);
        origin_text(&settings->origins[id], source, sizeof source);
        json_open(out, NULL, '{');
        json_add_text(out, "name", row->variable);
        json_add_text(out, "value", value.len > 0 ? bytes : NULL);
        json_add_text(out, "source", source[0] != '\0' ? source : NULL);
        json_close(out, '}');
    }
    json_close(out, ']');
}

static void add_claims(struct text *out, const struct token_claims *claims)
{
    json_open(out, "claims", '{');
    json_add_text(out, "token_type", claims->token_type[0] != '\0' ? claims->token_type : NULL);
    json_add_text(out, "jti", claims->jti[0] != '\0' ? claims->jti : NULL);
    json_add_text(out, "user_id", claims->user_id[0] != '\0' ? claims->user_id : NULL);
    if (claims->has_exp)
        json_add_number(out, "exp", claims->exp);
    if (claims->has_iat)
        json_add_number(out, "iat", claims->iat);
    json_close(out, '}');
}

static void add_token(struct text *out, const struct diagnosis *diagnosis)
{
    const struct token_found *token = &diagnosis->settings->token.used;
    char source[PLACE], sentence[LINE];
    if (!diagnosis->has_token) {
        json_add_null(out, "token");
        return;
    }
    origin_text(&token->origin, source, sizeof source);
    json_open(out, "token", '{');
    json_add_text(out, "variable", token->name);
    json_add_text(out, "source", source);
    json_add_text(out, "kind", token_kind_name(token->judged.kind));
    json_add_number(out, "bytes", (int64_t)token->judged.len);
    bool doubted = token_doubt_text(&token->judged, token->name, source, sentence, sizeof sentence);
    json_add_text(out, "doubt", doubted ? sentence : NULL);
    add_claims(out, &token->judged.claims);
    if (diagnosis->started->answer == STARTED_FOUND) {
        json_add_bool(out, "same_as_running", diagnosis->same_as_running);
    }
    json_close(out, '}');
}

static void add_server(struct text *out, const struct diagnosis *diagnosis)
{
    const struct ls_identity *identity = &diagnosis->seen.identity;
    json_open(out, "label_studio", '{');
    json_add_text(out, "url", diagnosis->settings->reach.url);
    json_add_bool(out, "asked", diagnosis->asked);
    if (diagnosis->asked) {
        bool nothing = !diagnosis->token_asked && diagnosis->up.reason == REASON_OK;
        json_add_bool(out, "token_asked", diagnosis->token_asked);
        json_add_bool(out, "up", diagnosis->up.reason == REASON_OK);
        if (nothing) {
            json_add_null(out, "reason");
            json_add_null(out, "class");
            json_add_null(out, "sentence");
        } else {
            add_finding(out, diagnosis->token_asked ? &diagnosis->server : &diagnosis->up, true);
        }
        json_add_text(out, "version", identity->version[0] != '\0' ? identity->version : NULL);
        json_add_number(out, "user_id", identity->user_id);
        json_add_text(out, "email", identity->email[0] != '\0' ? identity->email : NULL);
    }
    if (diagnosis->has_switches) {
        json_add_bool(out, "legacy_tokens", diagnosis->switches.legacy_tokens);
        json_add_bool(out, "api_tokens", diagnosis->switches.api_tokens);
    }
    json_close(out, '}');
}

// What nobody asked about is neither well nor ill.
static void add_unknown(struct text *out, const char *name)
{
    static const char *const members[] = {"ok", "reason", "class", "sentence"};
    json_open(out, name, '{');
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        json_add_null(out, members[i]);
    json_close(out, '}');
}

static void add_verdict(struct text *out, const char *name, const struct finding *finding,
                        bool asked)
{
    json_open(out, name, '{');
    json_add_bool(out, "ok", reason_is_fine(finding->reason));
    add_finding(out, finding, asked);
    json_close(out, '}');
}

static void add_faults(struct text *out, const struct diagnosis *diagnosis)
{
    const struct finding *faults[CHECK_FAULTS];
    unsigned count = check_faults(diagnosis, faults);
    json_open(out, "faults", '[');
    for (unsigned i = 0; i < count; i++) {
        json_open(out, NULL, '{');
        add_finding(out, faults[i], true);
        json_close(out, '}');
    }
    json_close(out, ']');
}

static void add_steps(struct text *out, const struct diagnosis *diagnosis)
{
    const struct finding *steps[CHECK_STEPS];
    unsigned count = check_steps(diagnosis, steps);
    json_open(out, "next_steps", '[');
    for (unsigned i = 0; i < count; i++) {
        char bytes[LINE];
        struct text remedy = text_over(bytes, sizeof bytes);
        finding_add_remedy(steps[i], &remedy);
        json_add_text(out, NULL, bytes);
    }
    json_close(out, ']');
}

void check_print_json(const struct diagnosis *diagnosis, struct text *out)
{
    json_open(out, NULL, '{');
    add_files(out, diagnosis->settings);
    add_replaced(out, diagnosis->settings);
    add_settings(out, diagnosis->settings);
    add_token(out, diagnosis);
    add_server(out, diagnosis);
    add_verdict(out, "run", &diagnosis->run, false);
    if (diagnosis->asked || diagnosis->health.reason != REASON_OK)
        add_verdict(out, "health", &diagnosis->health, diagnosis->asked);
    else
        add_unknown(out, "health");
    if (diagnosis->asked && diagnosis->settings->app_url != NULL &&
        diagnosis->run.reason == REASON_OK) {
        add_verdict(out, "app", &diagnosis->app, true);
    }
    add_faults(out, diagnosis);
    add_steps(out, diagnosis);
    text_add(out, "}\n");
}

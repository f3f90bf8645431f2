// SPDX-License-Identifier: MIT
// `check --json`: one object with stable keys.
//
// {"files":[{"path","present","variables":[{"name","line","column","bytes","value","ignored"}],
//            "issues":[{"level","line","column","sentence"}]}],
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
#include "settings/show.h"
#include "verbs/check.h"

#define LINE 2048
#define PLACE 512

static void add_text(struct text *out, const char *name, const char *value)
{
    text_add(out, "\"%s\":", name);
    if (value != NULL)
        text_add_json(out, span_of(value));
    else
        text_add(out, "null");
}

static void add_bool(struct text *out, const char *name, bool value)
{
    text_add(out, "\"%s\":%s", name, value ? "true" : "false");
}

static void add_finding(struct text *out, const struct finding *finding, bool asked)
{
    char bytes[LINE];
    struct text sentence = text_over(bytes, sizeof bytes);
    finding_add_sentence(finding, &sentence);
    add_text(out, "reason", reason_word(finding->reason));
    text_add(out, ",");
    add_text(out, "class", reason_class_name(reason_class(finding->reason)));
    text_add(out, ",");
    add_text(out, "sentence", asked || !reason_is_fine(finding->reason) ? bytes : NULL);
}

static void add_variables(struct text *out, const struct settings *settings, unsigned file)
{
    const char *between = "";
    text_add(out, "\"variables\":[");
    for (size_t i = 0; i < settings->dotenv.count && !settings->dotenv.failed; i++) {
        const struct dotenv_var *var = &settings->dotenv.vars[i];
        if (var->file != file)
            continue;
        text_add(out, "%s{\"name\":", between);
        text_add_json(out, var->name);
        text_add(out, ",\"line\":%u,\"column\":%u,\"bytes\":%zu,\"value\":", var->line, var->column,
                 var->value.len);
        if (check_may_show(settings, var))
            text_add_json(out, var->value);
        else
            text_add(out, "null");
        text_add(out, ",");
        add_bool(out, "ignored", check_is_ignored(settings, var));
        text_add(out, "}");
        between = ",";
    }
    text_add(out, "]");
}

static void add_issues(struct text *out, const struct settings *settings, unsigned file)
{
    const char *between = "";
    text_add(out, "\"issues\":[");
    for (size_t i = 0; i < settings->dotenv.issue_count; i++) {
        const struct dotenv_issue *issue = &settings->dotenv.issues[i];
        if (issue->file != file)
            continue;
        char bytes[LINE];
        struct text sentence = text_over(bytes, sizeof bytes);
        dotenv_issue_text(issue, &sentence);
        text_add(out, "%s{\"level\":\"%s\",\"line\":%u,\"column\":%u,", between,
                 issue->level == DOTENV_ERROR ? "error" : "warning", issue->line, issue->column);
        add_text(out, "sentence", bytes);
        text_add(out, "}");
        between = ",";
    }
    text_add(out, "]");
}

static void add_files(struct text *out, const struct settings *settings)
{
    text_add(out, "\"files\":[");
    for (unsigned i = 0; i < settings->file_count; i++) {
        text_add(out, i > 0 ? ",{" : "{");
        add_text(out, "path", settings->files[i].path);
        text_add(out, ",");
        add_bool(out, "present", settings->files[i].present);
        text_add(out, ",");
        add_variables(out, settings, i);
        text_add(out, ",");
        add_issues(out, settings, i);
        text_add(out, "}");
    }
    text_add(out, "]");
}

static void add_settings(struct text *out, const struct settings *settings)
{
    const char *between = "";
    text_add(out, "\"settings\":[");
    for (int id = 0; id < OPTION_COUNT; id++) {
        const struct option_row *row = option_row((enum option_id)id);
        if (row->variable == NULL)
            continue;
        char bytes[LINE], source[PLACE];
        struct text value = text_over(bytes, sizeof bytes);
        settings_show(settings, (enum option_id)id, &value);
        origin_text(&settings->origins[id], source, sizeof source);
        text_add(out, "%s{", between);
        add_text(out, "name", row->variable);
        text_add(out, ",");
        add_text(out, "value", value.len > 0 ? bytes : NULL);
        text_add(out, ",");
        add_text(out, "source", source[0] != '\0' ? source : NULL);
        text_add(out, "}");
        between = ",";
    }
    text_add(out, "]");
}

static void add_claims(struct text *out, const struct token_claims *claims)
{
    text_add(out, "\"claims\":{");
    add_text(out, "token_type", claims->token_type[0] != '\0' ? claims->token_type : NULL);
    text_add(out, ",");
    add_text(out, "jti", claims->jti[0] != '\0' ? claims->jti : NULL);
    text_add(out, ",");
    add_text(out, "user_id", claims->user_id[0] != '\0' ? claims->user_id : NULL);
    if (claims->has_exp)
        text_add(out, ",\"exp\":%lld", (long long)claims->exp);
    if (claims->has_iat)
        text_add(out, ",\"iat\":%lld", (long long)claims->iat);
    text_add(out, "}");
}

static void add_token(struct text *out, const struct diagnosis *diagnosis)
{
    const struct token_found *token = &diagnosis->settings->token;
    char source[PLACE], sentence[LINE];
    if (!diagnosis->has_token) {
        text_add(out, "\"token\":null");
        return;
    }
    origin_text(&token->origin, source, sizeof source);
    text_add(out, "\"token\":{");
    add_text(out, "variable", token->name);
    text_add(out, ",");
    add_text(out, "source", source);
    text_add(out, ",");
    add_text(out, "kind", token_kind_name(token->judged.kind));
    text_add(out, ",\"bytes\":%zu,", token->judged.len);
    bool doubted = token_doubt_text(&token->judged, token->name, source, sentence, sizeof sentence);
    add_text(out, "doubt", doubted ? sentence : NULL);
    text_add(out, ",");
    add_claims(out, &token->judged.claims);
    if (diagnosis->started->answer == STARTED_FOUND) {
        text_add(out, ",");
        add_bool(out, "same_as_running", diagnosis->same_as_running);
    }
    text_add(out, "}");
}

static void add_server(struct text *out, const struct diagnosis *diagnosis)
{
    const struct ls_identity *identity = &diagnosis->seen.identity;
    text_add(out, "\"label_studio\":{");
    add_text(out, "url", diagnosis->settings->url);
    text_add(out, ",");
    add_bool(out, "asked", diagnosis->asked);
    if (diagnosis->asked) {
        bool nothing = !diagnosis->token_asked && diagnosis->up.reason == REASON_OK;
        text_add(out, ",");
        add_bool(out, "token_asked", diagnosis->token_asked);
        text_add(out, ",");
        add_bool(out, "up", diagnosis->up.reason == REASON_OK);
        text_add(out, ",");
        if (nothing)
            text_add(out, "\"reason\":null,\"class\":null,\"sentence\":null");
        else
            add_finding(out, diagnosis->token_asked ? &diagnosis->server : &diagnosis->up, true);
        text_add(out, ",");
        add_text(out, "version", identity->version[0] != '\0' ? identity->version : NULL);
        text_add(out, ",\"user_id\":%lld,", (long long)identity->user_id);
        add_text(out, "email", identity->email[0] != '\0' ? identity->email : NULL);
    }
    if (diagnosis->has_switches) {
        text_add(out, ",");
        add_bool(out, "legacy_tokens", diagnosis->switches.legacy_tokens);
        text_add(out, ",");
        add_bool(out, "api_tokens", diagnosis->switches.api_tokens);
    }
    text_add(out, "}");
}

// What nobody asked about is neither well nor ill.
static void add_unknown(struct text *out, const char *name)
{
    text_add(out, "\"%s\":{\"ok\":null,", name);
    add_text(out, "reason", NULL);
    text_add(out, ",");
    add_text(out, "class", NULL);
    text_add(out, ",");
    add_text(out, "sentence", NULL);
    text_add(out, "}");
}

static void add_verdict(struct text *out, const char *name, const struct finding *finding,
                        bool asked)
{
    text_add(out, "\"%s\":{", name);
    add_bool(out, "ok", reason_is_fine(finding->reason));
    text_add(out, ",");
    add_finding(out, finding, asked);
    text_add(out, "}");
}

static void add_faults(struct text *out, const struct diagnosis *diagnosis)
{
    const struct finding *faults[CHECK_FAULTS];
    unsigned count = check_faults(diagnosis, faults);
    text_add(out, "\"faults\":[");
    for (unsigned i = 0; i < count; i++) {
        text_add(out, i > 0 ? ",{" : "{");
        add_finding(out, faults[i], true);
        text_add(out, "}");
    }
    text_add(out, "]");
}

static void add_steps(struct text *out, const struct diagnosis *diagnosis)
{
    const struct finding *steps[CHECK_STEPS];
    unsigned count = check_steps(diagnosis, steps);
    text_add(out, "\"next_steps\":[");
    for (unsigned i = 0; i < count; i++) {
        char bytes[LINE];
        struct text remedy = text_over(bytes, sizeof bytes);
        finding_add_remedy(steps[i], &remedy);
        text_add(out, i > 0 ? "," : "");
        text_add_json(out, span_of(bytes));
    }
    text_add(out, "]");
}

void check_print_json(const struct diagnosis *diagnosis, struct text *out)
{
    text_add(out, "{");
    add_files(out, diagnosis->settings);
    text_add(out, ",");
    add_settings(out, diagnosis->settings);
    text_add(out, ",");
    add_token(out, diagnosis);
    text_add(out, ",");
    add_server(out, diagnosis);
    text_add(out, ",");
    add_verdict(out, "run", &diagnosis->run, false);
    text_add(out, ",");
    if (diagnosis->asked || diagnosis->health.reason != REASON_OK)
        add_verdict(out, "health", &diagnosis->health, diagnosis->asked);
    else
        add_unknown(out, "health");
    if (diagnosis->asked && diagnosis->settings->app_url != NULL &&
        diagnosis->run.reason == REASON_OK) {
        text_add(out, ",");
        add_verdict(out, "app", &diagnosis->app, true);
    }
    text_add(out, ",");
    add_faults(out, diagnosis);
    text_add(out, ",");
    add_steps(out, diagnosis);
    text_add(out, "}\n");
}

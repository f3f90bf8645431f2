// SPDX-License-Identifier: MIT
// `check` for a person: what it found out, section by section, and what to do next.
#include <string.h>

#include "base/duration.h"
#include "base/text.h"
#include "cli/page.h"
#include "net/url.h"
#include "settings/show.h"
#include "verbs/check.h"

#define LINE 2048
#define PLACE 512
#define NAME_WIDTH 28

bool check_may_show(const struct settings *settings, const struct dotenv_var *var)
{
    if (!span_starts(var->name, "LABELGATE_") && !span_is(var->name, "LABEL_STUDIO_URL"))
        return false;
    // An address may hold a password, and one that is not in force was not judged.
    if (span_find(var->value, "@") < var->value.len ||
        (span_is(var->name, "LABEL_STUDIO_URL") && settings->reach.url == NULL))
        return false;
    for (unsigned i = 0; i < settings->token.name_count; i++)
        if (span_find(var->value, settings->token.names[i]) < var->value.len)
            return false;
    return true;
}

static void add_step(const struct finding *steps[CHECK_STEPS], unsigned *count,
                     const struct finding *finding)
{
    if (reason_is_fine(finding->reason) || *count == CHECK_STEPS)
        return;
    const char *remedy = reason_remedy_template(finding->reason);
    for (unsigned i = 0; i < *count; i++)
        if (steps[i]->reason == finding->reason ||
            strcmp(reason_remedy_template(steps[i]->reason), remedy) == 0)
            return;
    steps[(*count)++] = finding;
}

unsigned check_steps(const struct diagnosis *diagnosis, const struct finding *steps[CHECK_STEPS])
{
    const struct finding *faults[CHECK_FAULTS];
    unsigned count = 0, found = check_faults(diagnosis, faults);
    for (unsigned i = 0; i < found; i++)
        add_step(steps, &count, faults[i]);
    return count;
}

static void add_finding(const struct page *page, enum page_mark mark, const struct finding *finding)
{
    char bytes[LINE];
    struct text text = text_over(bytes, sizeof bytes);
    finding_add_sentence(finding, &text);
    if (!reason_is_fine(finding->reason))
        text_add(&text, " [%s]", reason_word(finding->reason));
    page_marked(page, mark, (struct span){bytes, text.len});
}

static void add_issues(const struct page *page, const struct settings *settings, unsigned file)
{
    for (size_t i = 0; i < settings->dotenv.issue_count; i++) {
        const struct dotenv_issue *issue = &settings->dotenv.issues[i];
        if (issue->file != file)
            continue;
        char bytes[LINE];
        struct text text = text_over(bytes, sizeof bytes);
        text_add(&text, "line %u, column %u: ", issue->line, issue->column);
        dotenv_issue_text(issue, &text);
        page_marked(page, issue->level == DOTENV_ERROR ? PAGE_BAD : PAGE_NOTE,
                    (struct span){bytes, text.len});
    }
}

bool check_is_ignored(const struct settings *settings, const struct dotenv_var *var)
{
    struct span name = var->name;
    if (var->value.len == 0)
        return false;
    if (span_is(name, option_row(OPTION_ENV_FILE)->variable) ||
        span_is(name, option_row(OPTION_LOAD)->variable))
        return true;
    for (unsigned i = 0; i < settings->token.name_count; i++) {
        size_t len = strlen(settings->token.names[i]);
        if (span_starts(name, settings->token.names[i]) &&
            span_is((struct span){name.text + len, name.len - len}, "_FILE"))
            return true;
    }
    return false;
}

static void add_ignored(const struct page *page, const struct settings *settings, unsigned file)
{
    for (size_t i = 0; i < settings->dotenv.count && !settings->dotenv.failed; i++) {
        const struct dotenv_var *var = &settings->dotenv.vars[i];
        if (var->file != file || !check_is_ignored(settings, var))
            continue;
        char bytes[LINE];
        struct text text = text_over(bytes, sizeof bytes);
        text_add(&text, "line %u: ", var->line);
        text_add_visible(&text, var->name, 64);
        text_add(&text, " is ignored in the file: set it in the environment");
        page_marked(page, PAGE_NOTE, (struct span){bytes, text.len});
    }
}

static void add_variable(const struct page *page, const struct settings *settings,
                         const struct dotenv_var *var)
{
    char name[128], value[256], place[64];
    struct text shown_name = text_over(name, sizeof name), shown = text_over(value, sizeof value);
    text_add_visible(&shown_name, var->name, 64);
    if (check_may_show(settings, var))
        text_add_visible(&shown, var->value, 128);
    else
        text_add(&shown, "%zu bytes, hidden", var->value.len);
    text_print(place, sizeof place, "line %u%s%s", var->line,
               var->has_reference ? ", from ${...}" : "", var->inherited ? ", inherited" : "");
    page_row(page, NAME_WIDTH, name, (struct span){value, shown.len}, place);
}

static void add_file(const struct page *page, const struct settings *settings, unsigned file)
{
    const struct env_file *env_file = &settings->files[file];
    char bytes[LINE];
    struct text text = text_over(bytes, sizeof bytes);
    text_add_visible(&text, span_of(env_file->path), 256);
    text_add(&text, env_file->present ? ", as Docker Compose reads it:"
                    : file_is_link(env_file->path)
                        ? ": a symbolic link to a file that does not exist"
                        : ": there is none");
    page_paragraph(page, 2, "", (struct span){bytes, text.len});
    for (size_t i = 0; i < settings->dotenv.count; i++)
        if (settings->dotenv.vars[i].file == file && !settings->dotenv.failed)
            add_variable(page, settings, &settings->dotenv.vars[i]);
    add_issues(page, settings, file);
    add_ignored(page, settings, file);
}

static void add_files(const struct page *page, const struct diagnosis *diagnosis)
{
    const struct settings *settings = diagnosis->settings;
    page_heading(page, "Files");
    if (settings->file_count == 0)
        page_paragraph(page, 2, "", span_of("no .env file here: the environment alone counts"));
    for (unsigned i = 0; i < settings->file_count; i++)
        add_file(page, settings, i);
    for (unsigned i = 0; i < settings->refusal_count; i++)
        if (settings->refusals[i].stage == STAGE_FILE)
            add_finding(page, PAGE_BAD, &settings->refusals[i].finding);
    unsigned next = 0;
    for (const char *path; (path = settings_replaced_file(settings, &next)) != NULL;) {
        char bytes[LINE];
        struct text text = text_over(bytes, sizeof bytes);
        text_add_visible(&text, span_of(path), 256);
        text_add(&text, ": %s", SETTINGS_REPLACED);
        page_marked(page, PAGE_NOTE, (struct span){bytes, text.len});
    }
}

static void add_settings(const struct page *page, const struct diagnosis *diagnosis)
{
    const struct settings *settings = diagnosis->settings;
    page_heading(page, "Settings");
    for (int id = 0; id < OPTION_COUNT; id++) {
        const struct option_row *row = option_row((enum option_id)id);
        if (row->variable == NULL)
            continue;
        char bytes[LINE], source[PLACE];
        struct text text = text_over(bytes, sizeof bytes);
        settings_show(settings, (enum option_id)id, &text);
        if (text.len == 0)
            text_add(&text, "-");
        origin_text(&settings->origins[id], source, sizeof source);
        page_row(page, NAME_WIDTH, row->variable, (struct span){bytes, text.len}, source);
    }
    if (diagnosis->in_pod) {
        char bytes[LINE], timeout[32];
        struct text text = text_over(bytes, sizeof bytes);
        duration_text(settings->limits.timeout_ms, timeout, sizeof timeout);
        text_add(&text,
                 "this is a Kubernetes pod: a probe of labelgate takes at most %s "
                 "(LABELGATE_TIMEOUT); an exec probe "
                 "needs timeoutSeconds above it (its default is 1)",
                 timeout);
        page_marked(page, PAGE_NOTE, (struct span){bytes, text.len});
    }
}

static void add_claim(const struct page *page, const char *name, const char *value)
{
    if (value[0] != '\0')
        page_row(page, NAME_WIDTH, name, span_of(value), NULL);
}

static void add_claim_date(const struct page *page, const char *name, bool has, int64_t seconds)
{
    char date[64], bytes[LINE];
    if (!has)
        return;
    token_date(seconds, date, sizeof date);
    text_print(bytes, sizeof bytes, "%lld = %s", (long long)seconds, date);
    page_row(page, NAME_WIDTH, name, span_of(bytes), NULL);
}

static void add_claims(const struct page *page, const struct token_claims *claims)
{
    add_claim(page, "token_type", claims->token_type);
    add_claim_date(page, "exp", claims->has_exp, claims->exp);
    add_claim_date(page, "iat", claims->has_iat, claims->iat);
    add_claim(page, "jti", claims->jti);
    add_claim(page, "user_id", claims->user_id);
}

static void add_not_used(const struct page *page, const struct settings *settings)
{
    for (unsigned i = 0; i < settings->token.other_count; i++) {
        char bytes[LINE], source[PLACE];
        origin_text(&settings->token.others[i].origin, source, sizeof source);
        text_print(bytes, sizeof bytes, "%s (%s) is set as well and not used",
                   settings->token.others[i].name, source);
        page_marked(page, PAGE_NOTE, span_of(bytes));
    }
}

static void add_token(const struct page *page, const struct diagnosis *diagnosis)
{
    const struct settings *settings = diagnosis->settings;
    char bytes[LINE], source[PLACE], kind[256];
    page_heading(page, "Token");
    if (settings->token.none) {
        page_paragraph(page, 2, "", span_of("none is wanted (--no-token)"));
        return;
    }
    if (!diagnosis->has_token) {
        page_paragraph(page, 2, "", span_of("none is set"));
        return;
    }
    origin_text(&settings->token.used.origin, source, sizeof source);
    token_describe(&settings->token.used.judged, kind, sizeof kind);
    text_print(bytes, sizeof bytes, "%s (%s): %s", settings->token.used.name, source, kind);
    page_paragraph(page, 2, "", span_of(bytes));
    add_claims(page, &settings->token.used.judged.claims);
    if (token_doubt_text(&settings->token.used.judged, settings->token.used.name, source, bytes,
                         sizeof bytes))
        page_marked(page, PAGE_NOTE, span_of(bytes));
    if (diagnosis->started->answer == STARTED_FOUND)
        page_marked(page, PAGE_NOTE,
                    span_of(diagnosis->same_as_running
                                ? "it is the one that the running app has"
                                : "the running app was started with another one: restart it"));
    add_not_used(page, settings);
}

static void add_identity(const struct page *page, const struct diagnosis *diagnosis)
{
    const struct ls_identity *identity = &diagnosis->seen.identity;
    char bytes[LINE];
    if (identity->version[0] != '\0')
        page_row(page, NAME_WIDTH, "version", span_of(identity->version), NULL);
    if (identity->user_id != 0) {
        text_print(bytes, sizeof bytes, "%lld, %s", (long long)identity->user_id, identity->email);
        page_row(page, NAME_WIDTH, "the token's user", span_of(bytes), NULL);
    }
    if (diagnosis->has_switches) {
        page_row(page, NAME_WIDTH, "legacy tokens",
                 span_of(diagnosis->switches.legacy_tokens ? "on" : "off"), NULL);
        page_row(page, NAME_WIDTH, "API (JWT) tokens",
                 span_of(diagnosis->switches.api_tokens ? "on" : "off"), NULL);
    } else if (diagnosis->server.reason == REASON_LEGACY_DISABLED) {
        page_row(page, NAME_WIDTH, "legacy tokens", span_of("off"), NULL);
    }
}

static void add_server(const struct page *page, const struct diagnosis *diagnosis)
{
    char bytes[LINE];
    page_heading(page, "Label Studio");
    if (!diagnosis->asked) {
        page_paragraph(page, 2, "",
                       span_of(diagnosis->settings->offline ? "not asked (--offline)"
                               : diagnosis->settings->reach.url == NULL
                                   ? "not asked: no address is set"
                                   : "not asked"));
        return;
    }
    page_row(page, NAME_WIDTH, "address", span_of(diagnosis->settings->reach.url), NULL);
    if (diagnosis->settings->reach.proxy != NULL &&
        span_starts_nocase(span_of(diagnosis->settings->reach.url), "http:"))
        page_marked(page, PAGE_NOTE,
                    span_of("an http address through a proxy: the proxy sees the token, as it sees "
                            "the app's; https would hide it"));
    if (diagnosis->up.reason == REASON_OK)
        page_marked(page, PAGE_GOOD,
                    span_of("/health: it runs (this says nothing about the token)"));
    else
        add_finding(page, PAGE_BAD, &diagnosis->up);
    if (!diagnosis->token_asked)
        page_marked(page, PAGE_NOTE, span_of("whoami: not asked, there is no token to ask with"));
    else if (diagnosis->server.reason != diagnosis->up.reason ||
             reason_is_fine(diagnosis->server.reason))
        add_finding(page, reason_is_fine(diagnosis->server.reason) ? PAGE_GOOD : PAGE_BAD,
                    &diagnosis->server);
    add_identity(page, diagnosis);
    if (observation_skew_text(&diagnosis->seen, bytes, sizeof bytes))
        page_marked(page, PAGE_NOTE, span_of(bytes));
}

// What refuses the launch, else what makes `health` unhealthy; NULL: all is well, as far as is
// known.
static const struct finding *worst(const struct diagnosis *diagnosis)
{
    const struct finding *findings[] = {&diagnosis->run, &diagnosis->health, &diagnosis->app};
    for (size_t i = 0; i < sizeof findings / sizeof findings[0]; i++)
        if (!reason_is_fine(findings[i]->reason))
            return findings[i];
    return NULL;
}

// The app has another token than the one that was judged here.
static bool needs_restart(const struct diagnosis *diagnosis)
{
    return diagnosis->started->answer == STARTED_FOUND && diagnosis->has_token &&
           !diagnosis->same_as_running && diagnosis->settings->token.jwt != JWT_TRADE;
}

#define RESTART "restart the app, which still has another token: docker compose restart SERVICE"

// What was not looked at, so that "all is well" says no more than is known.
static const char *not_seen(const struct diagnosis *diagnosis)
{
    if (diagnosis->asked)
        return NULL;
    if (diagnosis->settings->reach.url == NULL)
        return "Label Studio was not asked: no address is set";
    return diagnosis->settings->offline ? "Label Studio was not asked (--offline)" : NULL;
}

// Where the network fails /health and whoami alike, that is one fault.
static bool is_said(const struct finding *fault, const struct finding *verdict)
{
    return finding_equal(fault, verdict) || (fault->reason == verdict->reason &&
                                             reason_class(fault->reason) == REASON_CLASS_UNCLEAR);
}

// The whole of it in two lines: what is wrong, and the first step. The rest of the page is details.
static void add_verdict(const struct page *page, const struct diagnosis *diagnosis)
{
    char bytes[LINE];
    struct text text = text_over(bytes, sizeof bytes);
    const struct finding *finding = worst(diagnosis);
    const char *unseen = not_seen(diagnosis);
    bool starts = diagnosis->run.reason == REASON_OK;
    if (finding == NULL) {
        text_add(&text, "run would start the app%s%s%s",
                 diagnosis->asked ? ", and health would say healthy" : "",
                 unseen != NULL ? "; " : "", unseen != NULL ? unseen : "");
        page_marked(page, PAGE_GOOD, (struct span){bytes, text.len});
        if (needs_restart(diagnosis))
            page_paragraph(page, 2, "to do: ", span_of(RESTART));
        else if (unseen != NULL)
            page_paragraph(page, 2, "to do: ",
                           span_of(diagnosis->settings->reach.url == NULL
                                       ? "set LABEL_STUDIO_URL or add --url, and check again: "
                                         "whether the token works is not known"
                                       : "check again without --offline: whether the token works "
                                         "is not known"));
        return;
    }
    text_add(&text,
             starts ? "health would say unhealthy: " : "run would refuse to start the app: ");
    finding_add_sentence(finding, &text);
    text_add(&text, " [%s]", reason_word(finding->reason));
    page_marked(page, PAGE_BAD, (struct span){bytes, text.len});
    text = text_over(bytes, sizeof bytes);
    finding_add_steps(finding, 0, &text);
    page_paragraph(page, 2, "to do: ", (struct span){bytes, text.len});

    const struct finding *faults[CHECK_FAULTS];
    unsigned count = check_faults(diagnosis, faults);
    for (unsigned i = 0; i < count; i++)
        if (!is_said(faults[i], finding))
            add_finding(page, PAGE_BAD, faults[i]);
}

// Another token is the cure: labelgate can fetch it.
static bool wants_token(const struct diagnosis *diagnosis)
{
    const struct settings *settings = diagnosis->settings;
    for (unsigned i = 0; i < settings->refusal_count; i++)
        if (settings->refusals[i].stage < STAGE_TOKEN)
            return false;
    return settings->refusal_count > 0 || diagnosis->run.reason != REASON_OK ||
           reason_class(diagnosis->health.reason) == REASON_CLASS_REFUSED;
}

#define FETCH "labelgate token --login --enable-legacy --write"

static void add_fetch(const struct page *page)
{
    page_paragraph(page, 2, "", span_of("labelgate can fetch the legacy token into .env:"));
    text_add(page->out, "       %s\n", FETCH);
    page_paragraph(page, 2, "",
                   span_of("Where only the Compose network knows Label Studio (NETWORK: see docker "
                           "network ls):"));
    text_add(page->out, "       docker run --rm -it --network NETWORK -v \"$PWD:/w\" -w /w %s\n",
             FETCH);
}

static void add_steps(const struct page *page, const struct diagnosis *diagnosis)
{
    const struct finding *steps[CHECK_STEPS];
    unsigned count = check_steps(diagnosis, steps);
    if (count == 0)
        return;
    page_heading(page, "All steps");
    for (unsigned i = 0; i < count; i++) {
        char bytes[LINE], number[16];
        struct text text = text_over(bytes, sizeof bytes);
        finding_add_remedy(steps[i], &text);
        text_print(number, sizeof number, "%u. ", i + 1);
        page_paragraph(page, 2, number, (struct span){bytes, text.len});
    }
    if (wants_token(diagnosis))
        add_fetch(page);
    if (wants_token(diagnosis) || diagnosis->run.reason != REASON_OK) {
        page_paragraph(page, 2, "", span_of("Then, so that the app gets the new value:"));
        text_add(page->out, "       docker compose restart app   where .env itself is mounted\n"
                            "       docker compose up -d         with env_file: or environment:\n");
    }
}

// The guide's "Need Help?", with the real names where they can be known: the host in the URL is the
// name of Label Studio's service, and the HOSTNAME of a container is its id. One without a running
// `run` was made for this check: it has no log worth reading.
static void add_help(const struct page *page, const struct diagnosis *diagnosis)
{
    const char *hostname = envlist_get(diagnosis->environment, "HOSTNAME");
    bool is_the_apps = diagnosis->in_container && diagnosis->started->answer != STARTED_NONE;
    const char *app = is_the_apps ? hostname : NULL;
    struct url url;
    char why[URL_WHY], bytes[LINE];
    const char *server = "label-studio";
    if (diagnosis->settings->reach.url != NULL &&
        url_parse(diagnosis->settings->reach.url, false, &url, why) && !url_is_loopback(&url))
        server = url.host;

    page_heading(page, "Need help?");
    text_print(bytes, sizeof bytes, "docker compose logs %.128s", server);
    page_row(page, NAME_WIDTH, "Label Studio's log", span_of(bytes), NULL);
    text_print(bytes, sizeof bytes,
               app != NULL ? "docker logs %.128s" : "docker compose logs %.128s",
               app != NULL ? app : "app");
    page_row(page, NAME_WIDTH, "the app's log", span_of(bytes), NULL);
    text_print(bytes, sizeof bytes, "docker inspect --format '{{json .State.Health}}' %.128s",
               app != NULL ? app : "CONTAINER");
    page_row(page, NAME_WIDTH, "what the health check said", span_of(bytes), NULL);
    page_row(page, NAME_WIDTH, "an existing token",
             span_of("Label Studio: Account & Settings -> Legacy Tokens"), NULL);
    page_row(page, NAME_WIDTH, "all reason words", span_of("labelgate help reasons"), NULL);
}

void check_print(const struct diagnosis *diagnosis, bool terminal, struct text *out)
{
    struct page page = {out, terminal};
    add_verdict(&page, diagnosis);
    add_files(&page, diagnosis);
    add_settings(&page, diagnosis);
    add_token(&page, diagnosis);
    add_server(&page, diagnosis);
    add_steps(&page, diagnosis);
    add_help(&page, diagnosis);
}

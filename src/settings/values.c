// SPDX-License-Identifier: MIT
// Text to value: what each option takes, and the sentence for what it does not take.
#include <signal.h>
#include <string.h>

#include "base/duration.h"
#include "base/signal_name.h"
#include "net/url.h"
#include "settings/lookup.h"
#include "token/redact_token.h"

#define DURATION "a duration such as 500ms, 5s, 2m or 1m30s"
#define EXIT_CODE_MAX 255

// Each gives NULL, or in words what it takes.
typedef const char *take(struct settings *settings, const char *text);

static const char *take_yes_no(const char *text, bool *value)
{
    static const char *const words[][4] = {{"0", "false", "no", "off"}, {"1", "true", "yes", "on"}};
    for (unsigned yes = 0; yes < 2; yes++) {
        for (unsigned i = 0; i < 4; i++) {
            if (strcmp(text, words[yes][i]) == 0) {
                *value = yes == 1;
                return NULL;
            }
        }
    }
    return "1, true, yes or on, or 0, false, no or off";
}

// Index of the word among `count`; -1 when it is none of them.
static int word_index(const char *text, const char *const *words, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (strcmp(text, words[i]) == 0)
            return (int)i;
    return -1;
}

// What is refused changes nothing: a probe still needs its time limit to say so.
static const char *take_duration(const char *text, bool may_be_zero, int64_t *milliseconds)
{
    int64_t taken;
    if (!duration_parse(text, strlen(text), &taken))
        return DURATION;
    if (taken == 0 && !may_be_zero)
        return DURATION ", longer than zero";
    *milliseconds = taken;
    return NULL;
}

static const char *take_load(struct settings *settings, const char *text)
{
    static const char *const words[] = {"token", "missing", "all"};
    int index = word_index(text, words, 3);
    if (index < 0)
        return "token, missing or all";
    settings->load = (enum load_mode)index;
    return NULL;
}

static const char *take_jwt(struct settings *settings, const char *text)
{
    static const char *const words[] = {"reject", "trade", "accept"};
    int index = word_index(text, words, 3);
    if (index < 0)
        return "reject, trade or accept";
    settings->jwt = (enum jwt_policy)index;
    return NULL;
}

static const char *take_unreachable(struct settings *settings, const char *text)
{
    static const char *const words[] = {"unhealthy", "healthy"};
    int index = word_index(text, words, 2);
    if (index < 0)
        return "unhealthy or healthy";
    settings->unreachable_healthy = index == 1;
    return NULL;
}

static const char *take_on_refusal(struct settings *settings, const char *text)
{
    static const char *const words[] = {"exit", "hold"};
    int index = word_index(text, words, 2);
    if (index < 0)
        return "exit or hold";
    settings->on_refusal = (enum refusal_mode)index;
    return NULL;
}

static const char *take_no_token(struct settings *settings, const char *text)
{
    return take_yes_no(text, &settings->no_token);
}

static const char *take_group(struct settings *settings, const char *text)
{
    return take_yes_no(text, &settings->group);
}

static const char *take_timeout(struct settings *settings, const char *text)
{
    return take_duration(text, false, &settings->timeout_ms);
}

static const char *take_wait(struct settings *settings, const char *text)
{
    settings->wait = true;
    return take_duration(text, true, &settings->wait_ms);
}

static const char *take_grace(struct settings *settings, const char *text)
{
    return take_duration(text, true, &settings->grace_ms);
}

static const char *take_ca_file(struct settings *settings, const char *text)
{
    settings->ca_file = text;
    return NULL;
}

static const char *take_header_file(struct settings *settings, const char *text)
{
    settings->header_file = text;
    return NULL;
}

static const char *take_log(struct settings *settings, const char *text)
{
    return say_level_parse(text, &settings->log) ? NULL : "error, warn, info or debug";
}

static take *const takes[OPTION_COUNT] = {
    [OPTION_LOAD] = take_load,
    [OPTION_NO_TOKEN] = take_no_token,
    [OPTION_JWT] = take_jwt,
    [OPTION_TIMEOUT] = take_timeout,
    [OPTION_WAIT] = take_wait,
    [OPTION_UNREACHABLE] = take_unreachable,
    [OPTION_CA_FILE] = take_ca_file,
    [OPTION_HEADER_FILE] = take_header_file,
    [OPTION_GRACE] = take_grace,
    [OPTION_GROUP] = take_group,
    [OPTION_ON_REFUSAL] = take_on_refusal,
    [OPTION_VERBOSE] = take_log,
};

// A verb judges the variables of its own options; `check` those of all.
static bool concerns(const struct maker *maker, enum option_id id)
{
    return maker->verb == VERB_CHECK || (option_row(id)->verbs & 1U << maker->verb);
}

static void take_value(struct maker *maker, enum option_id id)
{
    struct value value;
    if (!concerns(maker, id) || !settings_lookup(maker, id, &value))
        return;
    maker->settings->origins[id] = value.origin;
    const char *words = takes[id](maker->settings, value.text);
    if (words)
        maker_refuse_value(maker, option_row(id), &value, words);
}

static void take_verbosity(struct maker *maker)
{
    unsigned count = options_count(maker->options, OPTION_VERBOSE);
    struct origin given = {.kind = ORIGIN_OPTION, .name = option_row(OPTION_VERBOSE)->name};
    if (count == 0) {
        take_value(maker, OPTION_VERBOSE);
        return;
    }
    maker->settings->log = count == 1 ? SAY_INFO : SAY_DEBUG;
    maker->settings->origins[OPTION_VERBOSE] = given;
}

static void take_switch(struct maker *maker, enum option_id id, bool *on)
{
    struct value value;
    *on = maker_option(maker, id, &value);
    if (*on)
        maker->settings->origins[id] = value.origin;
}

// "FROM:TO"
static const char *take_signal(struct settings *settings, const char *text)
{
    int from, to = 0;
    const char *colon = strchr(text, ':');
    if (!colon || !signal_parse((struct span){text, (size_t)(colon - text)}, &from) ||
        (strcmp(colon + 1, "0") != 0 && !signal_parse(span_of(colon + 1), &to)))
        return "FROM:TO with names such as TERM or RTMIN+3 or numbers from 1 to 31, or FROM:0";
    if (from == SIGKILL || from == SIGSTOP)
        return "a FROM other than KILL and STOP, which no program can catch";
    // The same again says nothing new.
    if (settings->signal_given & UINT64_C(1) << (from - 1) && settings->signal_map[from] != to)
        return "each FROM once";
    settings->signal_given |= UINT64_C(1) << (from - 1);
    settings->signal_map[from] = (unsigned char)to;
    return NULL;
}

static const char *take_ok_exit(struct settings *settings, const char *text)
{
    static const char takes_code[] = "an exit code from 0 to 255";
    unsigned code = 0;
    for (const char *digit = text; *digit; digit++) {
        if (*digit < '0' || *digit > '9')
            return takes_code;
        code = code * 10 + (unsigned)(*digit - '0');
        if (code > EXIT_CODE_MAX)
            return takes_code;
    }
    settings->ok_exit[code] = 1;
    return NULL;
}

static void take_each(struct maker *maker, enum option_id id, take *take_one)
{
    const struct options *options = maker->options;
    for (unsigned i = 0; i < options->count; i++) {
        if (options->given[i].id != id)
            continue;
        struct value value = {options->given[i].value,
                              {.kind = ORIGIN_OPTION, .name = option_row(id)->name}};
        maker->settings->origins[id] = value.origin;
        const char *words = take_one(maker->settings, value.text);
        if (words)
            maker_refuse_value(maker, option_row(id), &value, words);
    }
}

// For `run` it means something only while it trades; alone it would be ignored.
static void judge_enable_legacy(struct maker *maker)
{
    struct finding finding;
    const struct settings *settings = maker->settings;
    if (maker->verb != VERB_RUN || !settings->enable_legacy || settings->jwt == JWT_TRADE)
        return;
    finding_set(&finding, REASON_USAGE, verb_row(maker->verb)->name, NULL,
                "--enable-legacy needs --jwt trade");
    maker_refuse(maker, STAGE_OPTIONS, &finding);
}

void settings_take_values(struct maker *maker)
{
    struct settings *settings = maker->settings;
    take_verbosity(maker);
    for (enum option_id id = 0; id < OPTION_COUNT; id++)
        if (takes[id] && id != OPTION_VERBOSE)
            take_value(maker, id);
    take_each(maker, OPTION_SIGNAL, take_signal);
    take_each(maker, OPTION_OK_EXIT, take_ok_exit);
    take_switch(maker, OPTION_LOGIN, &settings->login);
    take_switch(maker, OPTION_WRITE, &settings->write);
    take_switch(maker, OPTION_PRINT, &settings->print);
    take_switch(maker, OPTION_ENABLE_LEGACY, &settings->enable_legacy);
    take_switch(maker, OPTION_OFFLINE, &settings->offline);
    take_switch(maker, OPTION_JSON, &settings->json);
    judge_enable_legacy(maker);
}

// ---- Addresses ----------------------------------------------------------------------------------

static void refuse_url(struct maker *maker, enum option_id id, const struct value *value,
                       const char *why)
{
    struct finding finding;
    char place[FINDING_SLOT];
    const struct origin *origin = &value->origin;
    if (origin->kind == ORIGIN_OPTION) {
        finding_set(&finding, REASON_URL_INVALID, id == OPTION_URL ? "--url" : "--app-url", NULL,
                    why);
    } else {
        origin_text(origin, place, sizeof place);
        finding_set(&finding, REASON_URL_INVALID, origin->name, place, why);
    }
    maker_refuse(maker, STAGE_URL, &finding);
}

// False: it is not set, or was refused.
static bool take_url(struct maker *maker, enum option_id id, struct value *value)
{
    struct url url;
    char why[URL_WHY];
    if (!concerns(maker, id) || !settings_lookup(maker, id, value))
        return false;
    maker->settings->origins[id] = value->origin;
    (void)token_redact_url(span_of(value->text)); // see redact_failed
    if (url_parse(value->text, id == OPTION_APP_URL, &url, why))
        return true;
    refuse_url(maker, id, value, why);
    return false;
}

void settings_take_urls(struct maker *maker)
{
    struct value value;
    struct settings *settings = maker->settings;
    if (take_url(maker, OPTION_APP_URL, &value))
        settings->app_url = value.text;
    if (take_url(maker, OPTION_URL, &value)) {
        struct span base = {value.text, url_base_length(value.text)};
        settings->url = arena_copy(&settings->memory, base);
        if (!settings->url)
            maker_no_memory(maker);
    }
    settings->host_is_set = maker_environment(maker, "LABEL_STUDIO_HOST", &value) ||
                            maker_file(maker, "LABEL_STUDIO_HOST", &value);
}

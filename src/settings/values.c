// SPDX-License-Identifier: MIT
// Text to value: which values each option accepts, and the sentence for any other.
#include "settings/values.h"

#include <signal.h>
#include <string.h>

#include "base/ascii.h"
#include "base/duration.h"
#include "base/signal_name.h"
#include "net/url.h"
#include "settings/lookup.h"
#include "token/redact_token.h"

#define DURATION "a duration such as 500ms, 5s, 2m or 1m30s"
#define EXIT_CODE_MAX 255

// What a setting accepts, in words; NULL: it has accepted the text.
typedef const char *parse(struct launch *launch, const char *text);

#define AT(member) offsetof(struct settings, member)
static const size_t places[OPTION_COUNT] = {
    [OPTION_LOAD] = AT(load),
    [OPTION_URL] = AT(reach.url),
    [OPTION_NO_TOKEN] = AT(token.none),
    [OPTION_JWT] = AT(token.jwt),
    [OPTION_APP_URL] = AT(app_url),
    [OPTION_TIMEOUT] = AT(limits.timeout_ms),
    [OPTION_WAIT] = AT(limits.wait_ms),
    [OPTION_UNREACHABLE] = AT(unreachable),
    [OPTION_CA_FILE] = AT(reach.ca_file),
    [OPTION_HEADER_FILE] = AT(reach.header_file),
    [OPTION_GRACE] = AT(launch.grace_ms),
    [OPTION_GROUP] = AT(launch.group),
    [OPTION_ON_REFUSAL] = AT(launch.on_refusal),
    [OPTION_LOGIN] = AT(use_login),
    [OPTION_WRITE] = AT(write),
    [OPTION_PRINT] = AT(print),
    [OPTION_ENABLE_LEGACY] = AT(token.enable_legacy),
    [OPTION_OFFLINE] = AT(offline),
    [OPTION_JSON] = AT(json),
    [OPTION_VERBOSE] = AT(log),
};
// An enum of no negative value is an unsigned int to gcc and clang.
_Static_assert(sizeof(enum load_mode) == sizeof(unsigned), "enums are kept as unsigned");

// The list of files is the first member, so no single value is at offset 0.
void *settings_value(struct settings *self, enum option_id id)
{
    return places[id] > 0 ? (char *)self + places[id] : NULL;
}

static const char *parse_yes_no(const char *text, bool *value)
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

// What is refused changes nothing: a probe still needs its time limit to say so.
static const char *parse_duration(const char *text, bool may_be_zero, int64_t *milliseconds)
{
    int64_t parsed;
    if (!duration_parse(text, strlen(text), &parsed))
        return DURATION;
    if (parsed == 0 && !may_be_zero)
        return DURATION ", longer than zero";
    *milliseconds = parsed;
    return NULL;
}

static const char *parse_word(enum option_id id, const char *text, unsigned *value,
                              struct text *words)
{
    int index = option_word_index(id, span_of(text));
    if (index < 0) {
        option_add_words(id, words);
        return words->bytes;
    }
    *value = (unsigned)index;
    return NULL;
}

// A verb judges the variables of its own options; `check` those of all.
static bool concerns(const struct maker *maker, enum option_id id)
{
    return maker->verb == VERB_CHECK || (option_row(id)->verbs & 1U << maker->verb);
}

static void read_value(struct maker *maker, enum option_id id)
{
    struct value value;
    char room[FINDING_SLOT];
    struct text words = text_over(room, sizeof room);
    const char *accepted = NULL;
    void *place = settings_value(maker->settings, id);
    if (!concerns(maker, id) || !settings_lookup(maker, id, &value))
        return;
    maker->settings->origins[id] = value.origin;
    enum value_kind kind = option_row(id)->kind;
    switch (kind) {
    case VALUE_YES_NO:
        accepted = parse_yes_no(value.text, place);
        break;
    case VALUE_WORD:
        accepted = parse_word(id, value.text, place, &words);
        break;
    case VALUE_DURATION:
    case VALUE_TIME_LIMIT:
        maker->settings->limits.wait = maker->settings->limits.wait || id == OPTION_WAIT;
        accepted = parse_duration(value.text, kind == VALUE_DURATION, place);
        break;
    case VALUE_PATH:
        *(const char **)place = value.text;
        break;
    case VALUE_URL:   // settings_read_urls
    case VALUE_PROXY: // settings_read_proxy
    case VALUE_NAME:
    case VALUE_SIGNALS:
    case VALUE_EXIT_CODE:
        break;
    }
    if (accepted)
        maker_refuse_value(maker, option_row(id), &value, accepted);
}

static void read_verbosity(struct maker *maker)
{
    unsigned count = options_count(maker->options, OPTION_VERBOSE);
    struct origin given = {.kind = ORIGIN_OPTION, .name = option_row(OPTION_VERBOSE)->name};
    if (count == 0) {
        read_value(maker, OPTION_VERBOSE);
        return;
    }
    maker->settings->log = count == 1 ? SAY_INFO : SAY_DEBUG;
    maker->settings->origins[OPTION_VERBOSE] = given;
}

// "FROM:TO"
static const char *parse_signal(struct launch *launch, const char *text)
{
    int from, to = 0;
    const char *colon = strchr(text, ':');
    if (!colon || !signal_parse((struct span){text, (size_t)(colon - text)}, &from) ||
        (strcmp(colon + 1, "0") != 0 && !signal_parse(span_of(colon + 1), &to)))
        return "FROM:TO with names such as TERM or RTMIN+3 or numbers from 1 to 31, or FROM:0";
    if (from == SIGKILL || from == SIGSTOP)
        return "a FROM other than KILL and STOP, which no program can catch";
    // The same again says nothing new.
    if (launch->signal_given & UINT64_C(1) << (from - 1) && launch->signal_map[from] != to)
        return "each FROM once";
    launch->signal_given |= UINT64_C(1) << (from - 1);
    launch->signal_map[from] = (unsigned char)to;
    return NULL;
}

static const char *parse_ok_exit(struct launch *launch, const char *text)
{
    static const char accepted[] = "an exit code from 0 to 255";
    unsigned code = 0;
    for (const char *digit = text; *digit; digit++) {
        if (!ascii_is_digit(*digit))
            return accepted;
        code = code * 10 + (unsigned)(*digit - '0');
        if (code > EXIT_CODE_MAX)
            return accepted;
    }
    launch->ok_exit[code] = 1;
    return NULL;
}

static void read_each(struct maker *maker, enum option_id id, parse *parse_one)
{
    const struct options *options = maker->options;
    for (unsigned i = 0; i < options->count; i++) {
        if (options->given[i].id != id)
            continue;
        struct value value = {options->given[i].value,
                              {.kind = ORIGIN_OPTION, .name = option_row(id)->name}};
        maker->settings->origins[id] = value.origin;
        const char *words = parse_one(&maker->settings->launch, value.text);
        if (words)
            maker_refuse_value(maker, option_row(id), &value, words);
    }
}

// For `run` it means something only while it trades; alone it would be ignored.
static void judge_enable_legacy(struct maker *maker)
{
    struct finding finding;
    const struct settings *settings = maker->settings;
    if (maker->verb != VERB_RUN || !settings->token.enable_legacy ||
        settings->token.jwt == JWT_TRADE)
        return;
    finding_set(&finding, REASON_USAGE, verb_row(maker->verb)->name, NULL,
                "--enable-legacy needs --jwt trade");
    maker_refuse(maker, STAGE_OPTIONS, &finding);
}

void settings_read_values(struct maker *maker)
{
    read_verbosity(maker);
    for (enum option_id id = 0; id < OPTION_COUNT; id++)
        if (places[id] > 0 && id != OPTION_VERBOSE && option_row(id)->kind != VALUE_URL)
            read_value(maker, id);
    read_each(maker, OPTION_SIGNAL, parse_signal);
    read_each(maker, OPTION_OK_EXIT, parse_ok_exit);
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
    finding.apply = settings_apply(maker->settings, origin->kind);
    maker_refuse(maker, STAGE_URL, &finding);
}

// False: it is not set, or was refused.
static bool read_url(struct maker *maker, enum option_id id, struct value *value)
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

void settings_read_urls(struct maker *maker)
{
    struct value value;
    struct settings *settings = maker->settings;
    if (read_url(maker, OPTION_APP_URL, &value))
        settings->app_url = value.text;
    if (read_url(maker, OPTION_URL, &value)) {
        struct span base = {value.text, url_base_length(value.text)};
        settings->reach.url = arena_copy(&settings->memory, base);
        if (!settings->reach.url)
            maker_no_memory(maker);
    }
    settings->host_is_set = maker_environment(maker, "LABEL_STUDIO_HOST", &value) ||
                            maker_file(maker, "LABEL_STUDIO_HOST", &value);
}

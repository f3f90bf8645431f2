// SPDX-License-Identifier: MIT
#include "settings/show.h"

#include "base/duration.h"

static void add_text(struct text *out, const char *text)
{
    text_add_visible(out, span_of(text), FINDING_SLOT);
}

static void add_switch(struct text *out, bool on)
{
    text_add(out, on ? "yes" : "no");
}

static void add_duration(struct text *out, int64_t milliseconds)
{
    char buffer[32];
    duration_text(milliseconds, buffer, sizeof buffer);
    text_add(out, "%s", buffer);
}

static void add_files(struct text *out, const struct settings *settings)
{
    for (unsigned i = 0; i < settings->file_count; i++) {
        text_add(out, i > 0 ? "," : "");
        text_add_visible(out, span_of(settings->files[i].path), FINDING_SLOT);
    }
}

static void add_proxy(struct text *out, const struct settings *settings)
{
    if (settings->proxy != NULL)
        text_add(out, "%s (from %s)", settings->proxy->shown, settings->proxy->from);
    else
        text_add(out, "none");
}

static void add_token_names(struct text *out, const struct settings *settings)
{
    for (unsigned i = 0; i < settings->token_name_count; i++)
        text_add(out, "%s%s", i > 0 ? "," : "", settings->token_names[i]);
}

static void add_signals(struct text *out, const struct settings *settings)
{
    const char *between = "";
    for (unsigned i = 1; i < sizeof settings->signal_map; i++) {
        if (settings->signal_map[i] == i)
            continue;
        text_add(out, "%s%u:%u", between, i, settings->signal_map[i]);
        between = ",";
    }
}

static void add_ok_exits(struct text *out, const struct settings *settings)
{
    const char *between = "";
    for (unsigned i = 0; i < sizeof settings->ok_exit; i++) {
        if (!settings->ok_exit[i])
            continue;
        text_add(out, "%s%u", between, i);
        between = ",";
    }
}

const char *settings_load_word(enum load_mode load)
{
    switch (load) {
    case LOAD_TOKEN:
        return "token";
    case LOAD_MISSING:
        return "missing";
    case LOAD_ALL:
        return "all";
    }
    return "";
}

const char *settings_jwt_word(enum jwt_policy policy)
{
    switch (policy) {
    case JWT_REJECT:
        return "reject";
    case JWT_TRADE:
        return "trade";
    case JWT_ACCEPT:
        return "accept";
    }
    return "";
}

static const char *level_word(enum say_level level)
{
    switch (level) {
    case SAY_ERROR:
        return "error";
    case SAY_WARN:
        return "warn";
    case SAY_INFO:
        return "info";
    case SAY_DEBUG:
        return "debug";
    }
    return "";
}

void settings_show(const struct settings *settings, enum option_id id, struct text *out)
{
    switch (id) {
    case OPTION_ENV_FILE:
        return add_files(out, settings);
    case OPTION_LOAD:
        return add_text(out, settings_load_word(settings->load));
    case OPTION_URL:
        return add_text(out, settings->url);
    case OPTION_TOKEN_VAR:
        return add_token_names(out, settings);
    case OPTION_NO_TOKEN:
        return add_switch(out, settings->no_token);
    case OPTION_JWT:
        return add_text(out, settings_jwt_word(settings->jwt));
    case OPTION_APP_URL:
        return add_text(out, settings->app_url);
    case OPTION_TIMEOUT:
        return add_duration(out, settings->timeout_ms);
    case OPTION_WAIT:
        if (settings->wait)
            add_duration(out, settings->wait_ms);
        return;
    case OPTION_UNREACHABLE:
        return add_text(out, settings->unreachable_healthy ? "healthy" : "unhealthy");
    case OPTION_CA_FILE:
        return add_text(out, settings->ca_file);
    case OPTION_PROXY:
        return add_proxy(out, settings);
    case OPTION_HEADER_FILE:
        return add_text(out, settings->header_file);
    case OPTION_GRACE:
        return add_duration(out, settings->grace_ms);
    case OPTION_GROUP:
        return add_switch(out, settings->group);
    case OPTION_SIGNAL:
        return add_signals(out, settings);
    case OPTION_OK_EXIT:
        return add_ok_exits(out, settings);
    case OPTION_ON_REFUSAL:
        return add_text(out, settings->on_refusal == REFUSAL_HOLD ? "hold" : "exit");
    case OPTION_VERBOSE:
        return add_text(out, level_word(settings->log));
    case OPTION_LOGIN:
        return add_switch(out, settings->login);
    case OPTION_WRITE:
        return add_switch(out, settings->write);
    case OPTION_PRINT:
        return add_switch(out, settings->print);
    case OPTION_ENABLE_LEGACY:
        return add_switch(out, settings->enable_legacy);
    case OPTION_OFFLINE:
        return add_switch(out, settings->offline);
    case OPTION_BIN:
    case OPTION_IMAGE_JSON:
    case OPTION_JSON:
        return add_switch(out, settings->json);
    case OPTION_COUNT:
        break;
    }
}

// SPDX-License-Identifier: MIT
#include "settings/show.h"

#include "base/duration.h"
#include "settings/values.h"

static void add_files(struct text *out, const struct settings *settings)
{
    for (unsigned i = 0; i < settings->file_count; i++) {
        text_add(out, i > 0 ? "," : "");
        text_add_visible(out, span_of(settings->files[i].path), FINDING_SLOT);
    }
}

static void add_proxy(struct text *out, const struct proxy *proxy)
{
    if (proxy != NULL)
        text_add(out, "%s (from %s)", proxy->shown, proxy->from);
    else
        text_add(out, "none");
}

static void add_token_names(struct text *out, const struct token_settings *token)
{
    for (unsigned i = 0; i < token->name_count; i++)
        text_add(out, "%s%s", i > 0 ? "," : "", token->names[i]);
}

static void add_signals(struct text *out, const struct launch *launch)
{
    const char *between = "";
    for (unsigned i = 1; i < sizeof launch->signal_map; i++) {
        if (launch->signal_map[i] == i)
            continue;
        text_add(out, "%s%u:%u", between, i, launch->signal_map[i]);
        between = ",";
    }
}

static void add_ok_exits(struct text *out, const struct launch *launch)
{
    const char *between = "";
    for (unsigned i = 0; i < sizeof launch->ok_exit; i++) {
        if (!launch->ok_exit[i])
            continue;
        text_add(out, "%s%u", between, i);
        between = ",";
    }
}

void settings_show(const struct settings *settings, enum option_id id, struct text *out)
{
    char duration[32];
    const void *value = settings_value((struct settings *)settings, id);
    if (id == OPTION_ENV_FILE)
        add_files(out, settings);
    else if (id == OPTION_TOKEN_VAR)
        add_token_names(out, &settings->token);
    else if (id == OPTION_PROXY)
        add_proxy(out, settings->reach.proxy);
    else if (id == OPTION_SIGNAL)
        add_signals(out, &settings->launch);
    else if (id == OPTION_OK_EXIT)
        add_ok_exits(out, &settings->launch);
    if (!value || (id == OPTION_WAIT && !settings->limits.wait))
        return;
    switch (option_row(id)->kind) {
    case VALUE_YES_NO:
        text_add(out, *(const bool *)value ? "yes" : "no");
        break;
    case VALUE_WORD:
        text_add_span(out, option_word(id, *(const unsigned *)value));
        break;
    case VALUE_DURATION:
    case VALUE_TIME_LIMIT:
        duration_text(*(const int64_t *)value, duration, sizeof duration);
        text_add(out, "%s", duration);
        break;
    case VALUE_PATH:
    case VALUE_URL:
        text_add_visible(out, span_of(*(const char *const *)value), FINDING_SLOT);
        break;
    case VALUE_PROXY:
    case VALUE_NAME:
    case VALUE_SIGNALS:
    case VALUE_EXIT_CODE:
        break;
    }
}

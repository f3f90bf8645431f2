// SPDX-License-Identifier: MIT
// A probe's options about the app do not replace what the app was started with (contract, section
// 4): the verdict would be about an app that does not run. The person is told.
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "net/url.h"
#include "settings/lookup.h"

static const char *of_the_app(const struct maker *maker, enum option_id id)
{
    const char *text = envlist_get(maker->started, option_row(id)->variable);
    return text ? text : "";
}

// The app has one of the names that `run` was given.
static bool is_named(const struct maker *maker, const char *name)
{
    const struct options *options = maker->options;
    for (unsigned i = 0; i < options->count; i++) {
        struct span list = span_of(options->given[i].value), item;
        if (options->given[i].id != OPTION_TOKEN_VAR)
            continue;
        while (span_item(&list, ',', &item))
            if (span_is(item, name))
                return true;
    }
    return false;
}

// `run` keeps absolute paths, with commas between them.
static bool are_same_paths(const struct maker *maker, enum option_id id)
{
    const struct options *options = maker->options;
    struct text text = text_growing();
    for (unsigned i = 0; i < options->count; i++) {
        if (options->given[i].id != id)
            continue;
        text_add(&text, "%s", text.len > 0 ? "," : "");
        file_add_absolute(&text, options->given[i].value);
    }
    bool same = !text.cut && text.bytes && strcmp(text.bytes, of_the_app(maker, id)) == 0;
    text_free(&text);
    return same;
}

// An option that says what the app has anyway need not be mentioned.
static bool differs_from_app(const struct maker *maker, enum option_id id)
{
    const struct settings *settings = maker->settings;
    const char *given = options_value(maker->options, id);
    switch (id) {
    case OPTION_URL:
        return settings->reach.url &&
               !span_is((struct span){given, url_base_length(given)}, settings->reach.url);
    case OPTION_NO_TOKEN:
        return !settings->token.none;
    case OPTION_TOKEN_VAR:
        return !is_named(maker, of_the_app(maker, id));
    case OPTION_ENV_FILE:
    case OPTION_HEADER_FILE:
        return !are_same_paths(maker, id);
    default:
        return strcmp(given, of_the_app(maker, id)) != 0;
    }
}

void settings_note_not_used(struct maker *maker)
{
    for (enum option_id id = 0; id < OPTION_COUNT; id++)
        if (maker_is_of_the_app(id) && options_count(maker->options, id) > 0 &&
            differs_from_app(maker, id))
            maker->settings->not_used |= UINT32_C(1) << id;
}

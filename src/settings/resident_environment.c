// SPDX-License-Identifier: MIT
#include "settings/resident_environment.h"

#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "settings/show.h"
#include "settings/token_source.h"

#define FACTS_MAX 16

struct facts {
    struct envlist_change items[FACTS_MAX];
    size_t count;
    struct arena *memory;
    bool failed;
};

static void add_fact(struct facts *facts, const char *name, struct span value)
{
    if (value.text && value.len > 0 && facts->count < FACTS_MAX)
        facts->items[facts->count++] =
            (struct envlist_change){span_of(name), value, ENVLIST_REPLACE};
}

// A copy of a growing text; the text is given back.
static struct span keep(struct facts *facts, struct text *text)
{
    struct span kept = {0};
    if (!text->cut && text->len > 0) {
        kept.text = arena_copy(facts->memory, (struct span){text->bytes, text->len});
        kept.len = kept.text ? text->len : 0;
    }
    facts->failed = facts->failed || text->cut || (text->len > 0 && !kept.text);
    text_free(text);
    return kept;
}

// The probe's working directory may be another one.
static struct span absolute(struct facts *facts, const char *path)
{
    struct text text = text_growing();
    if (path)
        file_add_absolute(&text, path);
    return keep(facts, &text);
}

// A default file that is not there is not named: the probe would miss it. Nor is a path with a
// comma, which a list cannot hold.
static struct span file_list(struct facts *facts, const struct settings *settings)
{
    struct text text = text_growing();
    for (unsigned i = 0; i < settings->file_count; i++) {
        const struct env_file *file = &settings->files[i];
        if (!file->present || strchr(file->path, ','))
            continue;
        text_add(&text, "%s", text.len > 0 ? "," : "");
        file_add_absolute(&text, file->path);
    }
    return keep(facts, &text);
}

static void add_token(struct facts *facts, const struct settings *settings, struct span token,
                      struct span files)
{
    struct text source = text_growing();
    if (settings->token.none) {
        add_fact(facts, "LABELGATE_NO_TOKEN", span_of("1"));
        return;
    }
    if (!settings->token.used.name)
        return;
    add_fact(facts, settings->token.used.name, token.text ? token : settings->token.used.text);
    add_fact(facts, "LABELGATE_TOKEN_VAR", span_of(settings->token.used.name));
    token_source_add(&source, &settings->token.used.origin, files);
    add_fact(facts, "LABELGATE_TOKEN_SOURCE", keep(facts, &source));
}

bool started_environment(const struct settings *settings, struct span token,
                         struct envlist *resident)
{
    *resident = (struct envlist){0};
    struct facts facts = {.memory = &resident->owned};
    struct span files = file_list(&facts, settings);
    add_fact(&facts, "LABELGATE_STARTED", span_of("1"));
    add_fact(&facts, "LABEL_STUDIO_URL", span_of(settings->reach.url));
    add_token(&facts, settings, token, files);
    add_fact(&facts, "LABELGATE_JWT", option_word(OPTION_JWT, settings->token.jwt));
    add_fact(&facts, "LABELGATE_ENV_FILE", files);
    add_fact(&facts, "LABELGATE_LOAD", option_word(OPTION_LOAD, settings->load));
    add_fact(&facts, "LABELGATE_HEADER_FILE", absolute(&facts, settings->reach.header_file));
    if (!facts.failed && envlist_change(resident, facts.items, facts.count))
        return true;
    envlist_free(resident);
    return false;
}

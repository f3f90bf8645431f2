// SPDX-License-Identifier: MIT
#include "settings/origin.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"

#define USUAL_FILE ".env"

enum apply origin_apply(enum origin_kind kind, enum verb verb, enum surroundings around)
{
    bool is_file = kind == ORIGIN_FILE || kind == ORIGIN_SECRET;
    bool is_beside_app = verb == VERB_RUN || verb == VERB_HEALTH;
    bool is_judged = is_beside_app || verb == VERB_CHECK || verb == VERB_VERIFY;
    bool is_typed = kind == ORIGIN_OPTION && verb != VERB_RUN;
    if (!is_judged || is_typed)
        return APPLY_NOTHING;
    if (around == IN_POD)
        return APPLY_POD;
    if (is_beside_app && around == ON_HOST)
        return APPLY_AGAIN;
    if (!is_file)
        return APPLY_UP;
    // Compose makes some secrets anew with the container only.
    return is_beside_app && kind == ORIGIN_FILE ? APPLY_RESTART : APPLY_RECREATE;
}

void origin_text(const struct origin *origin, char *buffer, size_t size)
{
    struct text text = text_over(buffer, size);
    switch (origin->kind) {
    case ORIGIN_NONE:
        break;
    case ORIGIN_DEFAULT:
        text_add(&text, "default");
        break;
    case ORIGIN_OPTION:
        text_add(&text, "option --%s", origin->name);
        break;
    case ORIGIN_ENVIRONMENT:
        text_add(&text, "environment");
        break;
    case ORIGIN_FILE:
        text_add_visible(&text, span_of(origin->path), FINDING_SLOT / 2);
        text_add(&text, " line %u", origin->line);
        break;
    case ORIGIN_SECRET:
        text_add_visible(&text, span_of(origin->path), FINDING_SLOT / 2);
        break;
    }
}

void origin_words(const struct origin *origin, char *buffer, size_t size)
{
    struct text text = text_over(buffer, size);
    const char *name = origin->kind == ORIGIN_FILE ? strrchr(origin->path, '/') : NULL;
    if (name == NULL || strcmp(name + 1, USUAL_FILE) != 0) {
        origin_text(origin, buffer, size);
        return;
    }
    text_add(&text, USUAL_FILE " line %u [", origin->line);
    text_add_visible(&text, span_of(origin->path), FINDING_SLOT / 2);
    text_add(&text, "]");
}

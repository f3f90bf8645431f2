// SPDX-License-Identifier: MIT
#include "verify/checks_values.h"

#include <string.h>

#include "base/text.h"
#include "base/wipe.h"

// A `set` may use another one; deeper than this it uses itself.
#define DEPTH_MAX 8

static bool expand(struct scope *self, struct span template, enum spelling spelling, unsigned depth,
                   struct text *out);

static const struct check_saved *find_saved(const struct check_values *values, const char *name)
{
    for (unsigned i = values->count; i > 0; i--)
        if (strcmp(values->list[i - 1].name, name) == 0)
            return &values->list[i - 1];
    return NULL;
}

bool names_secret(const char *name)
{
    static const char *const words[] = {"token",  "pass",    "secret", "key", "credential",
                                        "cookie", "session", "auth",   "jwt"};
    for (struct span rest = span_of(name); rest.len > 0; rest = span_rest(rest, 1))
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
            if (span_starts_nocase(rest, words[i]))
                return true;
    return false;
}

static const char *find_set(const struct checks *checks, const char *name)
{
    for (unsigned i = 0; i < checks->set_count; i++)
        if (strcmp(checks->sets[i].name, name) == 0)
            return checks->sets[i].value;
    return NULL;
}

// What each `set` costs; a set is looked at once.
struct costs {
    const struct checks *checks;
    size_t sets[CHECKS_SET];
    enum { COST_UNKNOWN, COST_ASKED, COST_KNOWN } states[CHECKS_SET];
};

static size_t cost_of(struct costs *self, struct span template);

// One that uses itself is found when it is asked for (DEPTH_MAX), unless a saved value hides it.
static size_t cost_of_set(struct costs *self, struct span name)
{
    for (unsigned i = 0; i < self->checks->set_count; i++) {
        if (!span_is(name, self->checks->sets[i].name))
            continue;
        if (self->states[i] == COST_UNKNOWN) {
            self->states[i] = COST_ASKED;
            self->sets[i] = cost_of(self, span_of(self->checks->sets[i].value));
            self->states[i] = COST_KNOWN;
        }
        return self->states[i] == COST_KNOWN ? self->sets[i] : 0;
    }
    return 0;
}

// Every name in it is counted, those of the fallbacks too.
static size_t cost_of(struct costs *self, struct span template)
{
    size_t cost = template.len;
    while (cost <= CHECKS_VALUE_MAX) {
        template = span_rest(template, span_find(template, "${"));
        if (template.len == 0)
            return cost;
        template = span_rest(template, 2);
        size_t len = 0;
        while (len < template.len && template.text[len] != '}' && template.text[len] != ':')
            len++;
        cost += cost_of_set(self, (struct span){template.text, len});
    }
    return CHECKS_VALUE_MAX + 1;
}

size_t template_cost(const struct checks *checks, const char *template)
{
    struct costs costs = {.checks = checks};
    return cost_of(&costs, span_of(template));
}

bool template_uses(const char *template, const char *name)
{
    size_t len = strlen(name);
    for (const char *at = template ? strstr(template, "${") : NULL; at; at = strstr(at + 2, "${"))
        if (strncmp(at + 2, name, len) == 0 && (at[2 + len] == '}' || at[2 + len] == ':'))
            return true;
    return false;
}

static bool fail(struct scope *self, const char *name, const char *why)
{
    text_print(self->fault, sizeof self->fault, "%s%s", name, why);
    return false;
}

static void add_spelled(struct text *out, struct span value, enum spelling spelling)
{
    if (spelling == SPELLED_PLAIN) {
        text_add_span(out, value);
        return;
    }
    struct text quoted = text_growing();
    text_add_json_to_send(&quoted, value);
    if (quoted.len >= 2)
        text_add_span(out, (struct span){quoted.bytes + 1, quoted.len - 2});
    out->cut = out->cut || quoted.cut;
    wipe(quoted.bytes, quoted.len);
    text_free(&quoted);
}

// The length of the "${…}" at the start of `text`, fallbacks with variables of their own included.
static size_t variable_length(struct span text)
{
    unsigned open = 0;
    for (size_t i = 1; i < text.len; i++) {
        if (text.text[i] == '{' && text.text[i - 1] == '$')
            open++;
        if (text.text[i] == '}' && --open == 0)
            return i + 1;
    }
    return text.len;
}

static bool may_fill(const struct scope *self, const char *name, const struct check_saved *saved)
{
    if (self->purpose == SCOPE_SEND)
        return true;
    if (saved)
        return saved->shown;
    return self->purpose == SCOPE_SHOW_ADDRESS && !names_secret(name);
}

// NAME or NAME:-FALLBACK.
static bool add_variable(struct scope *self, struct span inner, enum spelling spelling,
                         unsigned depth, struct text *out)
{
    char name[CHECK_NAME + 1];
    size_t len = span_find(inner, ":-");
    if (len > CHECK_NAME)
        return fail(self, "", "the name of a variable is too long");
    text_print(name, sizeof name, "%.*s", (int)len, inner.text);
    if (depth == DEPTH_MAX)
        return fail(self, name, " uses itself");

    const struct check_saved *saved = find_saved(self->run->values, name);
    struct span value = span_of(saved ? saved->text : NULL);
    const char *set = value.len > 0 ? NULL : find_set(self->checks, name);
    if (set)
        return expand(self, span_of(set), spelling, depth + 1, out);
    if (value.len == 0)
        value = self->run->find(self->run->context, name);
    if (value.len > 0) {
        if (may_fill(self, name, saved))
            add_spelled(out, value, spelling);
        else
            text_add(out, "${%s}", name);
        return true;
    }
    if (len == inner.len && self->purpose != SCOPE_SEND) {
        text_add(out, "${%s}", name);
        return true;
    }
    if (len == inner.len)
        return fail(self, name, " is not set");
    struct span fallback = {inner.text + len + 2, inner.len - len - 2};
    return expand(self, fallback, spelling, depth + 1, out);
}

static bool expand(struct scope *self, struct span template, enum spelling spelling, unsigned depth,
                   struct text *out)
{
    while (template.len > 0 && !out->cut) {
        size_t plain = span_find(template, "${");
        text_add_span(out, (struct span){template.text, plain});
        template = span_rest(template, plain);
        if (template.len == 0)
            break;
        size_t len = variable_length(template);
        if (!add_variable(self, (struct span){template.text + 2, len - 3}, spelling, depth, out))
            return false;
        template = span_rest(template, len);
    }
    return true;
}

bool scope_fill(struct scope *self, const char *template, enum spelling spelling, char *bytes,
                size_t size)
{
    struct text text = text_over(bytes, size);
    bytes[0] = '\0';
    if (!expand(self, span_of(template), spelling, 0, &text))
        return false;
    return !text.cut || fail(self, "", "a value is too long");
}

bool scope_show(const struct scope *self, bool body, const char *template, char *bytes, size_t size)
{
    struct scope shown = {.checks = self->checks, .run = self->run};
    shown.purpose = body ? SCOPE_SHOW_BODY : SCOPE_SHOW_ADDRESS;
    return scope_fill(&shown, template, SPELLED_PLAIN, bytes, size);
}

void scope_each(struct scope *self, const char *template,
                void (*each)(void *context, struct span value), void *context)
{
    char value[TOKEN_MAX + 1];
    struct span rest = span_of(template);
    for (;;) {
        size_t plain = span_find(rest, "${");
        rest = span_rest(rest, plain);
        if (rest.len == 0)
            break;
        size_t len = variable_length(rest);
        struct text text = text_over(value, sizeof value);
        value[0] = '\0';
        if (expand(self, (struct span){rest.text, len}, SPELLED_PLAIN, 0, &text))
            each(context, (struct span){value, text.len});
        rest = span_rest(rest, len);
    }
    wipe(value, sizeof value);
}

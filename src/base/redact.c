// SPDX-License-Identifier: MIT
#include "base/redact.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/wipe.h"

#define HEX_TOKEN 40
// The shortest header of a JWT, {"alg":"none"}, has 19 bytes; a file may be called eyJournal.pem.
#define JWT_MIN 19

// ---- The registry -------------------------------------------------------------------------------

// One for the process: code that makes a sentence does not know which secrets there are.
struct entry {
    struct entry *next;
    size_t len;
    char text[];
};

static struct entry *entries;
static bool failed;

static struct span text_of(const struct entry *entry)
{
    return (struct span){entry->text, entry->len};
}

bool redact_knows(struct span secret)
{
    for (const struct entry *entry = entries; entry; entry = entry->next)
        if (entry->len == secret.len && memcmp(entry->text, secret.text, secret.len) == 0)
            return true;
    return false;
}

bool redact_add(struct span secret)
{
    if (secret.len < REDACT_MIN || redact_knows(secret))
        return true;
    struct entry *entry = NULL;
    if (secret.len <= SIZE_MAX - sizeof *entry)
        entry = malloc(sizeof *entry + secret.len);
    failed = failed || !entry;
    if (!entry)
        return false;
    entry->next = entries;
    entry->len = secret.len;
    memcpy(entry->text, secret.text, secret.len);
    entries = entry;
    return true;
}

bool redact_failed(void)
{
    return failed;
}

const void *redact_mark(void)
{
    return entries;
}

void redact_forget(const void *mark)
{
    while (entries && entries != mark) {
        struct entry *entry = entries;
        entries = entry->next;
        wipe(entry->text, entry->len);
        free(entry);
    }
    failed = false;
}

void redact_clear(void)
{
    redact_forget(NULL);
}

// ---- Shapes -------------------------------------------------------------------------------------

struct piece {
    size_t at, len;
};

// Each of the three below returns the first one that begins before `end`; `len` 0: there is none.
// Nearly all text has none, and a probe makes much text: they look at few bytes.

// A run of exactly 40 covers one byte of every 40.
static struct piece find_hex(struct span text, size_t end)
{
    for (size_t at = HEX_TOKEN - 1; at < text.len && at + 1 < end + HEX_TOKEN; at += HEX_TOKEN) {
        if (!ascii_is_hex(text.text[at]))
            continue;
        size_t first = at;
        while (first > 0 && ascii_is_hex(text.text[first - 1]))
            first--;
        size_t len = span_run(span_rest(text, first), ascii_is_hex);
        if (len == HEX_TOKEN && first < end)
            return (struct piece){.at = first, .len = len};
        at = first + len;
    }
    return (struct piece){0};
}

// In the middle of a word only what has a second part that is an object too.
static size_t jwt_length(struct span rest, bool word_begins)
{
    struct span run = {rest.text, span_run(rest, ascii_is_jwt)};
    bool is = run.len >= JWT_MIN && (word_begins || span_find(run, ".eyJ") < run.len);
    return is ? run.len : 0;
}

// By its third byte, which is rare in text.
static struct piece find_jwt(struct span text, size_t end)
{
    const char *mark = text.text;
    const char *after = text.text + text.len;
    while (mark < after && (mark = memchr(mark, 'J', (size_t)(after - mark)))) {
        size_t at = (size_t)(++mark - text.text) - strlen("eyJ");
        if (mark - text.text < 3 || !span_starts(span_rest(text, at), "eyJ"))
            continue;
        bool word_begins = at == 0 || !ascii_is_alnum(text.text[at - 1]);
        size_t len = at < end ? jwt_length(span_rest(text, at), word_begins) : 0;
        if (len > 0)
            return (struct piece){.at = at, .len = len};
    }
    return (struct piece){0};
}

// ---- Whole secrets ------------------------------------------------------------------------------

// memmem prepares tables of the secret first: more work than most texts are long.
static struct piece find_entry(struct span text, struct span secret)
{
    if (text.len < secret.len)
        return (struct piece){0};
    const char *at = text.text;
    const char *after = text.text + (text.len - secret.len) + 1;
    while (at < after && (at = memchr(at, secret.text[0], (size_t)(after - at)))) {
        if (memcmp(at, secret.text, secret.len) == 0)
            return (struct piece){.at = (size_t)(at - text.text), .len = secret.len};
        at++;
    }
    return (struct piece){0};
}

// The first one that begins at `end` or before; of two the longer.
static struct piece find_secret(struct span text, size_t end)
{
    struct piece found = {0};
    for (const struct entry *entry = entries; entry; entry = entry->next) {
        struct piece piece = find_entry(text, text_of(entry));
        bool first = piece.len > 0 && piece.at <= end;
        if (!first || (found.len > 0 && piece.at == found.at && piece.len < found.len))
            continue;
        found = piece;
        end = piece.at;
    }
    return found;
}

// Of two secrets that overlap the rest of the second would be shown.
static size_t end_of_overlaps(struct span text, struct piece first)
{
    size_t end = first.at + first.len;
    for (bool grown = true; grown;) {
        grown = false;
        for (const struct entry *entry = entries; entry; entry = entry->next) {
            size_t from = end > entry->len ? end - entry->len + 1 : 0;
            from = from > first.at ? from : first.at;
            // All that begin before the end and go beyond it begin here.
            struct span window = span_rest(text, from);
            if (window.len > end - from + entry->len - 1)
                window.len = end - from + entry->len - 1;
            struct piece piece = find_entry(window, text_of(entry));
            if (piece.len > 0 && from + piece.at + piece.len > end) {
                end = from + piece.at + piece.len;
                grown = true;
            }
        }
    }
    return end;
}

bool redact_find(struct span text, struct redacted *found)
{
    size_t end = text.len;
    if (end == 0) // perhaps no text at all: no place in it may be computed
        return false;
    struct piece hex = find_hex(text, end);
    end = hex.len > 0 ? hex.at : end;
    struct piece jwt = find_jwt(text, end);
    end = jwt.len > 0 ? jwt.at : end;
    struct piece secret = find_secret(text, end);

    struct piece first = jwt.len > 0 ? jwt : hex;
    *found = (struct redacted){.kind = jwt.len > 0 ? REDACT_JWT : REDACT_HEX};
    // A secret that has the shape of a token is called what it is.
    if (secret.len > 0 && (first.len == 0 || secret.at < first.at || secret.len > first.len)) {
        found->kind = REDACT_SECRET;
        first = secret;
    }
    if (first.len == 0)
        return false;
    size_t len = end_of_overlaps(text, first) - first.at;
    if (len > first.len)
        found->kind = REDACT_SECRET;
    found->at = first.at;
    found->len = len;
    return true;
}

// ---- Pieces, in another spelling ----------------------------------------------------------------

static int lower(int c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

// The number of `digits` digits at `at` (0: as many as there are) as a byte, or -1. `*after` is
// then the place after them.
static int number_at(struct span text, size_t at, unsigned digits, int base, size_t *after)
{
    int number = 0;
    unsigned count = 0;
    for (; at < text.len && (digits == 0 || count < digits); at++, count++) {
        int value = ascii_hex_value(text.text[at]);
        if (value < 0 || value >= base)
            break;
        number = number * base + value;
        if (number > UINT8_MAX)
            return -1;
    }
    *after = at;
    return count > 0 && (digits == 0 || count == digits) ? number : -1;
}

// &#65; &#x41; and the five that every page uses.
static int entity_at(struct span text, size_t *after)
{
    static const struct {
        const char *name;
        char c;
    } names[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (span_starts_nocase(text, names[i].name)) {
            *after = strlen(names[i].name);
            return names[i].c;
        }
    if (!span_starts(text, "&#"))
        return -1;
    bool hex = span_starts_nocase(text, "&#x");
    int number = number_at(text, hex ? 3 : 2, 0, hex ? 16 : 10, after);
    if (number >= 0 && *after < text.len && text.text[*after] == ';')
        ++*after;
    return number;
}

// The byte that an escape at the beginning of `text` means, or -1; `*after` is its length.
static int escape_at(struct span text, size_t *after)
{
    switch (text.text[0]) {
    case '%':
        return number_at(text, 1, 2, 16, after);
    case '&':
        return entity_at(text, after);
    case '+': // a blank in a form
        *after = 1;
        return ' ';
    case '\\':
        break;
    default:
        return -1;
    }
    if (span_starts_nocase(text, "\\u"))
        return number_at(text, 2, 4, 16, after);
    if (span_starts_nocase(text, "\\x"))
        return number_at(text, 2, 2, 16, after);
    *after = 2;
    return text.len > 1 ? (unsigned char)text.text[1] : -1;
}

// Does `text` begin with these bytes, each as it is or as an escape?
static bool spells(struct span text, const char *bytes, size_t count)
{
    if (count == 0)
        return true;
    if (text.len == 0)
        return false;
    int wanted = lower((unsigned char)*bytes);
    size_t after = 0;
    if (lower((unsigned char)text.text[0]) == wanted &&
        spells(span_rest(text, 1), bytes + 1, count - 1))
        return true;
    int escaped = escape_at(text, &after);
    return escaped >= 0 && lower(escaped) == wanted &&
           spells(span_rest(text, after), bytes + 1, count - 1);
}

static bool begins_with_piece(struct span text, struct span secret)
{
    size_t after = 0;
    int plain = lower((unsigned char)text.text[0]);
    int escaped = lower(escape_at(text, &after));
    for (size_t i = 0; i + REDACT_MIN <= secret.len; i++) {
        int first = lower((unsigned char)secret.text[i]);
        if ((first == plain || first == escaped) && spells(text, secret.text + i, REDACT_MIN))
            return true;
    }
    return false;
}

// A piece has as many bytes, or more when they are escaped.
static size_t starts_of(struct span text, size_t most)
{
    size_t starts = text.len >= REDACT_MIN ? text.len - REDACT_MIN + 1 : 0;
    return starts < most ? starts : most;
}

size_t redact_echo(struct span text, size_t most)
{
    size_t starts = starts_of(text, most);
    for (size_t at = 0; at < starts; at++)
        for (const struct entry *entry = entries; entry; entry = entry->next)
            if (begins_with_piece(span_rest(text, at), text_of(entry)))
                return at;
    return text.len;
}

bool redact_echoes(struct span text, size_t most, struct span secret)
{
    size_t starts = starts_of(text, most);
    for (size_t at = 0; at < starts; at++)
        if (begins_with_piece(span_rest(text, at), secret))
            return true;
    return false;
}

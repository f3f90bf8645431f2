// SPDX-License-Identifier: MIT
// Forms of the project's own examples, of the guide, and of public templates: <...>, your-..., a
// verb of putting with what is to be put, a word for "nothing", a shortened or masked value.
#include "token/placeholder.h"

#include <string.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "token/shape.h"

#define ELLIPSIS "\xE2\x80\xA6"
#define WORDS_MAX 16
#define JOINED_MAX 48 // longer text without a separator is not a template's

// ---- Words --------------------------------------------------------------------------------------

struct words {
    struct span list[WORDS_MAX];
    size_t count;
    bool mixed; // a word has letters and digits: it was made up as a secret
};

static bool is_one_of(struct span word, const char *const *list)
{
    for (; *list; list++)
        if (span_is_nocase(word, *list))
            return true;
    return false;
}

static const char *const verbs[] = {"put",    "insert", "enter",   "paste",      "add", "replace",
                                    "change", "fill",   "provide", "substitute", NULL};
// What needs "your" to be one: a real token may be called set-key-7.
static const char *const weak_verbs[] = {"set",  "use",    "get",      "copy",   "write",   "type",
                                         "make", "create", "generate", "supply", "specify", NULL};
static const char *const objects[] = {"your", "token", "tokens", "key", "apikey", "me", NULL};
static const char *const last_objects[] = {"here", "this", "it", "value", "secret", NULL};
// Words for "there is nothing".
static const char *const nothings[] = {"placeholder", "null", "none",  "undefined", "redacted",
                                       "masked",      "todo", "fixme", "tbd",       "nil",
                                       "unset",       "no",   NULL};
// Nothing but a switch or a heading, and too short for an operator's own.
static const char *const alone[] = {"true", "false", "yes",   "on", "off",
                                    "na",   "nan",   "empty", NULL};
// "your" of other languages; with a word for "here" those that mean other things too.
static const char *const your_elsewhere[] = {"dein",   "deine", "deinen", "votre",
                                             "vostro", "jouw",  NULL};
static const char *const your_perhaps[] = {"ihr", "ihre", "ton", "tu", "su",
                                           "seu", "sua",  "tuo", "uw", NULL};
static const char *const here_elsewhere[] = {"hier", "ici", "aqui", "qui", NULL};
static const char *const token_elsewhere[] = {"token", "key",   "apikey",     "api",     "jeton",
                                              "clave", "chave", "schluessel", "sleutel", NULL};
// Words that say nothing more beside one of those.
static const char *const generic[] = {
    "token", "tokens", "key",  "api",         "apikey", "my",   "your",   "the",      "a",
    "label", "studio", "ls",   "labelstudio", "access", "auth", "legacy", "personal", "secret",
    "value", "user",   "here", "goes",        "is",     "this", "for",    "now",      "yet",
    "only",  "set",    "add",  "insert",      "put",    "not",  NULL};

static void add_word(struct words *words, struct span word)
{
    bool letter = false, digit = false;
    for (size_t i = 0; i < word.len; i++) {
        digit = digit || ascii_is_digit(word.text[i]);
        letter = letter || !ascii_is_digit(word.text[i]);
    }
    words->mixed = words->mixed || (letter && digit);
    if (word.len > 0 && words->count < WORDS_MAX)
        words->list[words->count++] = word;
}

// Whatever is neither letter nor digit separates, and a capital after a small letter begins a
// word: put-your-token, PUT_YOUR_TOKEN, "put your token", putYourToken.
static struct words split(struct span span)
{
    struct words words = {0};
    size_t begin = 0;
    for (size_t i = 0; i <= span.len; i++) {
        bool ends =
            i == span.len || ((unsigned char)span.text[i] < 0x80 && !ascii_is_alnum(span.text[i]));
        bool capital =
            !ends && i > begin && ascii_is_upper(span.text[i]) && ascii_is_lower(span.text[i - 1]);
        if (!ends && !capital)
            continue;
        add_word(&words, (struct span){span.text + begin, i - begin});
        begin = i + ends;
    }
    return words;
}

static bool any_is(const struct words *words, size_t from, const char *const *list)
{
    for (size_t i = from; i < words->count; i++)
        if (is_one_of(words->list[i], list))
            return true;
    return false;
}

// "null", "not set", "token_placeholder", "TODO: add token"; but "null-island" and "todo-api" are
// names that an operator may have chosen.
static bool has_nothing(const struct words *words)
{
    static const char *const whole[][2] = {{"n", "a"}, {"not", "set"}, {"not", "available"}};
    static const char *const about[] = {"token",       "tokens",   "key",  "apikey",
                                        "secret",      "value",    "your", "here",
                                        "placeholder", "redacted", NULL};
    for (size_t i = 0; words->count == 2 && i < sizeof whole / sizeof whole[0]; i++)
        if (span_is_nocase(words->list[0], whole[i][0]) &&
            span_is_nocase(words->list[1], whole[i][1]))
            return true;
    for (size_t i = 0; i < words->count; i++)
        if (!is_one_of(words->list[i], nothings) && !is_one_of(words->list[i], generic))
            return false;
    return any_is(words, 0, nothings) && (words->count == 1 || any_is(words, 0, about));
}

// "DEIN_TOKEN", "su-token-aqui"
static bool is_elsewhere(const struct words *words)
{
    if (words->count < 2 || words->mixed || !any_is(words, 1, token_elsewhere))
        return false;
    return is_one_of(words->list[0], your_elsewhere) ||
           (is_one_of(words->list[0], your_perhaps) &&
            is_one_of(words->list[words->count - 1], here_elsewhere));
}

// "to-be-set", "TO_DO", "fill-in"
static bool is_to_be(const struct words *words)
{
    static const char *const whole[][2] = {{"to", "be"}, {"to", "do"}, {"fill", "in"}};
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++) {
        if (words->count < 2 || !span_is_nocase(words->list[0], whole[i][0]) ||
            !span_is_nocase(words->list[1], whole[i][1]))
            continue;
        return i > 0 ? words->count == 2
                     : words->count == 3 && ascii_is_letter(words->list[2].text[0]);
    }
    return false;
}

static bool words_are_placeholder(const struct words *words)
{
    static const char *const your[] = {"your", NULL}, *const here[] = {"here", NULL},
                             *const me[] = {"me", NULL};
    if (words->count == 0)
        return false;
    struct span first = words->list[0], last = words->list[words->count - 1];
    if (has_nothing(words) || (words->count > 1 && is_one_of(first, your)) || is_elsewhere(words) ||
        is_to_be(words))
        return true;
    if (words->count < 2 || words->mixed)
        return false;
    if (is_one_of(first, verbs))
        return any_is(words, 1, objects) || is_one_of(last, last_objects);
    if (is_one_of(first, weak_verbs))
        return any_is(words, 1, your) || is_one_of(last, me);
    if (!is_one_of(last, here))
        return false;
    for (size_t i = 0; i < words->count; i++)
        if (!is_one_of(words->list[i], generic))
            return false;
    return true;
}

// ---- One word that is several: changeme, putyourtokenhere ---------------------------------------

// Each word once: a text that is not made of them must not be tried in many ways.
static const char *const joined[] = {
    "put",   "insert", "enter", "paste", "add", "replace", "change", "fill",  "provide",
    "your",  "my",     "the",   "token", "key", "api",     "access", "value", "secret",
    "label", "studio", "here",  "this",  "it",  "in",      "with",   "me",    NULL};

static bool segment(struct span span, struct words *words)
{
    if (span.len == 0)
        return true;
    if (words->count == WORDS_MAX)
        return false;
    for (const char *const *entry = joined; *entry; entry++) {
        size_t len = strlen(*entry), count = words->count;
        if (!span_starts_nocase(span, *entry))
            continue;
        words->list[words->count++] = (struct span){span.text, len};
        if (segment(span_rest(span, len), words))
            return true;
        words->count = count;
    }
    return false;
}

static bool is_joined(struct span span)
{
    static const char *const your[] = {"your", NULL};
    static const char *const ends[] = {"me", "this", "it", "here", "in", NULL};
    struct words words = {0};
    if (span.len > JOINED_MAX)
        return false;
    for (size_t i = 0; i < span.len; i++)
        if (!ascii_is_letter(span.text[i]))
            return false;
    if (!segment(span, &words) || words.count < 2)
        return false;
    struct span last = words.list[words.count - 1];
    if (is_one_of(words.list[0], your)) // "yourtoken" may be an operator's own
        return span_is_nocase(last, "here");
    return is_one_of(words.list[0], verbs) && (is_one_of(last, ends) || any_is(&words, 1, your));
}

// ---- Shapes -------------------------------------------------------------------------------------

// One character alone or again and again, also a bullet of several bytes.
static bool is_one_character(struct span span)
{
    uint32_t code = 0;
    size_t width = utf8_decode(span.text, span.len, &code);
    if (width == 0)
        width = 1;
    for (size_t i = width; i < span.len; i++)
        if (span.text[i] != span.text[i - width])
            return false;
    return span.len % width == 0;
}

// "xxxx-xxxx" as well as "XXXX" and "**** ****".
static bool is_masked(struct span span)
{
    char mask = 0;
    for (size_t i = 0; i < span.len; i++) {
        char c = ascii_lower(span.text[i]);
        if (c == '-' || c == '_' || c == ' ')
            continue;
        if ((c != 'x' && c != '*' && c != '?') || (mask != 0 && c != mask))
            return false;
        mask = c;
    }
    return mask != 0;
}

// {your token}, {{ TOKEN }}: words alone, no random number.
static bool is_braced(struct span span)
{
    if (!span_starts(span, "{") || !span_ends(span, "}"))
        return false;
    bool letter = false;
    for (size_t i = 0; i < span.len; i++) {
        char c = span.text[i];
        if (!ascii_is_letter(c) && !strchr("{}-_. ", c))
            return false;
        letter = letter || ascii_is_letter(c);
    }
    return letter;
}

static bool is_bracketed(struct span span)
{
    bool round = span_starts(span, "(") && span_ends(span, ")");
    bool square = span_starts(span, "[") && span_ends(span, "]");
    if (span.len < 3 || (!round && !square))
        return false;
    struct words words = split(span);
    for (size_t i = 0; i < words.count; i++)
        if (!is_one_of(words.list[i], generic))
            return false;
    return words.count > 0;
}

static bool is_angled(struct span span)
{
    return span.len > 1 && span_starts(span, "<") && span_ends(span, ">");
}

static bool says_so(struct span span)
{
    if (span.len == 0 || (span.len == SHAPE_LEGACY && shape_is_hex(span)))
        return false;
    if (is_angled(span) || is_braced(span) || is_bracketed(span) || is_one_character(span) ||
        is_masked(span) || is_joined(span))
        return true;
    if (span_starts_nocase(span, "your-") || span_starts_nocase(span, "your_") ||
        span_starts_nocase(span, "your ") || span_ends(span, "...") ||
        span_find(span, ELLIPSIS) < span.len)
        return true;
    struct words words = split(span);
    return is_one_of(span, alone) || words_are_placeholder(&words);
}

// "your token: X" holds one, and is told as that.
bool placeholder_is(struct span span)
{
    struct token inside;
    struct span found;
    return says_so(span) && !shape_find(&inside, span, &found);
}

// SPDX-License-Identifier: MIT
#include "base/conceal.h"
#include "base/text.h"

#include <string.h>

#define HEX_TOKEN 40
// The shortest header of a JWT, {"alg":"none"}, has 19 bytes; a file may be called eyJournal.pem.
#define JWT_LEAST 19
#define BEGIN "(not shown: "
// What is shorter stands in words of ours.
#define SECRET_LEAST 8

// Three usual names of the environment, the token that is found, one that is brought.
#define SECRETS 5

static struct span secrets[SECRETS];
static size_t secret_count;

void conceal_forget(void)
{
    secret_count = 0;
}

static bool is_digit_or_letter(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_jwt_byte(char c)
{
    return is_digit_or_letter(c) || c == '-' || c == '_' || c == '.';
}

struct piece {
    size_t at, len;
};

static size_t run_length(struct span text, bool (*belongs)(char c))
{
    size_t len = 0;
    while (len < text.len && belongs(text.text[len]))
        len++;
    return len;
}

// Each of the three below gives the first one that begins before `end`; `len` 0: there is none.
// Nearly all text has none, and a probe makes much text: they look at few bytes.

// A run of exactly 40 covers one byte of every 40.
static struct piece find_hex(struct span text, size_t end)
{
    for (size_t at = HEX_TOKEN - 1; at < text.len && at + 1 < end + HEX_TOKEN; at += HEX_TOKEN) {
        if (!is_hex(text.text[at]))
            continue;
        size_t first = at;
        while (first > 0 && is_hex(text.text[first - 1]))
            first--;
        size_t len = run_length(span_rest(text, first), is_hex);
        if (len == HEX_TOKEN && first < end)
            return (struct piece){.at = first, .len = len};
        at = first + len;
    }
    return (struct piece){0};
}

// In the middle of a word only what has a second part that is an object too.
static size_t jwt_length(struct span rest, bool word_begins)
{
    struct span run = {rest.text, run_length(rest, is_jwt_byte)};
    bool is = run.len >= JWT_LEAST && (word_begins || span_find(run, ".eyJ") < run.len);
    return is ? run.len : 0;
}

// By its third byte, which is rare in text.
static struct piece find_jwt(struct span text, size_t end)
{
    const char *mark = text.text;
    const char *behind = text.text + text.len;
    while (mark < behind && (mark = memchr(mark, 'J', (size_t)(behind - mark)))) {
        size_t at = (size_t)(++mark - text.text) - strlen("eyJ");
        if (mark - text.text < 3 || !span_starts(span_rest(text, at), "eyJ"))
            continue;
        bool word_begins = at == 0 || !is_digit_or_letter(text.text[at - 1]);
        size_t len = at < end ? jwt_length(span_rest(text, at), word_begins) : 0;
        if (len > 0)
            return (struct piece){.at = at, .len = len};
    }
    return (struct piece){0};
}

static struct piece find_secret(struct span text, size_t end)
{
    struct piece found = {0};
    for (size_t i = 0; i < secret_count; i++) {
        const char *place = memmem(text.text, text.len, secrets[i].text, secrets[i].len);
        size_t at = place ? (size_t)(place - text.text) : end;
        if (at < end) {
            found = (struct piece){.at = at, .len = secrets[i].len};
            end = at;
        }
    }
    return found;
}

bool conceal_find(struct span text, struct concealed *found)
{
    size_t end = text.len;
    if (end == 0) // perhaps no text at all: no place in it may be computed
        return false;
    struct piece hex = find_hex(text, end);
    end = hex.len > 0 ? hex.at : end;
    struct piece jwt = find_jwt(text, end);
    end = jwt.len > 0 ? jwt.at : end;
    struct piece secret = find_secret(text, end);

    struct piece first = secret.len > 0 ? secret : jwt.len > 0 ? jwt : hex;
    if (first.len == 0)
        return false;
    found->at = first.at;
    found->len = first.len;
    if (secret.len > 0)
        text_print(found->words, CONCEAL_WORDS, BEGIN "a secret of %zu bytes)", first.len);
    else if (jwt.len > 0)
        text_print(found->words, CONCEAL_WORDS, BEGIN "a JWT of %zu bytes)", first.len);
    else
        text_print(found->words, CONCEAL_WORDS, BEGIN "40 hex digits, as of a legacy token)");
    return true;
}

void conceal_secret(struct span secret)
{
    struct concealed shape;
    bool known = conceal_find(secret, &shape) && shape.len == secret.len;
    if (!known && secret.len >= SECRET_LEAST && secret_count < SECRETS)
        secrets[secret_count++] = secret;
}

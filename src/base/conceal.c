// SPDX-License-Identifier: MIT
#include "base/conceal.h"

#include <stdio.h>
#include <string.h>

#define HEX_TOKEN 40
// The shortest header of a JWT, {"alg":"none"}, has 19 bytes; a file may be called eyJournal.pem.
#define JWT_LEAST 19
// What is shorter stands in words of ours.
#define SECRET_LEAST 8

// Three usual names of the environment, the token that is found, one that is brought.
#define SECRETS 5

static struct span secrets[SECRETS];
static size_t secret_count;

void conceal_secret(struct span secret)
{
    if (secret.len >= SECRET_LEAST && secret_count < SECRETS)
        secrets[secret_count++] = secret;
}

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

static size_t run_length(struct span text, bool (*belongs)(char c))
{
    size_t len = 0;
    while (len < text.len && belongs(text.text[len]))
        len++;
    return len;
}

// `rest` begins where no hex digit is in front.
static size_t hex_token(struct span rest)
{
    return run_length(rest, is_hex) == HEX_TOKEN ? HEX_TOKEN : 0;
}

// In the middle of a word only what has a second part that is an object too.
static size_t jwt(struct span rest, bool word_begins)
{
    struct span run = {rest.text, span_starts(rest, "eyJ") ? run_length(rest, is_jwt_byte) : 0};
    bool is = run.len >= JWT_LEAST && (word_begins || span_find(run, ".eyJ") < run.len);
    return is ? run.len : 0;
}

static size_t known_secret(struct span rest)
{
    for (size_t i = 0; i < secret_count; i++)
        if (rest.len >= secrets[i].len && memcmp(rest.text, secrets[i].text, secrets[i].len) == 0)
            return secrets[i].len;
    return 0;
}

bool conceal_find(struct span text, struct concealed *found)
{
    static const char begin[] = "(not shown:";
    for (size_t i = 0; i < text.len; i++) {
        struct span rest = span_rest(text, i);
        bool word_begins = i == 0 || !is_digit_or_letter(rest.text[-1]);
        bool hex_begins = i == 0 || !is_hex(rest.text[-1]);
        found->at = i;
        if ((found->len = known_secret(rest)) > 0)
            (void)snprintf(found->words, CONCEAL_WORDS, "%s a secret of %zu bytes)", begin,
                           found->len);
        else if ((found->len = jwt(rest, word_begins)) > 0)
            (void)snprintf(found->words, CONCEAL_WORDS, "%s a JWT of %zu bytes)", begin,
                           found->len);
        else if (hex_begins && (found->len = hex_token(rest)) > 0)
            (void)snprintf(found->words, CONCEAL_WORDS, "%s 40 hex digits, as of a legacy token)",
                           begin);
        else
            continue;
        return true;
    }
    return false;
}

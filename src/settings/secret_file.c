// SPDX-License-Identifier: MIT
#include "settings/secret_file.h"

#include <string.h>

#include "base/redact.h"
#include "base/text.h"
#include "token/token.h"

#define WORDS 128

static enum reason reason_of(enum file_fault fault)
{
    switch (fault) {
    case FILE_OK:
        break;
    case FILE_MISSING:
        return REASON_SECRET_MISSING;
    case FILE_DENIED:
    case FILE_FAILED:
        return REASON_SECRET_UNREADABLE;
    case FILE_DIRECTORY:
        return REASON_SECRET_IS_DIRECTORY;
    case FILE_NOT_REGULAR:
        return REASON_SECRET_NOT_REGULAR;
    case FILE_TOO_BIG:
        return REASON_SECRET_TOO_BIG;
    }
    return REASON_OK;
}

// What an editor or a shell on Windows puts in front; NULL: nothing of the kind.
static const char *find_encoding(struct span text)
{
    if (span_starts(text, "\xEF\xBB\xBF"))
        return "a UTF-8 byte-order mark at its start (save it without a BOM)";
    if (span_starts(text, "\xFF\xFE") || span_starts(text, "\xFE\xFF"))
        return "UTF-16 text (save it as plain ASCII)";
    if (text.len >= 4 && (text.text[0] == '\0' || text.text[1] == '\0'))
        return "UTF-16 text without a mark (save it as plain ASCII)";
    return NULL;
}

static void drop_line_end(struct secret_file *self)
{
    self->value = (struct span){self->content.bytes, self->content.len};
    if (!span_ends(self->value, "\n"))
        return;
    self->value.len--;
    self->dropped_cr = span_ends(self->value, "\r");
    if (self->dropped_cr)
        self->value.len--;
}

// "NAME" of "NAME_FILE", for the sentences about the value.
static void value_name(const char *name, char *buffer, size_t size)
{
    struct span span = span_of(name);
    if (span_ends(span, "_FILE"))
        span.len -= strlen("_FILE");
    text_print(buffer, size, "%.*s", (int)span.len, span.text);
}

bool secret_file_read(struct secret_file *self, const char *name, const char *path,
                      struct finding *finding)
{
    char words[WORDS] = "";
    *self = (struct secret_file){0};
    enum file_fault fault = file_read(path, SECRET_FILE_MAX, &self->content);
    if (fault != FILE_OK) {
        file_fault_text(fault, &self->content, SECRET_FILE_MAX, words, sizeof words);
        finding_set(finding, reason_of(fault), name, path, words);
        return false;
    }
    drop_line_end(self);
    const char *encoding = find_encoding(self->value);
    if (self->value.len > 0 && !encoding)
        return true;
    if (encoding) {
        value_name(name, words, sizeof words);
        finding_set(finding, REASON_TOKEN_MALFORMED, words, path, encoding);
    } else {
        finding_set(finding, REASON_SECRET_EMPTY, name, path, NULL);
    }
    secret_file_free(self);
    return false;
}

void secret_file_free(struct secret_file *self)
{
    file_free(&self->content);
    *self = (struct secret_file){0};
}

bool secret_redact(struct span token)
{
    struct token judged;
    if (token.len < REDACT_MIN || redact_knows(token))
        return true;
    token_classify(&judged, token.text, token.len);
    bool none = judged.kind == TOKEN_EMPTY || judged.kind == TOKEN_PLACEHOLDER ||
                judged.kind == TOKEN_COMMENT || judged.kind == TOKEN_PATH;
    return none || redact_add(token);
}

// RFC 3986, section 2.1.
static int decoded_at(struct span text, size_t at)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    int byte = 0;
    if (text.text[at] != '%' || at + 2 >= text.len)
        return -1;
    for (size_t i = at + 1; i <= at + 2; i++) {
        const char *digit = text.text[i] != '\0' ? strchr(digits, text.text[i]) : NULL;
        if (!digit)
            return -1;
        byte = byte * 16 + (int)((digit - digits) % 16);
    }
    return byte;
}

// A longer one is no password of an address that anything would take.
#define DECODED_MAX 1024

static bool redact_decoded(struct span text)
{
    char bytes[DECODED_MAX];
    size_t len = 0;
    for (size_t at = 0; at < text.len && len < sizeof bytes; at++) {
        int byte = decoded_at(text, at);
        bytes[len++] = byte >= 0 ? (char)byte : text.text[at];
        at += byte >= 0 ? 2 : 0;
    }
    bool added = redact_add((struct span){bytes, len});
    file_wipe(bytes, len);
    return added;
}

bool secret_redact_url(struct span url)
{
    struct span rest = span_rest(url, span_find(url, "://"));
    size_t at = 0;
    if (rest.len == 0)
        return true;
    rest = span_rest(rest, strlen("://"));
    // A password may hold what ends the host of a clean address: the last @ before a blank counts.
    for (size_t i = 0; i < rest.len && rest.text[i] > ' '; i++)
        at = rest.text[i] == '@' ? i : at;
    struct span user = {rest.text, at};
    size_t colon = span_find(user, ":");
    struct span secret = colon < user.len ? span_rest(user, colon + 1) : user;
    return redact_add(secret) && (span_find(secret, "%") == secret.len || redact_decoded(secret));
}

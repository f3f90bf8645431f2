// SPDX-License-Identifier: MIT
#include "net/response_head.h"

#include <string.h>

#include "base/redact.h"
#include "base/text.h"

int lines_status(struct span line)
{
    static const char version[] = "HTTP/1.x ";
    size_t at = sizeof version - 1;
    int status = 0;
    if (!span_starts(line, "HTTP/1.0 ") && !span_starts(line, "HTTP/1.1 "))
        return 0;
    for (size_t i = 0; i < 3; i++, at++) {
        if (at >= line.len || line.text[at] < '0' || line.text[at] > '9')
            return 0;
        status = status * 10 + (line.text[at] - '0');
    }
    bool ends =
        at == line.len || line.text[at] == ' ' || line.text[at] == '\r' || line.text[at] == '\n';
    return ends && status >= 100 ? status : 0;
}

void lines_reset(struct http_answer *answer)
{
    answer->content_type[0] = '\0';
    answer->content_encoding[0] = '\0';
    answer->location[0] = '\0';
    answer->www_authenticate[0] = '\0';
    answer->retry_after[0] = '\0';
    answer->server[0] = '\0';
    answer->date[0] = '\0';
    answer->cookies[0] = '\0';
    answer->has_via = false;
}

// The first secret that begins in the first `most` bytes, or a piece of one.
static size_t find_secret(struct span value, size_t most)
{
    struct redacted whole;
    size_t at = redact_echo(value, most);
    return redact_find(value, &whole) && whole.at < at ? whole.at : at;
}

// A secret is looked for before it could be cut in the middle; in what fits, whoever shows it
// looks.
static void keep(char *to, size_t room, struct span value)
{
    if (to[0] != '\0')
        return;
    if (value.len >= room) {
        size_t clean = find_secret(value, room - 1);
        value.len = clean < room - 1 ? clean : room - 1;
    }
    text_print(to, room, "%.*s", (int)value.len, value.text);
}

// "name=value; Path=/; ..." adds "name=value". A cookie that does not fit is left out whole.
static void keep_cookie(struct http_answer *answer, struct span value)
{
    size_t used = strlen(answer->cookies);
    struct span cookie = span_trim((struct span){value.text, span_find(value, ";")});
    if (cookie.len == 0 || used + 2 + cookie.len >= sizeof answer->cookies)
        return;
    text_print(answer->cookies + used, sizeof answer->cookies - used, "%s%.*s",
               used > 0 ? "; " : "", (int)cookie.len, cookie.text);
}

void lines_take(struct http_answer *answer, struct span line)
{
    const struct {
        const char *name;
        char *value;
    } kept[] = {
        {"Content-Type", answer->content_type},
        {"Content-Encoding", answer->content_encoding},
        {"Location", answer->location},
        {"WWW-Authenticate", answer->www_authenticate},
        {"Retry-After", answer->retry_after},
        {"Server", answer->server},
        {"Date", answer->date},
    };
    size_t colon = span_find(line, ":");
    if (colon == line.len)
        return;
    struct span name = {line.text, colon};
    struct span value = span_trim((struct span){line.text + colon + 1, line.len - colon - 1});
    answer->has_via = answer->has_via || span_is_nocase(name, "Via");
    if (span_is_nocase(name, "Set-Cookie")) {
        keep_cookie(answer, value);
        return;
    }
    // Of several codings the one that makes the body unreadable counts.
    if (span_is_nocase(span_of(answer->content_encoding), "identity"))
        answer->content_encoding[0] = '\0';
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        if (span_is_nocase(name, kept[i].name))
            keep(kept[i].value, HTTP_HEADER_VALUE, value);
}

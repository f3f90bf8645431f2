// SPDX-License-Identifier: MIT
// What is made visible, and what leaves the process beside the token: a secret between any bytes, a
// piece of one in text from the network, a header file, resolv.conf and hosts.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/redact.h"
#include "base/text.h"
#include "net/headers.h"
#include "net/names.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char token[] = "Zq7_kP-mN2~xV9wRtB4hhQQ";
#define TOKEN_LEN (sizeof token - 1)
#define WINDOW REDACT_MIN
#define ROOM 4096

static void check(bool holds)
{
    if (!holds)
        abort();
}

static bool holds_piece(struct span text)
{
    for (size_t i = 0; i + WINDOW <= TOKEN_LEN; i++)
        if (text.len >= WINDOW && memmem(text.text, text.len, token + i, WINDOW))
            return true;
    return false;
}

static void check_visible(const struct text *out, size_t most)
{
    check(out->len <= most);
    for (size_t i = 0; i < out->len; i++)
        check((unsigned char)out->bytes[i] >= 0x20 && out->bytes[i] != 0x7f);
}

// The token, or `part` of it, between the bytes.
static char *put_between(struct span bytes, size_t at, struct span part, struct span *joined)
{
    char *text = malloc(bytes.len + part.len + 1);
    check(text != NULL);
    memcpy(text, bytes.text, at);
    memcpy(text + at, part.text, part.len);
    memcpy(text + at + part.len, bytes.text + at, bytes.len - at);
    *joined = (struct span){text, bytes.len + part.len};
    return text;
}

// Also where an escape that we write makes the piece whole: \xf7 before most of it.
static bool holds_piece_when_shown(struct span bytes)
{
    struct text shown = text_growing();
    text_add_visible(&shown, bytes, SIZE_MAX);
    bool holds = holds_piece(bytes) || holds_piece((struct span){shown.bytes, shown.len});
    text_free(&shown);
    return holds;
}

static void show_whole(struct span bytes, uint8_t choice)
{
    char shown[ROOM];
    struct span joined;
    bool was_there = holds_piece_when_shown(bytes);
    char *text =
        put_between(bytes, choice % (bytes.len + 1), (struct span){token, TOKEN_LEN}, &joined);
    struct text out = text_over(shown, sizeof shown);
    size_t most = 8 + (size_t)choice * 4;
    text_add_visible(&out, joined, most);
    check_visible(&out, most);
    check(was_there || !holds_piece((struct span){shown, out.len}));

    struct text all = text_growing();
    text_add_redacted(&all, joined);
    check(was_there || !holds_piece((struct span){all.bytes, all.len}));
    text_free(&all);
    text_add_json(&all, joined);
    check(was_there || !holds_piece((struct span){all.bytes, all.len}));
    text_free(&all);
    free(text);
}

// Whatever the bytes hold, be it the token itself: no piece is shown of what came from elsewhere.
static void show_foreign(struct span bytes, uint8_t choice)
{
    char shown[ROOM];
    struct span joined, part = {token + choice % 8, TOKEN_LEN - choice % 8 - choice / 32};
    char *text = put_between(bytes, choice % (bytes.len + 1), part, &joined);
    struct text out = text_over(shown, sizeof shown);
    text_add_foreign(&out, joined, choice * (size_t)2);
    check_visible(&out, choice * (size_t)2);
    check(!holds_piece((struct span){shown, out.len}));
    size_t echo = redact_echo(joined, SIZE_MAX);
    check(echo < joined.len);
    check(redact_echo((struct span){text, echo}, SIZE_MAX) == echo);
    check(redact_echoes(joined, SIZE_MAX, (struct span){token, TOKEN_LEN}));
    free(text);
}

static void make_headers(struct span bytes, uint8_t choice)
{
    struct header_file file = {0};
    struct headers headers;
    struct finding finding = {0};
    struct credential who = {(enum credential_kind)(choice % 4), {token, TOKEN_LEN}};
    if (!header_file_parse(&file, bytes.text, bytes.len, "headers", &finding))
        return;
    check(file.count <= HEADERS_EXTRA);
    if (!headers_make(&headers, &who, &file, choice & 16 ? "application/json" : NULL, &finding))
        return;
    for (unsigned i = 0; i < headers.count; i++)
        check(!strpbrk(headers.lines[i], "\r\n"));
    check(!headers.lines[headers.count]);
    headers_free(&headers);
}

static void walk(struct span bytes, uint8_t choice)
{
    struct resolve_walk names;
    struct resolve_addresses addresses;
    const char *host = choice & 1 ? "label-studio" : "a.b.c.";
    resolve_walk_make(&names, host, bytes.text, bytes.len);
    check(names.count >= 1 && names.count <= RESOLVE_CANDIDATES);
    for (unsigned i = 0; i < names.count; i++)
        check(strlen(names.names[i]) < RESOLVE_NAME);
    resolve_hosts_find(&addresses, host, bytes.text, bytes.len);
    check(addresses.count <= RESOLVE_ADDRESSES);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const ways[])(struct span, uint8_t) = {show_whole, show_foreign, make_headers,
                                                         walk};
    if (size < 2)
        return 0;
    // Of exactly their length: the sanitizer sees who reads on.
    char *bytes = malloc(size - 2 + (size == 2));
    check(bytes != NULL);
    memcpy(bytes, data + 2, size - 2);
    redact_clear();
    check(redact_add((struct span){token, TOKEN_LEN}));
    ways[data[0] % (sizeof ways / sizeof ways[0])]((struct span){bytes, size - 2}, data[1]);
    redact_clear();
    free(bytes);
    return 0;
}

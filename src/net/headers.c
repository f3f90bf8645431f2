// SPDX-License-Identifier: MIT
#include "net/headers.h"

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/base64.h"
#include "base/file.h"
#include "base/redact.h"
#include "base/text.h"
#include "base/wipe.h"

// No registered name is half as long.
#define NAME_MAX 64
#define BASIC "Basic "

// Lines that labelgate or curl writes, that would frame the body another way, or that would replace
// the token; a compressed answer could not be read.
static const char *const reserved[] = {
    "Host",       "Content-Length",  "Content-Type", "Transfer-Encoding",
    "Connection", "Upgrade",         "Expect",       "TE",
    "Trailer",    "Accept-Encoding", "Range",        "X-Api-Key",
};

// ---- The header file ----------------------------------------------------------------------------

static bool is_name_char(char c)
{
    return ascii_is_alnum(c) || (c != '\0' && strchr("!#$%&'*+-.^_`|~", c));
}

static bool has_control(struct span value)
{
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.text[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return true;
    }
    return false;
}

static struct span name_of(struct span line)
{
    return (struct span){line.text, span_find(line, ":")};
}

static struct span value_of(struct span line)
{
    size_t colon = span_find(line, ":");
    return span_trim((struct span){line.text + colon + 1, line.len - colon - 1});
}

static bool same_name(struct span a, struct span b)
{
    char other[NAME_MAX + 1];
    text_print(other, sizeof other, "%.*s", (int)b.len, b.text);
    return span_is_nocase(a, other);
}

static const char *fault_of_name(const struct header_file *self, struct span name)
{
    if (name.len == 0)
        return "there is no name before the colon";
    if (name.len > NAME_MAX)
        return "the header's name is too long";
    for (size_t i = 0; i < name.len; i++)
        if (!is_name_char(name.text[i]))
            return "a header's name holds letters, digits and hyphens only, with no blank before "
                   "the colon";
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++)
        if (span_is_nocase(name, reserved[i]))
            return "this header belongs to the request itself";
    for (unsigned i = 0; i < self->count; i++)
        if (same_name(name, name_of(self->lines[i])))
            return "this header is given twice";
    return NULL;
}

static const char *fault_of_line(const struct header_file *self, struct span line)
{
    if (self->count == HEADERS_EXTRA)
        return "there are more headers than labelgate takes";
    if (line.len > HEADERS_LINE_MAX)
        return "the line is longer than a server takes";
    if (has_control(line))
        return "there is a control character in it";
    if (span_find(line, ":") == line.len)
        return "there is no colon in it";
    const char *fault = fault_of_name(self, name_of(line));
    if (!fault && value_of(line).len == 0)
        return "there is no value after the colon";
    return fault;
}

static void refuse(struct finding *finding, const char *path, unsigned line, const char *why)
{
    char where[32];
    text_print(where, sizeof where, "line %u", line);
    finding_set(finding, REASON_HEADER_FILE_INVALID, path, where, why);
}

static struct span next_line(struct span *rest)
{
    size_t end = span_find(*rest, "\n");
    struct span line = {rest->text, end};
    if (end < rest->len)
        end++;
    rest->text += end;
    rest->len -= end;
    return span_trim(line);
}

bool header_file_parse(struct header_file *self, const char *text, size_t len, const char *path,
                       struct finding *finding)
{
    static const char mark[] = "\xEF\xBB\xBF"; // of an editor
    struct span rest = {text, len};
    if (span_starts(rest, mark))
        rest = span_rest(rest, strlen(mark));
    self->path = path;
    self->count = 0;
    self->authorization = false;
    for (unsigned number = 1; rest.len > 0; number++) {
        struct span line = next_line(&rest);
        if (line.len == 0 || line.text[0] == '#')
            continue;
        const char *fault = fault_of_line(self, line);
        if (fault) {
            refuse(finding, path, number, fault);
            return false;
        }
        if (span_is_nocase(name_of(line), "Authorization"))
            self->authorization = true;
        self->lines[self->count++] = line;
    }
    return true;
}

// What says who or what asks, and is no secret: a name among them may be part of an address.
static bool is_public(struct span name)
{
    static const char *const names[] = {"Accept", "Cache-Control", "Forwarded", "From",
                                        "Origin", "Referer",       "User-Agent"};
    if (span_starts_nocase(name, "Accept-") || span_starts_nocase(name, "X-Forwarded-"))
        return true;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (span_is_nocase(name, names[i]))
            return true;
    return false;
}

// The whole value, and the last word of it: "Basic dXNlcg==".
static bool redact_value(struct span value)
{
    size_t last = value.len;
    while (last > 0 && value.text[last - 1] != ' ' && value.text[last - 1] != '\t')
        last--;
    return redact_add(value) && redact_add(span_rest(value, last));
}

// "Basic " and Base64 of "user:password": a gateway may say the password in plain.
static bool redact_password(struct span value)
{
    struct span login = span_trim(span_rest(value, strlen(BASIC)));
    size_t len = 0;
    while (login.len > 0 && login.text[login.len - 1] == '=')
        login.len--;
    char *bytes = malloc(login.len + 1);
    if (bytes == NULL)
        return false;
    bool added = true;
    if (base64_decode(BASE64_PLAIN, login.text, login.len, bytes, login.len, &len)) {
        struct span plain = {bytes, len};
        size_t colon = span_find(plain, ":");
        added = colon == len || redact_add(span_rest(plain, colon + 1));
    }
    wipe(bytes, len);
    free(bytes);
    return added;
}

static bool redact_cookies(struct span value)
{
    bool added = true;
    while (value.len > 0) {
        struct span cookie = {value.text, span_find(value, ";")};
        size_t equals = span_find(cookie, "=");
        value = span_rest(value, cookie.len < value.len ? cookie.len + 1 : cookie.len);
        if (equals < cookie.len)
            added = redact_add(span_trim(span_rest(cookie, equals + 1))) && added;
    }
    return added;
}

static bool redact_lines(const struct header_file *self)
{
    bool added = true;
    for (unsigned i = 0; i < self->count; i++) {
        struct span name = name_of(self->lines[i]), value = value_of(self->lines[i]);
        if (is_public(name))
            continue;
        if (span_is_nocase(name, "Cookie"))
            added = redact_cookies(value) && added;
        if (span_starts_nocase(value, BASIC))
            added = redact_password(value) && added;
        added = redact_value(value) && added;
    }
    return added;
}

bool header_file_read(struct header_file *self, const char *path, struct finding *finding)
{
    memset(self, 0, sizeof *self);
    if (!path)
        return true;
    enum file_fault fault = file_read(path, HEADERS_FILE_MAX, &self->content);
    if (fault != FILE_OK) {
        char why[FINDING_SLOT];
        file_fault_text(fault, &self->content, HEADERS_FILE_MAX, why, sizeof why);
        finding_set(finding,
                    fault == FILE_EXHAUSTED ? REASON_START_FAILED_FILE : REASON_HEADER_FILE_INVALID,
                    path, NULL, why);
        return false;
    }
    if (!header_file_parse(self, self->content.bytes, self->content.len, path, finding)) {
        header_file_free(self);
        return false;
    }
    if (redact_lines(self))
        return true;
    finding_set(finding, REASON_START_FAILED, NULL, NULL, "no memory for the header file");
    header_file_free(self);
    return false;
}

void header_file_free(struct header_file *self)
{
    file_free(&self->content);
    memset(self, 0, sizeof *self);
}

// ---- The lines of a question --------------------------------------------------------------------

// A line in pieces, so that its length is known before the memory is.
#define PIECES 3
struct draft {
    struct draft_line {
        struct span pieces[PIECES]; // the third one after "; "
    } lines[HTTP_HEADERS];
    unsigned count;
};

static void add_line(struct draft *self, const char *name, struct span value, struct span more)
{
    if (self->count == HTTP_HEADERS)
        return; // HEADERS_EXTRA leaves room for all of ours
    struct span *pieces = self->lines[self->count++].pieces;
    pieces[0] = span_of(name);
    pieces[1] = value;
    pieces[2] = more;
}

static void add_extra(struct draft *self, const struct header_file *extra, bool without_cookie)
{
    for (unsigned i = 0; i < extra->count; i++)
        if (!without_cookie || !span_is_nocase(name_of(extra->lines[i]), "Cookie"))
            add_line(self, "", extra->lines[i], span_of(""));
}

static struct span extra_cookie(const struct header_file *extra)
{
    for (unsigned i = 0; i < extra->count; i++)
        if (span_is_nocase(name_of(extra->lines[i]), "Cookie"))
            return value_of(extra->lines[i]);
    return span_of("");
}

// A request has one Cookie line (RFC 6265, section 5.4): ours and the gateway's are joined.
static void add_session(struct draft *self, struct span cookies, struct span gateway)
{
    if (gateway.len > 0)
        add_line(self, "Cookie: ", gateway, cookies);
    else
        add_line(self, "Cookie: ", cookies, span_of(""));
}

static void add_credential(struct draft *self, const struct credential *who,
                           const struct header_file *extra)
{
    switch (who->kind) {
    case CREDENTIAL_NONE:
        break;
    case CREDENTIAL_TOKEN:
        add_line(self, extra->authorization ? "X-Api-Key: " : "Authorization: Token ", who->text,
                 span_of(""));
        break;
    case CREDENTIAL_BEARER:
        add_line(self, "Authorization: Bearer ", who->text, span_of(""));
        break;
    case CREDENTIAL_SESSION:
        add_session(self, who->text, extra_cookie(extra));
        break;
    }
}

static char *copy_span(char *to, struct span span)
{
    if (span.len > 0)
        memcpy(to, span.text, span.len);
    return to + span.len;
}

static bool write_lines(struct headers *self, const struct draft *draft)
{
    for (unsigned i = 0; i < draft->count; i++)
        for (unsigned j = 0; j < PIECES; j++)
            self->size += draft->lines[i].pieces[j].len + 2; // "; " or the NUL
    self->bytes = malloc(self->size + 1);
    if (!self->bytes)
        return false;
    char *at = self->bytes;
    for (unsigned i = 0; i < draft->count; i++) {
        const struct span *pieces = draft->lines[i].pieces;
        self->lines[self->count++] = at;
        at = copy_span(copy_span(at, pieces[0]), pieces[1]);
        if (pieces[2].len > 0)
            at = copy_span(copy_span(at, span_of("; ")), pieces[2]);
        *at++ = '\0';
    }
    return true;
}

bool headers_make(struct headers *self, const struct credential *who,
                  const struct header_file *extra, const char *content_type,
                  struct finding *finding)
{
    struct draft draft = {.count = 0};
    memset(self, 0, sizeof *self);
    if (who->kind == CREDENTIAL_BEARER && extra->authorization) {
        finding_set(finding, REASON_HEADER_FILE_INVALID, extra->path, NULL,
                    "it holds an Authorization line, so that the token must travel as X-Api-Key, "
                    "and Label Studio takes no Personal Access Token there: use a legacy token");
        return false;
    }
    add_credential(&draft, who, extra);
    add_extra(&draft, extra, who->kind == CREDENTIAL_SESSION);
    if (content_type)
        add_line(&draft, "Content-Type: ", span_of(content_type), span_of(""));
    if (write_lines(self, &draft))
        return true;
    finding_set(finding, REASON_START_FAILED, NULL, NULL, "no memory for a request");
    return false;
}

void headers_free(struct headers *self)
{
    if (self->bytes)
        wipe(self->bytes, self->size);
    free(self->bytes);
    memset(self, 0, sizeof *self);
}

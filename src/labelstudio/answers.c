// SPDX-License-Identifier: MIT
#include "labelstudio/answers.h"

#include <string.h>

#include "base/json.h"
#include "base/redact.h"
#include "base/text.h"
#include "labelstudio/stranger.h"
#include "net/url.h"

// Shown of a server's own words: enough to look it up, too little to fill a log.
#define SHOWN_MAX ((size_t)80)
#define PATH_SHOWN_MAX ((size_t)200) // of where a redirect leads: a base URL must be whole
// The longest text below has 107 bytes; what is longer is compared with its escapes not undone.
#define DETAIL_MAX 1024

#define Q(question) (1u << (question))
#define ANY_QUESTION (~0u)
#define BY_TOKEN Q(LS_WHOAMI_TOKEN)
#define BY_JWT Q(LS_WHOAMI_JWT)
#define BY_BEARER (Q(LS_WHOAMI_FRESH) | Q(LS_WHOAMI_BEARER))
#define WHOAMI (BY_TOKEN | BY_JWT | BY_BEARER | Q(LS_WHOAMI_ANONYMOUS))
#define AFTER_EXCHANGE (Q(LS_LEGACY) | Q(LS_RESET) | Q(LS_SWITCHES))

// The heading of Django's page "CSRF verification failed", and its words.
#define DJANGO_FORBIDDEN "Forbidden <span>(403)</span>"
#define CSRF_FAILED "CSRF verification failed"
#define NOT_PROVIDED "Authentication credentials were not provided."

// What Label Studio's own JSON says in `detail`: the first row that fits decides. Each text is
// looked for anywhere in it, so that words around do not change the verdict.
static const struct {
    unsigned questions;
    int status;
    const char *text;
    enum reason reason;
} own_words[] = {
    {ANY_QUESTION, 401, "legacy token authentication has been disabled", REASON_LEGACY_DISABLED},
    {ANY_QUESTION, 401, "Invalid token header.", REASON_TOKEN_MALFORMED_SEEN},
    {BY_JWT, 401, "Invalid token.", REASON_JWT_AS_TOKEN},
    // Only the Token scheme is answered so: to a Bearer it means that something replaced the
    // header.
    {BY_BEARER | AFTER_EXCHANGE, 401, "Invalid token.", REASON_HEADER_LOST},
    {BY_TOKEN, 401, "Invalid token.", REASON_TOKEN_UNKNOWN},
    {BY_TOKEN | BY_JWT, 401, NOT_PROVIDED, REASON_HEADER_LOST},
    {Q(LS_WHOAMI_FRESH) | AFTER_EXCHANGE, 401, NOT_PROVIDED, REASON_JWT_DISABLED},
    {Q(LS_WHOAMI_BEARER), 401, NOT_PROVIDED, REASON_BEARER_REFUSED},
    {Q(LS_WHOAMI_ANONYMOUS), 401, NOT_PROVIDED, REASON_TOKEN_MISSING_SEEN},
    {ANY_QUESTION, 401, "User inactive or deleted.", REASON_USER_INACTIVE},
    {Q(LS_REFRESH), 401, "No active account found", REASON_USER_INACTIVE},
    {Q(LS_REFRESH), 500, "User matching query does not exist.", REASON_USER_DELETED},
    {Q(LS_REFRESH), 401, "Token is expired", REASON_PAT_EXPIRED},
    {Q(LS_REFRESH), 401, "Token is blacklisted", REASON_PAT_REVOKED},
    {Q(LS_REFRESH), 401, "Token has wrong type", REASON_ACCESS_AS_PAT},
    {Q(LS_REFRESH), 401, "Token is invalid", REASON_PAT_INVALID},
    {Q(LS_REFRESH), 400, "Validation error", REASON_PAT_MISSING},
    {Q(LS_SWITCHES), 500, "'NoneType' object has no attribute 'jwt'", REASON_NO_ORGANIZATION},
    {ANY_QUESTION, 403, "CSRF Failed", REASON_LOGIN_CSRF},
    {ANY_QUESTION, 401, "", REASON_UNAUTHORIZED},
    {ANY_QUESTION, 403, "", REASON_FORBIDDEN},
};

// What the page of a 400 or 403 says, whoever wrote it.
static const struct {
    const char *text;
    int status;
    enum reason reason;
} page_words[] = {
    {"<h1>Bad Request (400)</h1>", 400, REASON_HOST_REJECTED},
    {"The plain HTTP request was sent to HTTPS port", 400, REASON_HTTPS_NEEDED},          // nginx
    {"Client sent an HTTP request to an HTTPS server", 400, REASON_HTTPS_NEEDED},         // Go
    {"speaking plain HTTP to an SSL-enabled server port", 400, REASON_HTTPS_NEEDED},      // Apache
    {"This combination of host and port requires TLS", 400, REASON_HTTPS_NEEDED},         // Tomcat
    {"No required SSL certificate was sent", 400, REASON_TLS_CLIENT_CERTIFICATE},         // nginx
    {"Cannot perform Post-Handshake Authentication", 403, REASON_TLS_CLIENT_CERTIFICATE}, // Apache
    {"Request Header Or Cookie Too Large", 400, REASON_HEADER_TOO_LARGE},
    {"Size of a request header field exceeds server limit", 400, REASON_HEADER_TOO_LARGE}, // Apache
};

// All the rest goes by status; the first range that holds it decides. None of them is "ok".
static const struct {
    int from, to;
    enum reason reason;
} by_status[] = {
    {200, 299, REASON_NOT_LABEL_STUDIO}, {300, 399, REASON_REDIRECTED},
    {401, 401, REASON_PROXY_AUTH},       {403, 403, REASON_PROXY_DENIED},
    {404, 404, REASON_NOT_FOUND},        {407, 407, REASON_PROXY_AUTH},
    {429, 429, REASON_RATE_LIMITED},     {431, 431, REASON_HEADER_TOO_LARGE},
    {511, 511, REASON_PROXY_AUTH}, // RFC 6585: the network itself wants a login
    {500, 599, REASON_SERVER_ERROR},     {0, 999, REASON_BAD_REPLY},
};

// An answer, taken apart once.
struct reading {
    const struct ls_answer *answer;
    struct json json;
    bool is_json;
    bool own;      // Label Studio's JSON error: `detail` and `version`
    bool own_page; // a page of its web framework
    char buffer[DETAIL_MAX];
    struct span detail;
};

static bool contains(struct span text, const char *needle)
{
    return needle[0] == '\0' || span_find(text, needle) < text.len;
}

static bool is_own_page(struct span body)
{
    size_t start = span_find(body, "<title>");
    struct span rest = {body.text + start, body.len - start};
    struct span title = {rest.text, span_find(rest, "</title>")};
    return title.len < rest.len && contains(title, "Label Studio");
}

static void read_detail(struct reading *self)
{
    json_place detail = json_member(&self->json, JSON_ROOT, "detail");
    json_place version = json_member(&self->json, JSON_ROOT, "version");
    self->own = json_kind_at(&self->json, detail) == JSON_STRING &&
                json_kind_at(&self->json, version) == JSON_STRING;
    if (!self->own)
        return;
    if (json_string(&self->json, detail, self->buffer, sizeof self->buffer))
        self->detail = span_of(self->buffer);
    else
        self->detail = json_raw(&self->json, detail);
}

static void reading_make(struct reading *self, const struct ls_answer *answer)
{
    *self = (struct reading){.answer = answer, .detail = span_of("")};
    self->is_json = json_parse(&self->json, answer->body.text, answer->body.len);
    if (self->is_json)
        read_detail(self);
    else
        self->own_page = is_own_page(answer->body);
}

static void reading_free(struct reading *self)
{
    if (self->is_json)
        json_free(&self->json);
}

// For people: `buffer` holds no piece of a secret.
static void member_shown(const struct reading *self, const char *name, char *buffer, size_t size)
{
    json_place place = json_member(&self->json, JSON_ROOT, name);
    if (json_string(&self->json, place, buffer, size) &&
        redact_echo(span_of(buffer), size) < strlen(buffer))
        text_print(buffer, size, "%s", REDACT_ECHO);
}

static bool member_is(const struct reading *self, const char *name, enum json_kind kind)
{
    return json_kind_at(&self->json, json_member(&self->json, JSON_ROOT, name)) == kind;
}

static void read_identity(const struct reading *self, struct ls_identity *identity)
{
    memset(identity, 0, sizeof *identity);
    if (!self->is_json)
        return;
    member_shown(self, "version", identity->version, sizeof identity->version);
    if (self->own)
        return; // its `id` is the number of the error
    json_integer(&self->json, json_member(&self->json, JSON_ROOT, "id"), &identity->user_id);
    member_shown(self, "email", identity->email, sizeof identity->email);
    json_place organization = json_member(&self->json, JSON_ROOT, "active_organization");
    json_integer(&self->json, organization, &identity->organization);
}

// 200 to whoami: the user object, or somebody else's page.
static enum reason judge_user(const struct reading *self, const struct ls_identity *identity)
{
    int64_t id;
    if (!self->is_json ||
        !json_integer(&self->json, json_member(&self->json, JSON_ROOT, "id"), &id))
        return REASON_NOT_LABEL_STUDIO;
    if (strcmp(identity->email, "Deleted") == 0)
        return REASON_NO_ORGANIZATION_REMOVED;
    if (member_is(self, "active_organization", JSON_NULL))
        return REASON_NO_ORGANIZATION;
    return REASON_OK;
}

static bool is_switch(const struct reading *self, const char *name)
{
    return member_is(self, name, JSON_TRUE) || member_is(self, name, JSON_FALSE);
}

// A login answers with a way to its own start page; a gateway's with one to another host.
static enum reason judge_login(const struct reading *self)
{
    struct span location = self->answer->location;
    bool own_path = span_starts(location, "/") && !span_starts(location, "//");
    if (self->answer->status == 302)
        return own_path ? REASON_OK : REASON_REDIRECTED;
    if (self->answer->status == 200 && self->own_page)
        return REASON_LOGIN_FAILED;
    if (self->answer->status == 403 && (contains(self->answer->body, DJANGO_FORBIDDEN) ||
                                        contains(self->answer->body, CSRF_FAILED)))
        return REASON_LOGIN_CSRF;
    return REASON_COUNT;
}

// The answers that are what was asked for, and those that only this question has. REASON_COUNT:
// none of them.
static enum reason judge_wanted(enum ls_question question, const struct reading *self,
                                const struct ls_identity *identity)
{
    int status = self->answer->status;
    bool ok = false;
    switch (question) {
    case LS_WHOAMI_TOKEN:
    case LS_WHOAMI_JWT:
    case LS_WHOAMI_FRESH:
    case LS_WHOAMI_BEARER:
    case LS_WHOAMI_ANONYMOUS:
        return status == 200 ? judge_user(self, identity) : REASON_COUNT;
    case LS_REFRESH:
        ok = status == 200 && self->is_json && member_is(self, "access", JSON_STRING);
        break;
    case LS_LEGACY:
        ok = status == 200 && self->is_json && member_is(self, "token", JSON_STRING);
        break;
    case LS_RESET:
        ok = status == 201 && self->is_json && member_is(self, "token", JSON_STRING);
        break;
    case LS_SWITCHES:
        ok = status == 200 && self->is_json && is_switch(self, "legacy_api_tokens_enabled");
        break;
    case LS_LOGIN:
        return judge_login(self);
    }
    return ok ? REASON_OK : REASON_COUNT;
}

static enum reason judge_own(enum ls_question question, const struct reading *self)
{
    for (size_t i = 0; i < sizeof own_words / sizeof own_words[0]; i++)
        if ((own_words[i].questions & Q(question)) && own_words[i].status == self->answer->status &&
            contains(self->detail, own_words[i].text))
            return own_words[i].reason;
    return REASON_COUNT;
}

static enum reason judge_page(enum ls_question question, const struct reading *self)
{
    for (size_t i = 0; i < sizeof page_words / sizeof page_words[0]; i++)
        if (self->answer->status == page_words[i].status &&
            contains(self->answer->body, page_words[i].text))
            return page_words[i].reason;
    bool switches = question == LS_REFRESH || question == LS_SWITCHES;
    if (self->answer->status == 404 && switches && self->own_page)
        return REASON_NO_PAT_SUPPORT;
    return REASON_COUNT;
}

static bool says_json(const struct reading *self)
{
    return span_starts_nocase(self->answer->content_type, "application/json");
}

// The statuses whose body decides: half a body of these says nothing.
static bool broke_off(const struct reading *self)
{
    int status = self->answer->status;
    bool decides = status == 200 || status == 201 || status == 400;
    return decides && !self->is_json && self->answer->body_cut && says_json(self);
}

// A coding that no header names is noise.
static bool is_noise(struct span body)
{
    for (size_t i = 0; i < body.len; i++) {
        unsigned char byte = (unsigned char)body.text[i];
        if (byte < 0x20 && (byte < '\t' || byte > '\r'))
            return true;
    }
    return false;
}

// Why the body of a 401 or 403 cannot be read; NULL: it can, or the status is another.
static const char *unread(const struct reading *self)
{
    int status = self->answer->status;
    if ((status != 401 && status != 403) || self->own)
        return NULL;
    if (self->answer->body_cut)
        return "its body does not end";
    if (self->is_json)
        return NULL;
    if (says_json(self) && self->answer->body.len > 0)
        return "its body is called JSON and is not";
    return is_noise(self->answer->body) ? "its body is not text" : NULL;
}

static enum reason unread_reason(int status)
{
    return status == 401 ? REASON_UNAUTHORIZED_UNREAD : REASON_FORBIDDEN_UNREAD;
}

static enum reason judge_status(int status)
{
    for (size_t i = 0; i < sizeof by_status / sizeof by_status[0]; i++)
        if (status >= by_status[i].from && status <= by_status[i].to)
            return by_status[i].reason;
    return REASON_BAD_REPLY;
}

static enum reason judge(enum ls_question question, const struct reading *self,
                         const struct ls_identity *identity)
{
    if (broke_off(self))
        return REASON_BAD_REPLY_BROKEN;
    enum reason reason = judge_wanted(question, self, identity);
    if (reason == REASON_COUNT && unread(self) != NULL)
        return unread_reason(self->answer->status);
    if (reason == REASON_COUNT && self->own)
        reason = judge_own(question, self);
    if (reason == REASON_COUNT && !self->is_json)
        reason = judge_page(question, self);
    return reason != REASON_COUNT ? reason : judge_status(self->answer->status);
}

// ---- The words that go with the reason ----------------------------------------------------------

static void add_shown(struct text *out, struct span text)
{
    text_add_foreign(out, text, SHOWN_MAX);
}

// The host of an address, without user information.
static struct span host_of(struct span address)
{
    address.len = span_until(address, "/?#\\");
    for (size_t at; (at = span_find(address, "@")) < address.len;)
        address = span_rest(address, at + 1);
    return address;
}

// Where a redirect leads, without query and fragment, which may hold what was asked for. Without
// its path when that repeats a secret.
static void add_target(struct text *out, struct span location, const char *asked)
{
    struct span from = span_of(asked);
    size_t scheme = span_find(location, "://"), own_scheme = span_find(from, "://");
    bool has_scheme = scheme < location.len;
    bool has_host = has_scheme || span_starts(location, "//");
    if (!has_host && !span_starts(location, "/")) {
        text_add(out, location.len == 0 ? "no address" : "another path of the same server");
        return;
    }
    if (has_scheme)
        add_shown(out, (struct span){location.text, scheme});
    else
        text_add_visible(out, (struct span){asked, own_scheme}, SHOWN_MAX);
    text_add(out, "://");

    struct span rest =
        has_scheme ? span_rest(location, scheme + 3) : span_rest(location, has_host ? 2 : 0);
    struct span host = host_of(has_host ? rest : span_rest(from, own_scheme + 3));
    size_t path_at = has_host ? (size_t)(host.text + host.len - location.text) : 0;
    // A secret that goes on after the host is looked for in all of it.
    bool repeats = redact_echo(location, location.len) < location.len;
    bool host_repeats = repeats && redact_echo(location, path_at) < path_at;
    add_shown(out, host_repeats ? location : host);
    struct span path = span_rest(location, path_at);
    path.len = span_until(path, "?#\\");
    if (!repeats && span_starts(path, "/"))
        text_add_foreign(out, path, PATH_SHOWN_MAX);
}

// The path of ours at the end of what was asked: from the base URL on.
static const char *own_path(const char *asked)
{
    static const char *const begins[] = {"/api/", "/user/login", "/health"};
    const char *found = NULL;
    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++)
        for (const char *at = strstr(asked, begins[i]); at; at = strstr(at + 1, begins[i]))
            found = found == NULL || at > found ? at : found;
    return found;
}

// The same host by https, at its root: who redirects there has forgotten the path.
static bool is_https_root(const char *asked, struct span target)
{
    struct span from = span_of(asked), http = span_of("http://"), https = span_of("https://");
    if (!span_starts(from, http.text) || !span_starts(target, https.text))
        return false;
    from = span_rest(from, http.len);
    target = span_rest(target, https.len);
    from.len = strcspn(from.text, ":/?#");
    if (target.len > 0 && target.text[target.len - 1] == '/')
        target.len--;
    return span_equal(from, target);
}

// Of "http://host/sub/api/…" what is between the host and `path`, which is our own end of it.
static struct span path_of_base(const char *asked, const char *path)
{
    const char *host = strstr(asked, "://"), *begin = host ? strchr(host + 3, '/') : NULL;
    return begin && begin < path ? (struct span){begin, (size_t)(path - begin)} : span_of("");
}

// Label Studio has moved when the target ends with the path that was asked: what is before it is
// the new base URL. So it has when the same host wants https; the path of the base stays.
static enum reason split_moved(const char *asked, const struct text *target, char *base,
                               size_t size)
{
    const char *path = own_path(asked);
    struct span whole = {target->bytes, target->len}, rest = span_of("");
    base[0] = '\0';
    if (span_is(whole, asked))
        return REASON_REDIRECTED_LOOP;
    if (path == NULL || target->cut)
        return REASON_REDIRECTED;
    if (span_ends(whole, path)) {
        whole.len -= strlen(path);
    } else if (is_https_root(asked, whole)) {
        rest = path_of_base(asked, path);
        whole.len -= rest.len > 0 && span_ends(whole, "/");
    } else {
        return REASON_REDIRECTED;
    }
    text_print(base, size, "%.*s%.*s", (int)whole.len, whole.text, (int)rest.len, rest.text);
    struct url url;
    char why[URL_WHY];
    bool is_address = url_parse(base, false, &url, why);
    if (!is_address)
        base[0] = '\0';
    return is_address ? REASON_REDIRECTED_MOVED : REASON_REDIRECTED;
}

static struct stranger stranger_of(const struct reading *self)
{
    return (struct stranger){self->answer, self->is_json};
}

// What the answer says of itself: the title of a page, the message of a JSON error, or a short text
// as it is.
static struct span own_words_of(const struct reading *self)
{
    static const char *const members[] = {"detail", "message", "error", "error_msg", "title"};
    struct span body = span_trim(self->answer->body);
    for (size_t i = 0; self->is_json && i < sizeof members / sizeof members[0]; i++) {
        json_place place = json_member(&self->json, JSON_ROOT, members[i]);
        if (json_kind_at(&self->json, place) == JSON_STRING)
            return json_raw(&self->json, place);
    }
    struct stranger who = stranger_of(self);
    struct span words = stranger_page_words(&who);
    bool is_plain =
        body.len <= SHOWN_MAX && body.len > 0 && body.text[0] != '<' && !self->answer->body_cut;
    return is_plain && words.len == 0 && !is_noise(body) ? body : words;
}

// Who answered, as far as the answer tells: `"404 Not Found" (nginx)`. It is what a person knows
// the server by.
static void add_who(struct text *out, const struct reading *self)
{
    struct span words = own_words_of(self), server = self->answer->server;
    if (words.len > 0) {
        text_add(out, "%s\"", out->len > 0 ? ", " : "");
        add_shown(out, words);
        text_add(out, "\"");
    }
    if (server.len == 0)
        return;
    text_add(out, words.len > 0 ? " (" : out->len > 0 ? ", " : "");
    add_shown(out, server);
    text_add(out, "%s", words.len > 0 ? ")" : "");
}

static enum reason split_server_error(const struct reading *self)
{
    struct stranger who = stranger_of(self);
    int status = self->answer->status;
    if (status == 500 && (self->own_page || self->own))
        return REASON_SERVER_ERROR_OWN;
    if (stranger_is_network(&who))
        return REASON_SERVER_ERROR_NETWORK;
    if (stranger_has_no_upstream(&who))
        return REASON_SERVER_ERROR_PROXY;
    if (status == 504 || status == 524)
        return REASON_SERVER_ERROR_LATE;
    return stranger_is_closed(&who) ? REASON_SERVER_ERROR_CLOSED : REASON_SERVER_ERROR;
}

// Label Studio's own page does not say why; its JSON does.
static void add_own_error(struct text *out, const struct reading *self)
{
    if (self->own && self->detail.len > 0)
        add_shown(out, self->detail);
    else
        text_add(out, "it does that when its database is down");
}

static void add_bad_reply(struct text *out, const struct reading *self)
{
    text_add(out, "%d", self->answer->status);
    if (broke_off(self))
        text_add(out, ", and its body breaks off");
    else
        add_who(out, self);
}

// What Django's page adds by the cause; the JSON of its API says it in `detail`.
static void add_csrf(struct text *out, const struct reading *self)
{
    struct span said = self->own ? self->detail : self->answer->body;
    if (contains(said, "requires a CSRF cookie") || contains(said, "CSRF cookie not set"))
        text_add(out, "the cookie of the login page was lost on the way");
    else if (contains(said, "Referer"))
        text_add(out, "the Referer was lost or changed on the way");
    else if (contains(said, "Origin checking"))
        text_add(out, "the Origin is not one that it trusts");
}

// Status and words of what is not Label Studio itself.
static void add_stranger(struct text *out, enum reason reason, const struct reading *self)
{
    switch ((int)reason) {
    case REASON_NOT_LABEL_STUDIO:
    case REASON_NOT_LABEL_STUDIO_LOGIN:
    case REASON_NOT_LABEL_STUDIO_CLOSED:
    case REASON_NOT_LABEL_STUDIO_NETWORK:
    case REASON_NOT_LABEL_STUDIO_SITE:
        text_add(out, "%d%s", self->answer->status, self->answer->content_type.len > 0 ? " " : "");
        add_shown(out, self->answer->content_type);
        add_who(out, self);
        break;
    case REASON_PROXY_AUTH_BARE:
    case REASON_PROXY_AUTH_LOGIN:
    case REASON_PROXY_AUTH_PROGRAM:
    case REASON_PROXY_AUTH_NETWORK:
    case REASON_PROXY_DENIED_LOGIN:
    case REASON_PROXY_DENIED_PROGRAM:
    case REASON_PROXY_DENIED_NETWORK:
    case REASON_SERVER_ERROR:
    case REASON_SERVER_ERROR_PROXY:
    case REASON_SERVER_ERROR_LATE:
    case REASON_SERVER_ERROR_CLOSED:
    case REASON_SERVER_ERROR_NETWORK:
        text_add(out, "%d", self->answer->status);
        add_who(out, self);
        break;
    case REASON_NOT_FOUND_PROXY:
    case REASON_NOT_FOUND_ROUTE:
    case REASON_NOT_FOUND_GO:
    case REASON_NOT_FOUND_PROGRAM:
    case REASON_PROXY_DENIED:
        add_who(out, self);
        break;
    default:
        break;
    }
}

static void add_detail(struct text *out, enum reason reason, const struct reading *self,
                       const char *url, const struct ls_identity *identity)
{
    switch ((int)reason) { // the reasons whose sentence has a place for it
    case REASON_UNAUTHORIZED:
    case REASON_FORBIDDEN:
    case REASON_TOKEN_MALFORMED_SEEN:
        add_shown(out, self->detail);
        break;
    case REASON_UNAUTHORIZED_UNREAD:
    case REASON_FORBIDDEN_UNREAD:
        text_add(out, "%s", unread(self));
        break;
    case REASON_NO_ORGANIZATION:
    case REASON_NO_ORGANIZATION_REMOVED:
        if (identity->user_id != 0)
            text_add(out, "user %lld", (long long)identity->user_id);
        break;
    case REASON_LOGIN_FAILED:
        text_add(out, "wrong user name or password, or the user is not active");
        break;
    case REASON_LOGIN_CSRF:
        add_csrf(out, self);
        break;
    case REASON_REDIRECTED:
        add_target(out, self->answer->location, url);
        break;
    case REASON_PROXY_AUTH:
        add_shown(out, self->answer->www_authenticate);
        break;
    case REASON_RATE_LIMITED:
        add_shown(out, self->answer->retry_after);
        break;
    case REASON_SERVER_ERROR_OWN:
        add_own_error(out, self);
        break;
    case REASON_BAD_REPLY:
    case REASON_BAD_REPLY_BROKEN:
        add_bad_reply(out, self);
        break;
    default:
        add_stranger(out, reason, self);
        break;
    }
}

// Label Studio's own 404: below a path of LABEL_STUDIO_URL it is that path which is wrong.
static enum reason split_not_found(const char *asked, char *base, size_t size)
{
    const char *path = own_path(asked);
    struct span below = path ? path_of_base(asked, path) : span_of("");
    if (below.len == 0)
        return REASON_NOT_FOUND;
    text_print(base, size, "%.*s", (int)below.len, below.text);
    return REASON_NOT_FOUND_PATH;
}

// 401: a proxy's challenge is the usual thing, unless a program sent it.
static enum reason split_proxy_auth(const struct reading *self, const struct stranger *who)
{
    if (stranger_is_network(who))
        return REASON_PROXY_AUTH_NETWORK;
    if (stranger_is_program(who))
        return REASON_PROXY_AUTH_PROGRAM;
    if (self->answer->www_authenticate.len > 0)
        return REASON_PROXY_AUTH;
    return stranger_asks_login(who) ? REASON_PROXY_AUTH_LOGIN : REASON_PROXY_AUTH_BARE;
}

static enum reason split_proxy_denied(const struct stranger *who)
{
    if (stranger_is_network(who))
        return REASON_PROXY_DENIED_NETWORK;
    if (stranger_is_program(who))
        return REASON_PROXY_DENIED_PROGRAM;
    return stranger_asks_login(who) ? REASON_PROXY_DENIED_LOGIN : REASON_PROXY_DENIED;
}

static enum reason split_not_label_studio(const struct stranger *who)
{
    if (stranger_is_network(who))
        return REASON_NOT_LABEL_STUDIO_NETWORK;
    if (stranger_is_closed(who))
        return REASON_NOT_LABEL_STUDIO_CLOSED;
    if (stranger_has_no_site(who))
        return REASON_NOT_LABEL_STUDIO_SITE;
    return stranger_asks_login(who) && !stranger_is_program(who) ? REASON_NOT_LABEL_STUDIO_LOGIN
                                                                 : REASON_NOT_LABEL_STUDIO;
}

// One word, several causes: who wrote the page tells which, and each has its own first step.
static enum reason split_by_page(enum reason reason, const struct reading *self)
{
    struct stranger who = stranger_of(self);
    switch ((int)reason) {
    case REASON_NOT_FOUND:
        if (self->own || self->own_page)
            return reason;
        if (stranger_has_no_route(&who))
            return REASON_NOT_FOUND_ROUTE;
        if (stranger_is_in_go(&who))
            return REASON_NOT_FOUND_GO;
        return stranger_is_program(&who) ? REASON_NOT_FOUND_PROGRAM : REASON_NOT_FOUND_PROXY;
    case REASON_SERVER_ERROR:
        return split_server_error(self);
    case REASON_NOT_LABEL_STUDIO:
        return split_not_label_studio(&who);
    case REASON_PROXY_DENIED:
        return split_proxy_denied(&who);
    case REASON_PROXY_AUTH:
        return split_proxy_auth(self, &who);
    default:
        return reason;
    }
}

// Who moved says where to; of the others the way that the redirect leads tells who it is.
static enum reason split_redirected(const struct reading *self, const char *asked,
                                    const struct text *target, char *base, size_t size)
{
    struct stranger who = stranger_of(self);
    enum reason reason = split_moved(asked, target, base, size);
    if (reason != REASON_REDIRECTED)
        return reason;
    if (stranger_leads_to_network(self->answer->location, span_of(asked)))
        return REASON_REDIRECTED_NETWORK;
    if (self->answer->server.len > 0 && stranger_is_program(&who)) {
        struct text server = text_over(base, size);
        add_shown(&server, self->answer->server);
        return REASON_REDIRECTED_PROGRAM;
    }
    struct span whole = {target->bytes, target->len};
    if (span_starts(whole, asked) && span_is(span_rest(whole, strlen(asked)), "/"))
        return REASON_REDIRECTED_SLASH;
    return stranger_leads_to_start(self->answer->location) ? REASON_REDIRECTED_START : reason;
}

// Django refuses every host name with an underscore, whatever ALLOWED_HOSTS says (RFC 1034).
static enum reason split_host_rejected(const char *address, struct text *detail)
{
    struct url url;
    char why[URL_WHY];
    if (!url_parse(address, true, &url, why) || !strchr(url.host, '_'))
        return REASON_HOST_REJECTED;
    text_add_visible(detail, span_of(url.host), sizeof url.host);
    return REASON_HOST_REJECTED_UNDERSCORE;
}

void ls_verdict(enum ls_question question, const struct ls_answer *answer, const char *url,
                struct finding *finding, struct ls_identity *identity)
{
    char words[FINDING_SLOT], base[FINDING_SLOT] = "";
    struct text detail = text_over(words, sizeof words);
    struct reading reading;
    words[0] = '\0';
    reading_make(&reading, answer);
    read_identity(&reading, identity);
    enum reason reason = judge(question, &reading, identity);
    if (reason == REASON_HOST_REJECTED)
        reason = split_host_rejected(url, &detail);
    reason = split_by_page(reason, &reading);
    add_detail(&detail, reason, &reading, url, identity);
    if (reason == REASON_REDIRECTED)
        reason = split_redirected(&reading, url, &detail, base, sizeof base);
    if (reason == REASON_NOT_FOUND)
        reason = split_not_found(url, base, sizeof base);
    finding_set(finding, reason, url, base, words);
    reading_free(&reading);
}

void ls_refuse_unread(int status, struct finding *finding)
{
    struct finding why = *finding;
    if (status == 401 || status == 403)
        finding_set(finding, unread_reason(status), why.subject, NULL, why.detail);
}

bool ls_is_own_401(const struct ls_answer *answer)
{
    struct reading reading;
    reading_make(&reading, answer);
    bool is = answer->status == 401 && reading.own;
    reading_free(&reading);
    return is;
}

bool ls_is_own_page(const struct ls_answer *answer)
{
    return is_own_page(answer->body);
}

bool ls_detail_is(const struct ls_answer *answer, int status, const char *text)
{
    struct reading reading;
    reading_make(&reading, answer);
    bool is = answer->status == status && reading.own && span_is(reading.detail, text);
    reading_free(&reading);
    return is;
}

bool ls_needs_second(enum ls_question question, const struct ls_answer *answer)
{
    if (question == LS_REFRESH)
        return answer->status == 404;
    unsigned with_user = BY_BEARER | AFTER_EXCHANGE | Q(LS_LOGIN);
    return (with_user & Q(question)) && answer->status == 500 && is_own_page(answer->body);
}

void ls_verdict_second(enum ls_question question, const struct ls_answer *second, const char *url,
                       struct finding *finding)
{
    struct ls_identity identity;
    struct finding other;
    ls_verdict(LS_WHOAMI_ANONYMOUS, second, url, &other, &identity);
    bool alive = ls_is_own_401(second);
    if (question == LS_REFRESH && alive)
        finding_set(finding, REASON_NO_PAT_SUPPORT, url, NULL, identity.version);
    else if (question == LS_REFRESH)
        *finding = other;
    else if (alive)
        finding_set(finding, REASON_NO_ORGANIZATION, url, NULL, NULL);
}

void ls_verdict_nonsense(const struct ls_answer *second, struct finding *finding)
{
    struct reading reading;
    reading_make(&reading, second);
    if (second->status == 401 && reading.own && contains(reading.detail, NOT_PROVIDED))
        finding->reason = REASON_HEADER_LOST;
    reading_free(&reading);
}

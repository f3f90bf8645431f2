// SPDX-License-Identifier: MIT
#include <string.h>

#include "base/ascii.h"
#include "base/duration.h"
#include "base/json.h"
#include "base/redact.h"
#include "base/text.h"
#include "base/wipe.h"
#include "labelstudio/request.h"
#include "net/url.h"
#include "verify/checks.h"
#include "verify/checks_values.h"

// The longest address, body and header lines that a check sends.
#define URL_MAX QUESTION_URL
#define BODY_MAX ((size_t)16 * 1024)
#define HEADERS_MAX ((size_t)16 * 1024)
// Shown of an answer.
#define SHOWN_MAX ((size_t)240)
// No id is longer: a UUID has 36 characters.
#define ID_MAX 64

struct asking {
    const struct check *check;
    struct scope scope;
    struct check_result *result;
    struct check_saves *saves;
    struct http_answer answer;
    struct json json;
    bool is_json;
    char url[URL_MAX];
    char body[BODY_MAX];
    char headers[HEADERS_MAX];
    const char *lines[HTTP_HEADERS + 1];
};

static bool fail(struct asking *self, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static bool fail(struct asking *self, const char *format, ...)
{
    struct text text = text_over(self->result->came, sizeof self->result->came);
    va_list list;
    va_start(list, format);
    text_add_list(&text, format, list);
    va_end(list);
    self->result->state = CHECK_FAILED;
    return false;
}

// ---- What was sent or saved must not be in a sentence -------------------------------------------

struct looking {
    struct span text;
    size_t most; // is shown of it
    bool repeats;
    const struct check_values *values;
};

static bool is_shown_id(const struct check_values *values, struct span value)
{
    for (unsigned i = 0; i < values->count; i++)
        if (values->list[i].shown && span_is(value, values->list[i].text))
            return true;
    return false;
}

static void look(void *context, struct span secret)
{
    struct looking *looking = context;
    if (is_shown_id(looking->values, secret))
        return;
    looking->repeats = looking->repeats || redact_echoes(looking->text, looking->most, secret);
}

// Does what is shown of the text repeat a secret, or what this check was filled with?
static bool repeats_secret(struct asking *self, struct span text, size_t most)
{
    const struct check *check = self->check;
    const struct check_run *run = self->scope.run;
    struct looking looking = {text, most, redact_echo(text, most) < text.len, run->values};
    for (unsigned i = 0; i < run->secret_count; i++)
        look(&looking, run->secrets[i]);
    for (unsigned i = 0; i < run->values->count; i++)
        look(&looking, span_of(run->values->list[i].text));
    if (check->json)
        scope_each(&self->scope, check->json, look, &looking);
    if (check->jwt)
        scope_each(&self->scope, check->jwt, look, &looking);
    for (unsigned i = 0; i < check->header_count; i++)
        scope_each(&self->scope, check->headers[i].value, look, &looking);
    for (unsigned i = 0; i < self->saves->count; i++)
        if (!self->saves->list[i].shown)
            look(&looking, span_of(self->saves->list[i].text));
    return looking.repeats;
}

static void hide_secrets(struct asking *self, char slot[FINDING_SLOT])
{
    if (repeats_secret(self, span_of(slot), FINDING_SLOT))
        text_print(slot, FINDING_SLOT, "%s", REDACT_ECHO);
}

// ---- The request --------------------------------------------------------------------------------

static bool has_control(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            return true;
    return false;
}

static bool fill(struct asking *self, const char *template, enum spelling spelling, char *bytes,
                 size_t size)
{
    return scope_fill(&self->scope, template, spelling, bytes, size) ||
           fail(self, "%s", self->scope.fault);
}

// With its values filled in, but for what may be a secret; where that is all the same in it, as
// the file has it.
static void show_request(struct asking *self)
{
    char shown[FINDING_SLOT];
    struct span text = {shown, 0};
    const struct check *check = self->check;
    if (scope_show(&self->scope, false, check->url, shown, sizeof shown)) {
        text.len = strlen(shown);
        if (!repeats_secret(self, text, FINDING_SLOT))
            text_print(self->result->asked, sizeof self->result->asked, "%s %s", check->method,
                       shown);
    }
    if (!check->json)
        return;
    bool whole = scope_show(&self->scope, true, check->json, shown, sizeof shown);
    text.len = strlen(shown);
    text_print(self->result->sent, sizeof self->result->sent, "%s",
               whole && !repeats_secret(self, text, FINDING_SLOT) ? shown : "");
}

static bool fill_url(struct asking *self)
{
    struct url url;
    char why[URL_WHY];
    if (!fill(self, self->check->url, SPELLED_PLAIN, self->url, sizeof self->url))
        return false;
    show_request(self);
    return url_parse(self->url, true, &url, why) || fail(self, "the address %s", why);
}

static bool add_header(struct asking *self, struct text *out, unsigned *count, const char *name,
                       const char *template)
{
    char *line = out->bytes + out->len;
    char value[TOKEN_MAX + 64];
    bool filled = fill(self, template, SPELLED_PLAIN, value, sizeof value);
    text_add(out, "%s: %s", name, value);
    wipe(value, sizeof value);
    if (!filled)
        return false;
    if (out->cut || has_control(line))
        return fail(self, "the header %s is too long, or has a line break in it", name);
    out->len++; // over its NUL
    self->lines[(*count)++] = line;
    return true;
}

static bool is_below(const char *url, const char *base)
{
    size_t len = base ? strlen(base) : 0;
    return len > 0 && strncmp(url, base, len) == 0 && (url[len] == '\0' || url[len] == '/');
}

// Has the check a line of that name itself? Names are compared as far as their colon.
static bool has_line(const struct asking *self, struct span line)
{
    char name[CHECK_NAME + 1];
    text_print(name, sizeof name, "%.*s", (int)span_find(line, ":"), line.text);
    for (unsigned i = 0; i < self->check->header_count; i++)
        if (span_is_nocase(span_of(self->check->headers[i].name), name))
            return true;
    return false;
}

static bool add_gateway(struct asking *self, struct text *out, unsigned *count)
{
    const struct check_run *run = self->scope.run;
    if (!run->extra || !is_below(self->url, run->extra_url))
        return true;
    for (unsigned i = 0; i < run->extra->count; i++) {
        char *line = out->bytes + out->len;
        if (has_line(self, run->extra->lines[i]))
            continue;
        text_add_span(out, run->extra->lines[i]);
        if (out->cut || *count == HTTP_HEADERS - 1)
            return fail(self, "there are too many header lines");
        out->len++; // over its NUL
        self->lines[(*count)++] = line;
    }
    return true;
}

static bool fill_request(struct asking *self)
{
    const struct check *check = self->check;
    struct text headers = text_over(self->headers, sizeof self->headers);
    unsigned count = 0;
    if (!fill_url(self))
        return false;
    for (unsigned i = 0; i < check->header_count; i++)
        if (!add_header(self, &headers, &count, check->headers[i].name, check->headers[i].value))
            return false;
    if (!add_gateway(self, &headers, &count))
        return false;
    if (!check->json)
        return true;
    if (!fill(self, check->json, SPELLED_JSON, self->body, sizeof self->body))
        return false;
    struct json json;
    if (!json_parse(&json, self->body, strlen(self->body)))
        return fail(self, "the line json is not a JSON object or list");
    json_free(&json);
    return add_header(self, &headers, &count, "Content-Type", "application/json");
}

// ---- The answer ---------------------------------------------------------------------------------

// "200 404 5xx"
static bool is_wanted(const char *wanted, int status)
{
    char number[16], family[16];
    text_print(number, sizeof number, "%d", status);
    text_print(family, sizeof family, "%dxx", status / 100);
    struct span rest = span_of(wanted);
    for (struct span word = span_word(&rest); word.len > 0; word = span_word(&rest))
        if (span_is(word, number) || span_is(word, family))
            return true;
    return false;
}

// JSON_NONE also where the answer is not JSON.
static json_place find_member(const struct asking *self, const char *path)
{
    return self->is_json ? json_walk(&self->json, JSON_ROOT, path) : JSON_NONE;
}

static void add_value(struct asking *self, struct text *out, json_place place)
{
    struct span value = json_raw(&self->json, place);
    const char *quote = json_kind_at(&self->json, place) == JSON_STRING ? "\"" : "";
    if (repeats_secret(self, value, SHOWN_MAX))
        value = span_of(REDACT_ECHO);
    text_add(out, "%s", quote);
    text_add_foreign(out, value, SHOWN_MAX);
    text_add(out, "%s", quote);
}

// The words an answer has for people: FastAPI says detail, others message or error.
static void add_words(struct asking *self, struct text *out)
{
    static const char *const names[] = {"detail", "message", "error"};
    for (size_t i = 0; self->is_json && i < sizeof names / sizeof names[0]; i++) {
        json_place place = json_member(&self->json, JSON_ROOT, names[i]);
        if (place == JSON_NONE || json_kind_at(&self->json, place) == JSON_NULL)
            continue;
        text_add(out, "; %s: ", names[i]);
        add_value(self, out, place);
        return;
    }
}

static bool judge_status(struct asking *self)
{
    char words[FINDING_SLOT];
    const char *wanted = self->check->status ? self->check->status : "2xx";
    if (is_wanted(wanted, self->answer.status))
        return true;
    struct text text = text_over(words, sizeof words);
    words[0] = '\0';
    add_words(self, &text);
    return fail(self, "%d, not %s%s", self->answer.status, wanted, words);
}

static bool same_value(const struct json *json, json_place place, const char *wanted)
{
    char text[TOKEN_MAX + 1];
    switch (json_kind_at(json, place)) {
    case JSON_STRING:
        return json_string(json, place, text, sizeof text) && strcmp(text, wanted) == 0;
    case JSON_NUMBER:
    case JSON_TRUE:
    case JSON_FALSE:
    case JSON_NULL:
        return span_is(json_raw(json, place), wanted);
    default:
        return false;
    }
}

static bool judge_member(struct asking *self, const struct check_pair *member)
{
    char wanted[TOKEN_MAX + 1], words[FINDING_SLOT];
    struct text text = text_over(words, sizeof words);
    json_place place = find_member(self, member->name);
    if (!self->is_json)
        return fail(self, "%d, but the answer is not JSON", self->answer.status);
    if (place == JSON_NONE)
        return fail(self, "%d, but the answer has no %s", self->answer.status, member->name);
    if (!fill(self, member->value, SPELLED_PLAIN, wanted, sizeof wanted))
        return false;
    bool is_any = strcmp(wanted, "*") == 0;
    if (is_any ? json_kind_at(&self->json, place) != JSON_NULL
               : same_value(&self->json, place, wanted))
        return true;
    add_value(self, &text, place);
    if (strcmp(member->name, "detail") != 0 && strcmp(member->name, "message") != 0)
        add_words(self, &text);
    return fail(self, "%d, but %s is %s", self->answer.status, member->name, words);
}

// "id", "task_id", "data.uuid": what names a thing and opens nothing. Not where a name speaks of a
// session or the like, or a check puts the value into a header.
static bool is_id(const struct checks *checks, const struct check_pair *save, const char *text)
{
    const char *dot = strrchr(save->value, '.');
    struct span last = span_of(dot ? dot + 1 : save->value);
    bool named = span_is(last, "uuid") || span_is(last, "id") ||
                 (last.len > 3 && span_is(span_rest(last, last.len - 3), "_id")) ||
                 (last.len > 2 && span_is(span_rest(last, last.len - 2), "Id"));
    if (!named || names_secret(save->name) || names_secret(save->value) || strlen(text) > ID_MAX ||
        span_run(span_of(text), ascii_is_base64url) < strlen(text))
        return false;
    for (unsigned i = 0; i < checks->count; i++) {
        const struct check *check = &checks->list[i];
        bool sent = template_uses(check->jwt, save->name);
        for (unsigned k = 0; k < check->header_count; k++)
            sent = sent || template_uses(check->headers[k].value, save->name);
        if (sent)
            return false;
    }
    return true;
}

static bool save_member(struct asking *self, const struct check_pair *save)
{
    struct check_saved *saved = &self->saves->list[self->saves->count];
    json_place place = find_member(self, save->value);
    bool taken = false;
    if (place != JSON_NONE && json_kind_at(&self->json, place) == JSON_NUMBER) {
        struct span number = json_raw(&self->json, place);
        taken = number.len < sizeof saved->text;
        if (taken)
            text_print(saved->text, sizeof saved->text, "%.*s", (int)number.len, number.text);
    } else if (place != JSON_NONE) {
        taken = json_string(&self->json, place, saved->text, sizeof saved->text) &&
                saved->text[0] != '\0' && !has_control(saved->text);
    }
    if (!taken)
        return fail(self, "%d, but the answer has no %s to go on with", self->answer.status,
                    save->value);
    text_print(saved->name, sizeof saved->name, "%s", save->name);
    saved->shown = is_id(self->scope.checks, save, saved->text);
    self->saves->count++;
    return true;
}

// ---- The token, and remarks ---------------------------------------------------------------------

static bool judge_token(struct asking *self)
{
    char url[URL_MAX], words[FINDING_SLOT];
    struct finding finding = {0};
    const struct check_run *run = self->scope.run;
    const char *template = self->check->token_url;
    if (template && !fill(self, template, SPELLED_PLAIN, url, sizeof url))
        return false;
    if (run->accepts(run, template ? url : NULL, &finding))
        return true;
    struct text text = text_over(words, sizeof words);
    finding_add_sentence(&finding, &text);
    text = text_over(self->result->remedy, sizeof self->result->remedy);
    finding_add_remedy(&finding, &text);
    return fail(self, "%d, but %s [%s]", self->answer.status, words, reason_word(finding.reason));
}

// "details.base_url "http://a"" with its words redacted; an address with a password is not shown.
static void add_shown_member(struct asking *self, struct text *out, const char *path)
{
    json_place place = find_member(self, path);
    if (place == JSON_NONE)
        return;
    struct span raw = json_raw(&self->json, place);
    text_add(out, ", %s ", path);
    if (span_find(raw, "@") < raw.len)
        text_add(out, "%s", REDACT_ECHO);
    else
        add_value(self, out, place);
}

// What the answer says otherwise than the file expects, where that does not decide.
static void add_remark(struct asking *self, const struct check_pair *expected)
{
    char wanted[TOKEN_MAX + 1];
    const struct check *check = self->check;
    struct text out = text_over(self->result->remark, sizeof self->result->remark);
    json_place place = find_member(self, expected->name);
    if (self->result->remark[0] != '\0' ||
        !scope_fill(&self->scope, expected->value, SPELLED_PLAIN, wanted, sizeof wanted))
        return;
    if (place != JSON_NONE && same_value(&self->json, place, wanted))
        return;
    text_add(&out, check->token ? "Label Studio accepts the token, but the app's own test "
                                : "the answer ");
    if (place == JSON_NONE)
        text_add(&out, "has no %s", expected->name);
    else {
        text_add(&out, "says %s ", expected->name);
        add_value(self, &out, place);
    }
    if (check->token)
        text_add(&out, ": it asks another address, or the app holds another token");
    for (unsigned i = 0; i < check->show_count; i++)
        add_shown_member(self, &out, check->shows[i]);
    hide_secrets(self, self->result->remark);
}

// Are all variables of "A B" set?
static bool are_set(const struct check_run *run, const char *names)
{
    char name[CHECK_NAME + 1];
    struct span rest = span_of(names);
    for (struct span word = span_word(&rest); word.len > 0; word = span_word(&rest)) {
        text_print(name, sizeof name, "%.*s", (int)word.len, word.text);
        if (run->find(run->context, name).len == 0)
            return false;
    }
    return true;
}

static void add_hints(struct asking *self)
{
    const struct check *check = self->check;
    struct check_result *result = self->result;
    for (unsigned i = 0; i < check->hint_count; i++)
        if (result->remark[0] == '\0' && are_set(self->scope.run, check->hints[i].name))
            text_print(result->remark, sizeof result->remark, "%s", check->hints[i].value);
}

static bool judge_answer(struct asking *self)
{
    const struct check *check = self->check;
    if (!judge_status(self))
        return false;
    for (unsigned i = 0; i < check->member_count; i++)
        if (!judge_member(self, &check->members[i]))
            return false;
    if (check->token && !judge_token(self))
        return false;
    for (unsigned i = 0; i < check->remark_count; i++)
        add_remark(self, &check->remarks[i]);
    for (unsigned i = 0; i < check->save_count; i++)
        if (!save_member(self, &check->saves[i]))
            return false;
    text_print(self->result->came, sizeof self->result->came, "%d", self->answer.status);
    return true;
}

// ---- Asking -------------------------------------------------------------------------------------

static bool ask_http(struct asking *self)
{
    const struct check_run *run = self->scope.run;
    struct http_request request = {
        .method = self->check->method,
        .url = self->url,
        .headers = self->lines,
        .body = span_of(self->check->json ? self->body : ""),
        .timeout_ms = run->timeout_ms,
        .ca_file = run->ca_file,
        .proxy = run->extra_url && is_below(self->url, run->extra_url) ? run->proxy : NULL,
        .phase = run->phase,
        .phase_context = run->phase_context,
        .body_always = true,
    };
    http_ask(&request, &self->answer);
    self->result->status = self->answer.answered ? self->answer.status : 0;
    if (self->answer.answered)
        return true;
    char words[FINDING_SLOT];
    struct text text = text_over(words, sizeof words);
    finding_add_sentence(&self->answer.fault, &text);
    return fail(self, "%s [%s]", words, reason_word(self->answer.fault.reason));
}

static bool ask_and_judge(struct asking *self)
{
    if (!fill_request(self) || !ask_http(self))
        return false;
    self->is_json =
        self->answer.body && json_parse(&self->json, self->answer.body, self->answer.body_len);
    bool passed = judge_answer(self);
    if (self->is_json)
        json_free(&self->json);
    return passed;
}

// Three parts, none empty, nothing but base64url in them: what a JWT looks like to every library.
static bool judge_jwt(struct asking *self)
{
    char text[TOKEN_MAX + 1];
    unsigned parts = 0;
    bool filled = fill(self, self->check->jwt, SPELLED_PLAIN, text, sizeof text);
    struct span rest = span_of(text), part;
    bool well = span_run(rest, ascii_is_jwt) == rest.len;
    for (; span_split(&rest, '.', &part); parts++)
        well = well && part.len > 0;
    wipe(text, sizeof text);
    if (!filled)
        return false;
    if (!well || parts != 3)
        return fail(self, "the text has not the three dot-separated parts of a JWT");
    text_print(self->result->came, sizeof self->result->came, "three parts");
    return true;
}

void check_describe(const struct check *check, struct check_result *result)
{
    struct text text = text_over(result->asked, sizeof result->asked);
    if (check->jwt)
        text_add(&text, "is %s a JWT", check->jwt);
    else
        text_add(&text, "%s %s", check->method, check->url);
}

void check_ask(const struct checks *self, const struct check *check, const struct check_run *run,
               struct check_result *result, struct check_saves *saves)
{
    static struct asking asking; // not on the stack, which may be small (main.c)
    asking.check = check;
    asking.scope = (struct scope){.checks = self, .run = run};
    asking.result = result;
    asking.saves = saves;
    int64_t began = duration_now();
    memset(result, 0, sizeof *result);
    memset(saves, 0, sizeof *saves);
    check_describe(check, result);
    bool passed = check->jwt ? judge_jwt(&asking) : ask_and_judge(&asking);
    result->state = passed ? CHECK_PASSED : CHECK_FAILED;
    result->took_ms = duration_now() - began;
    hide_secrets(&asking, result->came);
    if (!passed) {
        result->remark[0] = '\0';
        add_hints(&asking);
        wipe(saves, sizeof *saves);
    }
    http_answer_free(&asking.answer);
    wipe(&asking, sizeof asking);
}

bool check_values_add(struct check_values *self, const struct check_saves *saves)
{
    for (unsigned i = 0; i < saves->count; i++) {
        if (self->count == CHECKS_SET)
            return false;
        self->list[self->count++] = saves->list[i];
    }
    return true;
}

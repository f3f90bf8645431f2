// SPDX-License-Identifier: MIT
#include "verbs/override.h"

#include <stdlib.h>
#include <string.h>

#include "base/duration.h"

// A value of the project is a whole command line at most; Linux takes no longer word.
#define VALUE ((size_t)128 * 1024)
#define GATE_FOLDER "/gate"
#define GATE_IN_FOLDER "/gate/labelgate"
#define GATE_ALONE "/labelgate"
#define ENV_TARGET "/gate.env"
// The probe's own deadline is 5 s; the engine must wait longer, or it kills the probe before it
// says why.
#define ENGINE_TIMEOUT_MS 10000

static const char *const token_names[] = {"LABEL_STUDIO_API_TOKEN", "LABEL_STUDIO_API_KEY",
                                          "LABEL_STUDIO_ACCESS_TOKEN"};
#define TOKEN_NAMES (sizeof token_names / sizeof token_names[0])

// One service on its way into the override.
struct guarded {
    const struct override *override;
    json_place service;
    const char *name;
    const struct json *image_json; // the file that knows its image, NULL: none does
    json_place image;              // the image's "Config" there
    const char *gate;              // the program inside the container
    struct text *out;
    struct text *notes;
};

// ---- Reading ------------------------------------------------------------------------------------

json_place override_service(const struct override *self, const char *name)
{
    for (json_place at = json_first(&self->project, self->services); at != JSON_NONE;
         at = json_next(&self->project, self->services, at)) {
        char found[OVERRIDE_NAME];
        if (json_name(&self->project, at, found, sizeof found) && strcmp(found, name) == 0)
            return at;
    }
    return JSON_NONE;
}

bool override_is_guarded(const struct override *self, json_place service)
{
    json_place entrypoint = json_member(&self->project, service, "entrypoint");
    struct span text = json_raw(&self->project, entrypoint);
    size_t at = span_find(text, "labelgate");
    return at < text.len && span_find(span_rest(text, at), "run") < text.len - at;
}

// The value of NAME in `environment`, an object or a list of NAME=VALUE. False: it is not there.
static bool environment_has(const struct json *json, json_place service, const char *name)
{
    json_place environment = json_member(json, service, "environment");
    size_t len = strlen(name);
    if (json_kind_at(json, environment) == JSON_OBJECT)
        return json_member(json, environment, name) != JSON_NONE;
    for (json_place at = json_first(json, environment); at != JSON_NONE;
         at = json_next(json, environment, at)) {
        struct span entry = json_raw(json, at);
        if (span_starts(entry, name) && (entry.len == len || entry.text[len] == '='))
            return true;
    }
    return false;
}

bool override_has_token(const struct override *self, json_place service)
{
    for (size_t i = 0; i < TOKEN_NAMES; i++) {
        char file[OVERRIDE_NAME];
        text_print(file, sizeof file, "%s_FILE", token_names[i]);
        if (environment_has(&self->project, service, token_names[i]) ||
            environment_has(&self->project, service, file))
            return true;
    }
    return false;
}

static bool names_image(const struct json *json, json_place image, const char *wanted)
{
    json_place tags = json_member(json, image, "RepoTags");
    char tag[OVERRIDE_NAME], latest[OVERRIDE_NAME + sizeof ":latest"];
    text_print(latest, sizeof latest, "%s:latest", wanted);
    for (json_place at = json_first(json, tags); at != JSON_NONE; at = json_next(json, tags, at))
        if (json_string(json, at, tag, sizeof tag) &&
            (strcmp(tag, wanted) == 0 || strcmp(tag, latest) == 0))
            return true;
    return false;
}

// By the image's name; one image alone is taken for the service whatever its name is, which may be
// ${…} or one that Compose gives.
static void find_image(struct guarded *guarded)
{
    const struct override *override = guarded->override;
    char wanted[OVERRIDE_NAME] = "";
    json_string(&override->project, json_member(&override->project, guarded->service, "image"),
                wanted, sizeof wanted);
    for (unsigned i = 0; i < override->image_count; i++) {
        const struct json *json = &override->images[i];
        for (json_place at = json_first(json, JSON_ROOT); at != JSON_NONE;
             at = json_next(json, JSON_ROOT, at)) {
            bool only = override->alone && override->image_count == 1 &&
                        at == json_first(json, JSON_ROOT) &&
                        json_next(json, JSON_ROOT, at) == JSON_NONE;
            if (!only && !names_image(json, at, wanted))
                continue;
            guarded->image_json = json;
            guarded->image = json_member(json, at, "Config");
            return;
        }
    }
}

// ---- Writing ------------------------------------------------------------------------------------

// A double-quoted scalar of YAML 1.2 is a JSON string; `$` is doubled where Compose shall not read
// it.
static void add_quoted(struct text *out, struct span text, bool literal)
{
    struct text doubled = text_growing();
    for (size_t i = 0; literal && i < text.len; i++)
        text_add(&doubled, text.text[i] == '$' ? "$$" : "%c", text.text[i]);
    text_add_json_to_send(out, literal ? (struct span){doubled.bytes, doubled.len} : text);
    text_free(&doubled);
}

static void add_value(struct guarded *guarded, const struct json *json, json_place place,
                      bool literal)
{
    char *value = malloc(VALUE);
    if (!value) {
        guarded->out->cut = true;
        return;
    }
    enum json_kind kind = json_kind_at(json, place);
    if (kind == JSON_STRING && json_string(json, place, value, VALUE))
        add_quoted(guarded->out, span_of(value), literal);
    else if (kind == JSON_STRING)
        guarded->out->cut = true;
    else // a number or a yes or no, as Compose would spell it
        add_quoted(guarded->out, json_raw(json, place), literal);
    free(value);
}

// ", "a", "b"" for a list; the caller has opened the bracket.
static void add_words(struct guarded *guarded, const struct json *json, json_place list,
                      bool literal, bool comma)
{
    for (json_place at = json_first(json, list); at != JSON_NONE; at = json_next(json, list, at)) {
        text_add(guarded->out, "%s", comma ? ", " : "");
        add_value(guarded, json, at, literal);
        comma = true;
    }
}

// "command: …" where the project or the image has one.
static void add_command(struct guarded *guarded, const struct json *json, json_place command,
                        bool literal)
{
    enum json_kind kind = json_kind_at(json, command);
    if (kind != JSON_STRING && kind != JSON_ARRAY)
        return;
    text_add(guarded->out, "    command: ");
    if (kind == JSON_STRING) {
        add_value(guarded, json, command, literal);
    } else {
        text_add(guarded->out, "[");
        add_words(guarded, json, command, literal, false);
        text_add(guarded->out, "]");
    }
    text_add(guarded->out, "\n");
}

static bool is_set(const struct json *json, json_place place)
{
    enum json_kind kind = json_kind_at(json, place);
    return kind == JSON_STRING || kind == JSON_ARRAY;
}

// A service that is built has the name that Compose gives its image.
static void note_image(struct guarded *guarded, const char *what)
{
    const struct json *project = &guarded->override->project;
    char image[OVERRIDE_NAME], project_name[OVERRIDE_NAME];
    if (!json_string(project, json_member(project, guarded->service, "image"), image,
                     sizeof image)) {
        json_string(project, json_member(project, JSON_ROOT, "name"), project_name,
                    sizeof project_name);
        text_print(image, sizeof image, "%s-%s", project_name, guarded->name);
    }
    text_add(
        guarded->notes,
        "%s: the project does not say the image's %s: fill it in, or save docker image inspect ",
        guarded->name, what);
    text_add_visible(guarded->notes, span_of(image), OVERRIDE_NAME);
    text_add(guarded->notes, " as FILE and add --image-json FILE\n");
}

// A new entry point drops the image's CMD, so both are repeated. A string is split by Compose, as
// the project's own is.
static void add_entrypoint(struct guarded *guarded)
{
    const struct json *project = &guarded->override->project;
    json_place entrypoint = json_member(project, guarded->service, "entrypoint");
    json_place command = json_member(project, guarded->service, "command");
    bool own_entrypoint = is_set(project, entrypoint);
    if (json_kind_at(project, entrypoint) == JSON_STRING) {
        struct text words = text_growing();
        char *value = malloc(VALUE);
        guarded->out->cut =
            guarded->out->cut || !value || !json_string(project, entrypoint, value, VALUE);
        text_add(&words, "%s run -- %s", guarded->gate, value ? value : "");
        text_add(guarded->out, "    entrypoint: ");
        add_quoted(guarded->out, (struct span){words.bytes, words.len}, false);
        text_add(guarded->out, "\n");
        free(value);
        text_free(&words);
    } else {
        text_add(guarded->out, "    entrypoint: [\"%s\", \"run\", \"--\"", guarded->gate);
        if (own_entrypoint)
            add_words(guarded, project, entrypoint, false, true);
        else if (guarded->image_json)
            add_words(guarded, guarded->image_json,
                      json_member(guarded->image_json, guarded->image, "Entrypoint"), true, true);
        text_add(guarded->out, "]\n");
    }
    if (is_set(project, command))
        add_command(guarded, project, command, false);
    else if (!own_entrypoint && guarded->image_json)
        add_command(guarded, guarded->image_json,
                    json_member(guarded->image_json, guarded->image, "Cmd"), true);
    if (own_entrypoint || guarded->image_json)
        return;
    if (is_set(project, command)) {
        text_add(guarded->out,
                 "    # The image's ENTRYPOINT, if it has one, belongs after \"--\".\n");
        note_image(guarded, "ENTRYPOINT");
    } else {
        text_add(
            guarded->out,
            "    # The image's ENTRYPOINT, if it has one, belongs after \"--\"; its CMD here:\n"
            "    # command: [...]\n");
        note_image(guarded, "ENTRYPOINT and CMD");
    }
}

// ---- The health check ---------------------------------------------------------------------------

enum test_kind {
    TEST_NONE,    // there is none, or it is disabled
    TEST_HTTP,    // curl or wget asks one address: labelgate asks it too
    TEST_SHELL,   // another command line of a shell
    TEST_UNKNOWN, // a list that is not understood
};

// An option of curl or wget that changes nothing about the question but how it is told. `takes` is
// set when its value is the next word.
static bool is_plain_option(struct span word, bool curl, bool *takes)
{
    static const char *const of_curl[] = {"--fail",     "--silent",         "--show-error",
                                          "--location", "--fail-with-body", "--no-progress-meter"};
    static const char *const of_wget[] = {"--spider", "--quiet", "--no-verbose", "-nv",
                                          "-q",       "-qO-",    "-qO",          "-O-"};
    static const char *const with_value_curl[] = {"-o",         "--output",          "-m",
                                                  "--max-time", "--connect-timeout", "--retry"};
    static const char *const with_value_wget[] = {"-O",        "-T",      "-t",
                                                  "--timeout", "--tries", "--output-document"};
    const char *const *plain = curl ? of_curl : of_wget;
    size_t plain_count = curl ? sizeof of_curl / sizeof *of_curl : sizeof of_wget / sizeof *of_wget;
    const char *const *valued = curl ? with_value_curl : with_value_wget;
    *takes = span_is(word, "-qO");
    for (size_t i = 0; i < plain_count; i++)
        if (span_is(word, plain[i]))
            return true;
    for (size_t i = 0; i < 6; i++) {
        struct span name = span_of(valued[i]);
        if (span_is(word, valued[i])) {
            *takes = true;
            return true;
        }
        if (name.len > 2 && span_starts(word, valued[i]) && word.text[name.len] == '=')
            return true;
    }
    // -fsS: letters that may be joined
    for (size_t i = 1; curl && i < word.len; i++)
        if (!strchr("fsSL", word.text[i]))
            return false;
    return curl && word.len > 1 && word.text[0] == '-' && word.text[1] != '-';
}

static struct span next_word(struct span *rest)
{
    *rest = span_trim(*rest);
    size_t len = 0;
    while (len < rest->len && rest->text[len] != ' ' && rest->text[len] != '\t' &&
           rest->text[len] != '\n')
        len++;
    struct span word = {rest->text, len};
    *rest = span_rest(*rest, len);
    if (word.len >= 2 && (word.text[0] == '"' || word.text[0] == '\'') &&
        word.text[word.len - 1] == word.text[0])
        word = (struct span){word.text + 1, word.len - 2};
    return word;
}

// What a shell would do besides asking; "|| exit 1" and an unseen output change nothing.
static bool is_plain_end(struct span rest)
{
    static const char *const unseen[] = {">",          "1>",          "2>",          "/dev/null",
                                         ">/dev/null", "1>/dev/null", "2>/dev/null", "2>&1"};
    rest = span_trim(rest);
    if (span_starts(rest, ">") || span_starts(rest, "2>") || span_starts(rest, "1>")) {
        size_t end = span_find(rest, "||");
        struct span target = {rest.text, end};
        for (struct span word = next_word(&target); word.len > 0; word = next_word(&target)) {
            bool is_unseen = false;
            for (size_t i = 0; i < sizeof unseen / sizeof unseen[0]; i++)
                is_unseen = is_unseen || span_is(word, unseen[i]);
            if (!is_unseen)
                return false;
        }
        rest = span_rest(rest, end);
    }
    return rest.len == 0 || span_is(rest, "|| exit 1") || span_is(rest, "|| exit 2") ||
           span_is(rest, "|| false") || span_is(rest, "||exit 1");
}

// The one address of a command line of curl or wget. `$$NAME` is a variable of the container's,
// which no shell would replace in an address of ours.
static bool find_address(struct span line, struct span *address)
{
    struct span rest = line;
    struct span word = next_word(&rest);
    bool curl = span_is(word, "curl") || span_ends(word, "/curl");
    if (!curl && !span_is(word, "wget") && !span_ends(word, "/wget"))
        return false;
    *address = (struct span){0};
    for (;;) {
        struct span before = rest;
        bool takes = false;
        word = next_word(&rest);
        if (word.len == 0 || span_starts(word, "|") || span_starts(word, ">") ||
            span_starts(word, "2>") || span_starts(word, "1>"))
            return address->len > 0 && is_plain_end(before);
        if (span_starts(word, "http://") || span_starts(word, "https://")) {
            if (address->len > 0)
                return false;
            *address = word;
        } else if (is_plain_option(word, curl, &takes)) {
            if (takes)
                word = next_word(&rest);
        } else {
            return false;
        }
        for (size_t i = 0; i < word.len; i++)
            if (strchr(";&|<>`()\\\"'", word.text[i]))
                return false;
        if (span_find(word, "$$") < word.len)
            return false;
    }
}

// The check that the service has today, as one command line where it is one; `line` is VALUE bytes.
static enum test_kind read_test(const struct json *json, json_place check, char *line)
{
    json_place test = json_member(json, check, "test");
    struct text out = text_over(line, VALUE);
    char *word = line + VALUE; // the caller has room for two
    struct span address;
    if (json_kind_at(json, json_member(json, check, "disable")) == JSON_TRUE || !is_set(json, test))
        return TEST_NONE;
    if (json_kind_at(json, test) == JSON_STRING)
        return !json_string(json, test, line, VALUE)   ? TEST_UNKNOWN
               : strcmp(line, "NONE") == 0             ? TEST_NONE
               : find_address(span_of(line), &address) ? TEST_HTTP
                                                       : TEST_SHELL;
    json_place at = json_first(json, test);
    if (!json_string(json, at, word, VALUE))
        return TEST_NONE;
    bool shell = strcmp(word, "CMD-SHELL") == 0;
    if (strcmp(word, "NONE") == 0)
        return TEST_NONE;
    while ((at = json_next(json, test, at)) != JSON_NONE) {
        if (!json_string(json, at, word, VALUE))
            return TEST_UNKNOWN;
        text_add(&out, "%s%s", out.len > 0 ? " " : "", word);
    }
    if (out.cut || out.len == 0)
        return TEST_UNKNOWN;
    if (find_address(span_of(line), &address))
        return TEST_HTTP;
    return shell ? TEST_SHELL : TEST_UNKNOWN;
}

static void add_timeout(struct guarded *guarded, const struct json *json, json_place check)
{
    char text[OVERRIDE_NAME] = "";
    int64_t milliseconds = 0;
    json_string(json, json_member(json, check, "timeout"), text, sizeof text);
    if (!duration_parse(text, strlen(text), &milliseconds) || milliseconds < ENGINE_TIMEOUT_MS)
        text_add(guarded->out, "      timeout: 10s\n");
}

// Returns the address that labelgate is to ask besides, in `address` (VALUE bytes), or an empty
// text.
static void add_healthcheck(struct guarded *guarded, char *address)
{
    const struct json *json = &guarded->override->project;
    json_place check = json_member(json, guarded->service, "healthcheck");
    bool literal = false;
    char *line = malloc(2 * VALUE);
    address[0] = '\0';
    if (!line) {
        guarded->out->cut = true;
        return;
    }
    if (check == JSON_NONE && guarded->image_json) { // the image's own, with a capital T
        json_place of_image = json_member(guarded->image_json, guarded->image, "Healthcheck");
        json_place test = json_member(guarded->image_json, of_image, "Test");
        if (test != JSON_NONE)
            text_add(guarded->out, "    # The image's own HEALTHCHECK is replaced.\n");
    }
    enum test_kind kind = read_test(json, check, line);
    if (kind == TEST_UNKNOWN) {
        text_add(guarded->out,
                 "    # Its health check stays: a list that is not understood here. Add to it: %s "
                 "health\n",
                 guarded->gate);
        text_add(guarded->notes,
                 "%s: its health check is a list that is not understood and stays as it is\n",
                 guarded->name);
        free(line);
        return;
    }
    text_add(guarded->out, "    healthcheck:\n      test: ");
    if (kind == TEST_SHELL) {
        struct text both = text_growing();
        text_add(&both, "(%s) && %s health", line, guarded->gate);
        text_add(guarded->out, "[\"CMD-SHELL\", ");
        add_quoted(guarded->out, (struct span){both.bytes, both.len}, literal);
        text_add(guarded->out, "]\n");
        text_free(&both);
    } else {
        text_add(guarded->out, "[\"CMD\", \"%s\", \"health\"]\n", guarded->gate);
    }
    text_add(guarded->out, "      disable: false\n");
    add_timeout(guarded, json, check);
    struct span found;
    if (kind == TEST_HTTP && find_address(span_of(line), &found)) {
        memmove(address, found.text, found.len);
        address[found.len] = '\0';
    }
    free(line);
}

// ---- The rest of a service ----------------------------------------------------------------------

static void add_variable(struct guarded *guarded, const char *name, const char *value)
{
    if (environment_has(&guarded->override->project, guarded->service, name))
        return; // the project's own counts
    text_add(guarded->out, "      %s: ", name);
    add_quoted(guarded->out, span_of(value), false);
    text_add(guarded->out, "\n");
}

// True when a refusal would start the container again for ever.
static bool add_restart(struct guarded *guarded)
{
    const struct json *json = &guarded->override->project;
    char restart[OVERRIDE_NAME] = "";
    json_string(json, json_member(json, guarded->service, "restart"), restart, sizeof restart);
    if (json_kind_at(json, json_walk(json, guarded->service, "deploy.restart_policy")) ==
            JSON_OBJECT &&
        restart[0] == '\0') {
        json_place most = json_walk(json, guarded->service, "deploy.restart_policy.max_attempts");
        return most == JSON_NONE;
    }
    if (restart[0] == '\0' || strcmp(restart, "no") == 0) {
        text_add(guarded->out, "    restart: \"on-failure:3\"\n");
        return false;
    }
    return strcmp(restart, "always") == 0 || strcmp(restart, "unless-stopped") == 0 ||
           strcmp(restart, "on-failure") == 0 || strcmp(restart, "on-failure:0") == 0;
}

static void blank_tokens(struct guarded *guarded)
{
    bool any = false;
    for (size_t i = 0; i < TOKEN_NAMES; i++) {
        char file[OVERRIDE_NAME];
        text_print(file, sizeof file, "%s_FILE", token_names[i]);
        if (environment_has(&guarded->override->project, guarded->service, file))
            text_add(guarded->out, "      %s: \"\"\n", file);
        if (!environment_has(&guarded->override->project, guarded->service, token_names[i]))
            continue;
        text_add(guarded->out, "      %s: \"\"\n", token_names[i]);
        any = true;
    }
    if (!any)
        text_add(guarded->out, "      %s: \"\"\n", token_names[0]);
}

static void add_environment(struct guarded *guarded, bool hold, const char *address)
{
    text_add(guarded->out, "    environment:\n");
    if (guarded->override->env_file) {
        // Blank means not set: the file counts, and not what was said when the container was
        // created.
        blank_tokens(guarded);
        add_variable(guarded, "LABELGATE_ENV_FILE", ENV_TARGET);
    }
    if (address[0] != '\0')
        add_variable(guarded, "LABELGATE_APP_URL", address);
    add_variable(guarded, "LABELGATE_WAIT", "2m");
    if (hold)
        add_variable(guarded, "LABELGATE_ON_REFUSAL", "hold");
}

static void add_bind(struct text *out, const char *source, const char *target)
{
    text_add(out, "      - type: bind\n        source: ");
    add_quoted(out, span_of(source), true);
    text_add(
        out,
        "\n        target: %s\n        read_only: true\n        bind: {create_host_path: false}\n",
        target);
}

static void add_service(struct guarded *guarded, const char *init_service)
{
    char *address = malloc(VALUE);
    if (!address) {
        guarded->out->cut = true;
        return;
    }
    text_add(guarded->out, "\n  ");
    add_quoted(guarded->out, span_of(guarded->name), false);
    text_add(guarded->out, ":\n");
    add_entrypoint(guarded);
    add_healthcheck(guarded, address);
    bool hold = add_restart(guarded);
    add_environment(guarded, hold, address);
    text_add(guarded->out, "    volumes:\n");
    if (guarded->override->binary)
        add_bind(guarded->out, guarded->override->binary, GATE_ALONE);
    else
        text_add(guarded->out, "      - \"%s:%s:ro\"\n", init_service, GATE_FOLDER);
    if (guarded->override->env_file)
        add_bind(guarded->out, guarded->override->env_file, ENV_TARGET);
    if (!guarded->override->binary)
        text_add(guarded->out,
                 "    depends_on:\n      %s: {condition: service_completed_successfully}\n",
                 init_service);
    free(address);
}

// The init service and its volume have one name, which the project does not have.
static const char *free_name(const struct override *self)
{
    static const char *const names[] = {"labelgate", "labelgate-init", "labelgate-install"};
    json_place volumes = json_member(&self->project, JSON_ROOT, "volumes");
    for (size_t i = 0; i + 1 < sizeof names / sizeof names[0]; i++)
        if (override_service(self, names[i]) == JSON_NONE &&
            json_member(&self->project, volumes, names[i]) == JSON_NONE)
            return names[i];
    return names[2];
}

void override_print(const struct override *self, char *const *services, int count, struct text *out,
                    struct text *notes)
{
    const char *init_service = free_name(self);
    text_add(out, "# Guards services of this project with labelgate. Printed by: labelgate "
                  "override\nservices:\n");
    if (!self->binary)
        // Runs at every `up`, copies only when the binary differs, and replaces it by a rename.
        text_add(
            out,
            "  %s:\n    image: \"${LABELGATE_IMAGE:-labelgate}\"\n"
            "    command: [\"install\", \"%s\"]\n    volumes: [\"%s:%s\"]\n    network_mode: none\n"
            "    restart: \"no\"\n",
            init_service, GATE_IN_FOLDER, init_service, GATE_FOLDER);
    for (int i = 0; i < count; i++) {
        struct guarded guarded = {.override = self,
                                  .service = override_service(self, services[i]),
                                  .name = services[i],
                                  .gate = self->binary ? GATE_ALONE : GATE_IN_FOLDER,
                                  .out = out,
                                  .notes = notes};
        find_image(&guarded);
        add_service(&guarded, init_service);
    }
    if (!self->binary)
        text_add(out, "\nvolumes:\n  %s: {}\n", init_service);
}

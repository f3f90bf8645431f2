// SPDX-License-Identifier: MIT
#include "verbs/override.h"

#include <stdlib.h>
#include <string.h>

#include "base/duration.h"

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

// The value of NAME in `environment`, an object or a list of NAME=OVERRIDE_VALUE. False: it is not
// there.
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
    return json_member(&self->project, service, "env_file") != JSON_NONE;
}

const char *override_mount_taken(const struct override *self, json_place service)
{
    static const char *const ours[] = {GATE_FOLDER, GATE_ALONE, ENV_TARGET};
    const bool used[] = {!self->binary, self->binary, self->env_file};
    const struct json *json = &self->project;
    json_place mounts = json_member(json, service, "volumes");
    for (json_place at = json_first(json, mounts); at != JSON_NONE;
         at = json_next(json, mounts, at)) {
        char target[OVERRIDE_NAME];
        if (!json_string(json, json_member(json, at, "target"), target, sizeof target))
            continue;
        for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
            struct span rest = span_rest(span_of(target), strlen(ours[i]));
            if (used[i] && span_starts(span_of(target), ours[i]) &&
                (rest.len == 0 || rest.text[0] == '/'))
                return ours[i];
        }
    }
    return NULL;
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
// ${…} or one that Compose makes up.
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

// "labelgate run" among the words of an entry point.
static bool runs_labelgate(const struct json *json, json_place entrypoint)
{
    char word[OVERRIDE_NAME];
    bool gate = false;
    if (json_kind_at(json, entrypoint) == JSON_STRING) {
        struct span rest = json_raw(json, entrypoint);
        for (struct span at = span_word(&rest); at.len > 0; at = span_word(&rest)) {
            if (gate && span_is(at, "run"))
                return true;
            gate = span_is(at, "labelgate") || span_ends(at, "/labelgate");
        }
        return false;
    }
    for (json_place at = json_first(json, entrypoint); at != JSON_NONE;
         at = json_next(json, entrypoint, at)) {
        struct span text = span_of(json_string(json, at, word, sizeof word) ? word : "");
        if (gate && span_is(text, "run"))
            return true;
        gate = span_is(text, "labelgate") || span_ends(text, "/labelgate");
    }
    return false;
}

bool override_is_guarded(const struct override *self, json_place service)
{
    struct guarded guarded = {.override = self, .service = service};
    json_place entrypoint = json_member(&self->project, service, "entrypoint");
    if (entrypoint != JSON_NONE)
        return runs_labelgate(&self->project, entrypoint);
    find_image(&guarded);
    return guarded.image_json &&
           runs_labelgate(guarded.image_json,
                          json_member(guarded.image_json, guarded.image, "Entrypoint"));
}

// ---- Writing ------------------------------------------------------------------------------------

// A double-quoted scalar of YAML 1.2 is a JSON string, but for characters that YAML takes for line
// ends (U+0085, U+2028, U+2029) or for no text at all: those are written as \uXXXX. `$` is doubled
// where Compose must not read it.
static void add_quoted(struct text *out, struct span text, bool literal)
{
    static const char *const escaped[][2] = {{"\xE2\x80\xA8", "\\u2028"},
                                             {"\xE2\x80\xA9", "\\u2029"},
                                             {"\xEF\xBB\xBF", "\\ufeff"},
                                             {"\xEF\xBF\xBE", "\\ufffe"},
                                             {"\xEF\xBF\xBF", "\\uffff"}};
    struct text json = text_growing();
    text_add_json_to_send(&json, text);
    for (struct span rest = {json.bytes, json.len}; rest.len > 0;) {
        size_t taken = 1;
        if (literal && rest.text[0] == '$')
            text_add(out, "$$");
        else if (rest.len > 1 && rest.text[0] == '\xC2' && (rest.text[1] & 0xE0) == 0x80)
            taken = 2, text_add(out, "\\u00%02x", (unsigned char)rest.text[1]);
        else
            for (size_t i = 0; i < sizeof escaped / sizeof *escaped; i++)
                if (span_starts(rest, escaped[i][0]))
                    taken = 3, text_add(out, "%s", escaped[i][1]);
        if (taken == 1 && !(literal && rest.text[0] == '$'))
            text_add(out, "%c", rest.text[0]);
        rest = span_rest(rest, taken);
    }
    out->cut = out->cut || json.cut;
    text_free(&json);
}

static void add_value(struct guarded *guarded, const struct json *json, json_place place,
                      bool literal)
{
    char *value = malloc(OVERRIDE_VALUE);
    if (!value) {
        guarded->out->cut = true;
        return;
    }
    enum json_kind kind = json_kind_at(json, place);
    if (kind == JSON_STRING && json_string(json, place, value, OVERRIDE_VALUE))
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

static bool has_words(const struct json *json, json_place place)
{
    return json_kind_at(json, place) == JSON_STRING ? span_trim(json_raw(json, place)).len > 0
                                                    : json_first(json, place) != JSON_NONE;
}

// A service that is built has an image named by Compose.
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

// Says what a person has to fill in.
static void add_unknown(struct guarded *guarded, bool entrypoint, bool command)
{
    if (entrypoint)
        text_add(guarded->out,
                 "    # The image's ENTRYPOINT, if it has one, belongs after \"--\"%s\n",
                 command ? "; its CMD here:" : ".");
    else if (command)
        text_add(guarded->out, "    # The image's CMD belongs here:\n");
    if (command)
        text_add(guarded->out, "    # command: [...]\n");
    if (entrypoint || command)
        note_image(guarded, !command ? "ENTRYPOINT" : entrypoint ? "ENTRYPOINT and CMD" : "CMD");
}

// A string is split by Compose, as the project's own is.
static void add_entrypoint_line(struct guarded *guarded, json_place entrypoint)
{
    struct text words = text_growing();
    char *value = malloc(OVERRIDE_VALUE);
    guarded->out->cut =
        guarded->out->cut || !value ||
        !json_string(&guarded->override->project, entrypoint, value, OVERRIDE_VALUE);
    text_add(&words, "%s run -- %s", guarded->gate, value ? value : "");
    text_add(guarded->out, "    entrypoint: ");
    add_quoted(guarded->out, (struct span){words.bytes, words.len}, false);
    text_add(guarded->out, "\n");
    free(value);
    text_free(&words);
}

// The image's ENTRYPOINT counts where the project says none. Its CMD counts where the project has
// no command either; an entry point without words drops the first and not the second, and an empty
// command drops nothing (run with Docker 20.10). A new entry point drops both, so both are
// repeated.
static void add_entrypoint(struct guarded *guarded)
{
    const struct json *project = &guarded->override->project;
    json_place entrypoint = json_member(project, guarded->service, "entrypoint");
    json_place command = json_member(project, guarded->service, "command");
    bool of_image = entrypoint == JSON_NONE;
    bool commanded = has_words(project, command) || has_words(project, entrypoint);
    if (json_kind_at(project, entrypoint) == JSON_STRING) {
        add_entrypoint_line(guarded, entrypoint);
    } else {
        text_add(guarded->out, "    entrypoint: [\"%s\", \"run\", \"--\"", guarded->gate);
        if (!of_image)
            add_words(guarded, project, entrypoint, false, true);
        else if (guarded->image_json)
            add_words(guarded, guarded->image_json,
                      json_member(guarded->image_json, guarded->image, "Entrypoint"), true, true);
        text_add(guarded->out, "]\n");
    }
    if (json_kind_at(project, entrypoint) == JSON_NULL)
        text_add(guarded->notes,
                 "%s: Compose says null for an entry point of [] and of null; it is taken for []. "
                 "If it is null, leave it out of the project\n",
                 guarded->name);
    if (has_words(project, command))
        add_command(guarded, project, command, false);
    else if (!commanded && guarded->image_json)
        add_command(guarded, guarded->image_json,
                    json_member(guarded->image_json, guarded->image, "Cmd"), true);
    if (!guarded->image_json)
        add_unknown(guarded, of_image, !commanded);
}

// ---- The health check ---------------------------------------------------------------------------

// The engine's own limit is 30 s where nothing is said, which is enough for both; labelgate alone
// says within 5 s why it is unhealthy.
static void add_timeout(struct guarded *guarded, json_place check, enum check_kind kind)
{
    const struct json *json = &guarded->override->project;
    char text[OVERRIDE_NAME] = "";
    int64_t milliseconds = 0;
    json_string(json, json_member(json, check, "timeout"), text, sizeof text);
    bool known = duration_parse(text, strlen(text), &milliseconds);
    if (known ? milliseconds < ENGINE_TIMEOUT_MS : kind != CHECK_SHELL)
        text_add(guarded->out, "      timeout: 10s\n");
}

static void add_check_stays(struct guarded *guarded)
{
    text_add(guarded->out,
             "    # Its health check stays: a list that is not understood here. Add to it: %s "
             "health\n",
             guarded->gate);
    text_add(guarded->notes,
             "%s: its health check is a list that is not understood and stays as it is\n",
             guarded->name);
}

// Says what becomes of a check that is not named in the line below.
static void add_check_comment(struct guarded *guarded, const struct override_check *check,
                              json_place of_project)
{
    const struct json *json = &guarded->override->project;
    if (check->kind == CHECK_HTTP)
        text_add(guarded->out,
                 "    # labelgate asks LABELGATE_APP_URL in place of curl. Its answer must be 2xx "
                 "(curl -f takes a\n    # redirect too) and come within LABELGATE_TIMEOUT, 5s.\n");
    else if (check->kind == CHECK_NONE && !guarded->image_json &&
             !has_words(json, json_member(json, of_project, "test")))
        text_add(guarded->out,
                 "    # The image's HEALTHCHECK, if it has one, is replaced by this.\n");
}

// Returns what the service is asked today; its address belongs into the environment.
static void add_healthcheck(struct guarded *guarded, struct override_check *check)
{
    const struct json *image = guarded->image_json;
    json_place of_project =
        json_member(&guarded->override->project, guarded->service, "healthcheck");
    override_check_read(check, &guarded->override->project, of_project, image,
                        image ? json_member(image, guarded->image, "Healthcheck") : JSON_NONE);
    guarded->out->cut = guarded->out->cut || check->line.cut;
    // The project's own address counts for labelgate, so curl goes on asking the other one.
    if (check->kind == CHECK_HTTP &&
        environment_has(&guarded->override->project, guarded->service, "LABELGATE_APP_URL"))
        check->kind = CHECK_SHELL;
    if (check->kind == CHECK_UNKNOWN) {
        add_check_stays(guarded);
        return;
    }
    add_check_comment(guarded, check, of_project);
    text_add(guarded->out, "    healthcheck:\n      test: ");
    if (check->kind == CHECK_SHELL) {
        struct text both = text_growing();
        struct span line = {check->line.bytes, check->line.len};
        // A comment, the end of a here-document or a backslash would take the bracket with it.
        bool needs_line = span_find(line, "#") < line.len || span_find(line, "<<") < line.len ||
                          span_ends(line, "\\");
        text_add(&both, "(%s%s) && %s health", check->line.bytes, needs_line ? "\n" : "",
                 guarded->gate);
        text_add(guarded->out, "[\"CMD-SHELL\", ");
        add_quoted(guarded->out, (struct span){both.bytes, both.len}, check->of_image);
        text_add(guarded->out, "]\n");
        text_free(&both);
    } else {
        text_add(guarded->out, "[\"CMD\", \"%s\", \"health\"]\n", guarded->gate);
    }
    text_add(guarded->out, "      disable: false\n");
    add_timeout(guarded, of_project, check->kind);
}

// ---- The rest of a service ----------------------------------------------------------------------

static void add_variable(struct guarded *guarded, const char *name, const char *value, bool literal)
{
    if (environment_has(&guarded->override->project, guarded->service, name))
        return; // the project's own counts
    text_add(guarded->out, "      %s: ", name);
    add_quoted(guarded->out, span_of(value), literal);
    text_add(guarded->out, "\n");
}

// True when a refusal would start the container again for ever, or may: ${…} is not known here.
// Where there is a policy of deploy, Compose does not look at restart.
static bool add_restart(struct guarded *guarded)
{
    const struct json *json = &guarded->override->project;
    json_place policy = json_walk(json, guarded->service, "deploy.restart_policy");
    char restart[OVERRIDE_NAME] = "", condition[OVERRIDE_NAME] = "";
    json_string(json, json_member(json, guarded->service, "restart"), restart, sizeof restart);
    if (json_kind_at(json, policy) == JSON_OBJECT) {
        int64_t most = 0;
        json_string(json, json_member(json, policy, "condition"), condition, sizeof condition);
        json_integer(json, json_member(json, policy, "max_attempts"), &most);
        return most <= 0 && strcmp(condition, "none") != 0 && strcmp(condition, "no") != 0;
    }
    if (restart[0] == '\0')
        text_add(guarded->out, "    restart: \"on-failure:3\"\n");
    if (restart[0] == '\0' || strcmp(restart, "no") == 0) // a job that says no is not run twice
        return false;
    struct span limited = span_rest(span_of(restart), strlen("on-failure:"));
    return !span_starts(span_of(restart), "on-failure:") || span_is(limited, "0") ||
           span_find(limited, "$") < limited.len;
}

// Those of an env_file are not known here, so it may be any.
static void blank_tokens(struct guarded *guarded)
{
    bool any = false;
    bool unknown =
        json_member(&guarded->override->project, guarded->service, "env_file") != JSON_NONE;
    for (size_t i = 0; i < TOKEN_NAMES; i++) {
        char file[OVERRIDE_NAME];
        text_print(file, sizeof file, "%s_FILE", token_names[i]);
        if (unknown || environment_has(&guarded->override->project, guarded->service, file))
            text_add(guarded->out, "      %s: \"\"\n", file);
        if (!unknown &&
            !environment_has(&guarded->override->project, guarded->service, token_names[i]))
            continue;
        text_add(guarded->out, "      %s: \"\"\n", token_names[i]);
        any = true;
    }
    if (!any)
        text_add(guarded->out, "      %s: \"\"\n", token_names[0]);
}

// A heading alone would be null, which older Composes refuse.
static void add_environment(struct guarded *guarded, bool hold, const struct override_check *check)
{
    size_t before = guarded->out->len;
    text_add(guarded->out, "    environment:\n");
    size_t heading = guarded->out->len;
    if (guarded->override->env_file) {
        // Blank means not set: the file counts, and not what was said when the container was
        // created.
        blank_tokens(guarded);
        add_variable(guarded, "LABELGATE_ENV_FILE", ENV_TARGET, false);
    }
    if (check->kind == CHECK_HTTP)
        add_variable(guarded, "LABELGATE_APP_URL", check->address.bytes, check->of_image);
    add_variable(guarded, "LABELGATE_WAIT", "2m", false);
    if (hold)
        add_variable(guarded, "LABELGATE_ON_REFUSAL", "hold", false);
    if (!guarded->out->cut && guarded->out->len == heading) {
        guarded->out->len = before;
        guarded->out->bytes[before] = '\0';
    }
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
    struct override_check check;
    text_add(guarded->out, "\n  ");
    add_quoted(guarded->out, span_of(guarded->name), false);
    text_add(guarded->out, ":\n");
    add_entrypoint(guarded);
    add_healthcheck(guarded, &check);
    bool hold = add_restart(guarded);
    add_environment(guarded, hold, &check);
    override_check_free(&check);
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

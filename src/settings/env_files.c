// SPDX-License-Identifier: MIT
// Which .env files are read, what is wrong with them, and what in them is not looked at.

#include "base/array.h"
#include "base/mounted_file.h"
#include "base/text.h"
#include "settings/lookup.h"

#define DEFAULT_FILE ".env"
#define PLACE 64

static void add_file(struct maker *maker, struct span path, const struct origin *origin)
{
    struct settings *settings = maker->settings;
    const char *copy = arena_copy(&settings->memory, path);
    struct env_file *files =
        copy != NULL ? array_grow(settings->files, settings->file_count, sizeof *files) : NULL;
    if (files == NULL) {
        maker_no_memory(maker);
        return;
    }
    settings->files = files;
    files[settings->file_count++] = (struct env_file){.path = copy, .origin = *origin};
}

static void add_list(struct maker *maker, const struct value *value)
{
    struct span list = span_of(value->text), path;
    while (span_item(&list, ',', &path))
        add_file(maker, path, &value->origin);
}

static void add_options(struct maker *maker)
{
    const struct options *options = maker->options;
    struct origin origin = {.kind = ORIGIN_OPTION, .name = option_row(OPTION_ENV_FILE)->name};
    for (unsigned i = 0; i < options->count; i++)
        if (options->given[i].id == OPTION_ENV_FILE)
            add_file(maker, span_of(options->given[i].value), &origin);
}

// The probe reads the files of the running `run`, and no other.
static void choose_files(struct maker *maker)
{
    struct value value;
    const char *variable = option_row(OPTION_ENV_FILE)->variable;
    struct origin by_default = {.kind = ORIGIN_DEFAULT, .name = variable};
    if (maker->started) {
        if (settings_lookup(maker, OPTION_ENV_FILE, &value))
            add_list(maker, &value);
    } else if (options_count(maker->options, OPTION_ENV_FILE) > 0) {
        add_options(maker);
    } else if (maker_environment(maker, variable, &value)) {
        add_list(maker, &value);
        if (maker->settings->file_count == 0)
            maker_refuse_value(maker, option_row(OPTION_ENV_FILE), &value,
                               "a path, or several with commas between them");
    } else {
        add_file(maker, span_of(DEFAULT_FILE), &by_default);
    }
    if (maker->settings->file_count > 0)
        maker->settings->origins[OPTION_ENV_FILE] = maker->settings->files[0].origin;
}

static enum reason reason_of(enum file_fault fault)
{
    switch (fault) {
    case FILE_OK:
        break;
    case FILE_MISSING:
        return REASON_ENV_MISSING;
    case FILE_DENIED:
        return REASON_ENV_UNREADABLE;
    case FILE_FAILED:
        return REASON_ENV_FAILED;
    case FILE_EXHAUSTED:
        return REASON_START_FAILED_FILE;
    case FILE_DIRECTORY:
        return REASON_ENV_IS_DIRECTORY;
    case FILE_NOT_REGULAR:
        return REASON_ENV_NOT_REGULAR;
    case FILE_TOO_BIG:
        return REASON_ENV_TOO_BIG;
    }
    return REASON_OK;
}

// For a probe the app runs already: a file that broke since is worth a word, but does not change
// the verdict.
static void refuse_file(struct maker *maker, struct finding *finding)
{
    char sentence[FINDING_SLOT];
    struct text text = text_over(sentence, sizeof sentence);
    if (!maker->started) {
        finding->apply = settings_apply(maker->settings, ORIGIN_FILE);
        maker_refuse(maker, STAGE_FILE, finding);
        return;
    }
    finding_add_sentence(finding, &text);
    maker_warn(maker, "%s", sentence);
}

static void refuse_unread(struct maker *maker, const struct env_file *file, enum file_fault fault)
{
    struct finding finding;
    char words[FINDING_SLOT] = "";
    char place[FINDING_SLOT] = "";
    if (fault == FILE_MISSING)
        origin_text(&file->origin, place, sizeof place);
    if (fault == FILE_MISSING && file->origin.kind == ORIGIN_ENVIRONMENT)
        text_print(place, sizeof place, "%s", file->origin.name);
    if (fault == FILE_DENIED || fault == FILE_FAILED || fault == FILE_EXHAUSTED)
        file_fault_text(fault, &file->content, DOTENV_FILE_MAX, words, sizeof words);
    finding_set(&finding, reason_of(fault), file->path, place, words);
    refuse_file(maker, &finding);
}

// An error refuses the file as a whole, a lint is a warning.
static void tell_issue(struct maker *maker, const struct dotenv_issue *issue)
{
    struct finding finding;
    char place[PLACE] = "";
    char sentence[FINDING_SLOT];
    struct text text = text_over(sentence, sizeof sentence);
    const char *path = maker->settings->files[issue->file].path;
    dotenv_issue_text(issue, &text);
    if (issue->level == DOTENV_WARNING) {
        maker_warn(maker, "%s line %u: %s", path, issue->line, sentence);
        return;
    }
    if (issue->line > 0 && issue->column > 0)
        text_print(place, sizeof place, "line %u, column %u", issue->line, issue->column);
    else if (issue->line > 0)
        text_print(place, sizeof place, "line %u", issue->line);
    enum reason reason = dotenv_issue_reason(issue);
    if (reason == REASON_ENV_UTF16_FROM) // whole lines are typed anew
        text_print(place, sizeof place, "line %u", issue->line);
    finding_set(&finding, reason, path, place, sentence);
    refuse_file(maker, &finding);
}

static void read_bytes(struct maker *maker)
{
    struct settings *settings = maker->settings;
    for (unsigned i = 0; i < settings->file_count; i++) {
        struct env_file *file = &settings->files[i];
        enum file_fault fault = file_read(file->path, DOTENV_FILE_MAX, &file->content);
        file->present = fault != FILE_MISSING;
        bool by_default = fault == FILE_MISSING && file->origin.kind == ORIGIN_DEFAULT;
        if (fault != FILE_OK && !by_default)
            refuse_unread(maker, file, fault);
        else if (by_default && maker->verb != VERB_HEALTH && file_is_link(file->path))
            maker_warn(maker, "%s is a symbolic link to a file that does not exist", file->path);
    }
}

static void read_variables(struct maker *maker)
{
    struct settings *settings = maker->settings;
    struct dotenv_options options = {maker->environment, settings->token.names,
                                     settings->token.name_count};
    for (unsigned i = 0; i < settings->file_count; i++) {
        const struct file_content *content = &settings->files[i].content;
        if (content->bytes)
            dotenv_read(&settings->dotenv, content->bytes, content->len, i, &options);
    }
    // Without memory there may be no room for the issue that would say so.
    if (settings->dotenv.failed && settings->dotenv.issue_count == 0)
        maker_no_memory(maker);
}

// The lints want to know the names of the token, and the file may be where those are listed.
static void read_variables_with_names(struct maker *maker)
{
    struct settings *settings = maker->settings;
    struct value value;
    read_variables(maker);
    if (settings->origins[OPTION_TOKEN_VAR].kind != ORIGIN_DEFAULT ||
        !maker_file(maker, option_row(OPTION_TOKEN_VAR)->variable, &value))
        return;
    settings_read_token_names(maker);
    dotenv_free(&settings->dotenv);
    dotenv_make(&settings->dotenv);
    read_variables(maker);
}

static void warn_ignored(struct maker *maker, const char *name)
{
    struct value value;
    if (maker_file(maker, name, &value))
        maker_warn(maker, "%s line %u: %s is ignored in the file: set it in the environment",
                   value.origin.path, value.origin.line, name);
}

static void warn_all_ignored(struct maker *maker)
{
    char name[FINDING_SLOT];
    const struct settings *settings = maker->settings;
    warn_ignored(maker, option_row(OPTION_ENV_FILE)->variable);
    warn_ignored(maker, option_row(OPTION_LOAD)->variable);
    if (maker->verb == VERB_TOKEN || maker->verb == VERB_VERIFY)
        warn_ignored(maker, "LABEL_STUDIO_PASSWORD_FILE");
    for (unsigned i = 0; i < settings->token.name_count; i++) {
        text_print(name, sizeof name, "%s_FILE", settings->token.names[i]);
        warn_ignored(maker, name);
    }
}

void settings_read_files(struct maker *maker)
{
    choose_files(maker);
    read_bytes(maker);
    read_variables_with_names(maker);
    for (size_t i = 0; i < maker->settings->dotenv.issue_count; i++)
        tell_issue(maker, &maker->settings->dotenv.issues[i]);
    if (maker->settings->dotenv.count > 0)
        warn_all_ignored(maker);
}

const char *settings_replaced_file(const struct settings *self, unsigned *next)
{
    const char *others[] = {
        self->token.used.origin.kind == ORIGIN_SECRET ? self->token.used.origin.path : NULL,
        self->reach.header_file, self->reach.ca_file};
    unsigned count = self->file_count + sizeof others / sizeof others[0];
    while (*next < count) {
        unsigned at = (*next)++;
        const char *path =
            at < self->file_count ? self->files[at].path : others[at - self->file_count];
        if (path && mounted_file_is_replaced(path))
            return path;
    }
    return NULL;
}

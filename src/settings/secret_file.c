// SPDX-License-Identifier: MIT
#include "settings/secret_file.h"

#include <string.h>

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
        return REASON_SECRET_UNREADABLE;
    case FILE_FAILED:
        return REASON_SECRET_FAILED;
    case FILE_EXHAUSTED:
        return REASON_START_FAILED_FILE;
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
        return "a UTF-8 byte-order mark at its start";
    if (span_starts(text, "\xFF\xFE") || span_starts(text, "\xFE\xFF"))
        return "UTF-16 text";
    if (text.len >= 4 && (text.text[0] == '\0' || text.text[1] == '\0'))
        return "UTF-16 text without a mark";
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

bool secret_file_read(struct secret_file *self, const char *name, const char *path,
                      struct finding *finding)
{
    char words[WORDS] = "";
    *self = (struct secret_file){0};
    enum file_fault fault = file_read(path, SECRET_FILE_MAX, &self->content);
    if (fault != FILE_OK) {
        file_fault_text(fault, &self->content, SECRET_FILE_MAX, words, sizeof words);
        enum reason reason = reason_of(fault);
        bool is_file = reason == REASON_START_FAILED_FILE; // its sentence is of any file
        finding_set(finding, reason, is_file ? path : name, is_file ? NULL : path, words);
        return false;
    }
    drop_line_end(self);
    const char *encoding = find_encoding(self->value);
    if (self->value.len > 0 && !encoding)
        return true;
    if (encoding) {
        // "NAME" of "NAME_FILE": the sentence is about the value.
        struct span value_name = span_of(name);
        if (span_ends(value_name, "_FILE"))
            value_name.len -= strlen("_FILE");
        text_print(words, sizeof words, "%.*s", (int)value_name.len, value_name.text);
        finding_set(finding, REASON_TOKEN_ENCODING, words, path, encoding);
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

// SPDX-License-Identifier: MIT
// The header lines of a question: who asks (token, scheme), and the extra lines of --header-file
// for a gateway in front.
//
// Source of the rules: Label Studio 1.22.0 and 1.23.2 as recorded (tests/data): "Token" and
// "X-Api-Key" mean the same, the latter wins; "Bearer" is taken for access tokens and only spelled
// so; an access token in X-Api-Key is "Invalid token.".
#ifndef LABELGATE_NET_HEADERS_H
#define LABELGATE_NET_HEADERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/file.h"
#include "base/span.h"
#include "net/answer.h"
#include "spec/reason.h"

// Who asks.
enum credential_kind {
    CREDENTIAL_NONE,
    CREDENTIAL_TOKEN,   // a legacy token: "Authorization: Token X", or "X-Api-Key: X" beside a
                        // gateway's Authorization
    CREDENTIAL_BEARER,  // an access token: "Authorization: Bearer X"
    CREDENTIAL_SESSION, // the cookies of a login
};

struct credential {
    enum credential_kind kind;
    struct span text; // view; empty for CREDENTIAL_NONE
};

// A gateway wants one or two lines; more than a handful is a mistake.
#define HEADERS_EXTRA 12
// nginx stops a header line at 8 KiB; the file itself is bounded like a secret's.
#define HEADERS_LINE_MAX ((size_t)8 * 1024)
#define HEADERS_FILE_MAX ((size_t)64 * 1024)

// The checked lines of a header file. Views of `content`.
struct header_file {
    const char *path; // for sentences; NULL when there is no file
    struct file_content content;
    struct span lines[HEADERS_EXTRA]; // "Name: value", blanks at both ends removed
    unsigned count;
    bool authorization; // one of them is Authorization: the token travels as X-Api-Key
};

// Reads and checks `path`; NULL gives an empty one. One header a line; empty lines and lines that
// begin with '#' are passed over. Refused with REASON_HEADER_FILE_INVALID and the line: no colon, a
// name with other characters than those of RFC 9110 section 5.1, a control byte in the value, a
// repeated name, a name that belongs to the request itself (Host, Content-Length, ...) or to the
// token (X-Api-Key), too many or too long lines. No text of a line but its name is shown.
bool header_file_read(struct header_file *self, const char *path, struct finding *finding);
// The same for bytes in memory (`path` names them in the sentence). Does not touch `content`.
bool header_file_parse(struct header_file *self, const char *text, size_t len, const char *path,
                       struct finding *finding);
void header_file_free(struct header_file *self); // wipes the content

// The lines for http_request.headers.
struct headers {
    const char *lines[HTTP_HEADERS + 1]; // NULL-terminated, views of `bytes`
    unsigned count;
    char *bytes; // heap: each line NUL-terminated
    size_t size;
};

// False with REASON_HEADER_FILE_INVALID when the gateway's Authorization leaves no way for `who`
// (an access token cannot travel as X-Api-Key), with REASON_START_FAILED when memory ran out.
// `content_type` NULL: none.
bool headers_make(struct headers *self, const struct credential *who,
                  const struct header_file *extra, const char *content_type,
                  struct finding *finding);
void headers_free(struct headers *self); // wipes the lines

#endif

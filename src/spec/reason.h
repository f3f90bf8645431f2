// SPDX-License-Identifier: MIT
// Every situation labelgate can name: one row each with a stable word, its class, a sentence and
// what to do.
//
// Several situations may share a word (two sentences for `token_missing`); a word has one class.
// `labelgate help reasons` and the manual print this table; the program decides by it.
#ifndef LABELGATE_SPEC_REASON_H
#define LABELGATE_SPEC_REASON_H

#include <stdbool.h>

#include "base/text.h"

// Contract, section 6. `local`: known without asking. `refused`: Label Studio itself said no,
// asking again cannot help. `unclear`: everything else a network can do; it says nothing about the
// token. `fine`: all is well.
enum reason_class {
    REASON_CLASS_FINE,
    REASON_CLASS_LOCAL,
    REASON_CLASS_REFUSED,
    REASON_CLASS_UNCLEAR,
};

enum reason {
    REASON_OK,
    REASON_OK_NO_TOKEN, // --no-token: Label Studio answers in its own way
    // The token, by itself
    REASON_TOKEN_MISSING,
    REASON_TOKEN_MISSING_RUN_TOGETHER, // "NAME=" stands inside another value: a newline is missing
    REASON_TOKEN_MISSING_NEAR_NAME,    // a name that looks like one of ours is set
    REASON_TOKEN_MISSING_REFERENCE,    // ${NAME} in the file, and NAME is not set
    REASON_TOKEN_PLACEHOLDER,
    REASON_TOKEN_REFERENCE, // detail: which kind of it
    REASON_TOKEN_PATH,      // detail: the variable that takes a path
    REASON_TOKEN_COMMENT,
    REASON_TOKEN_COMMENT_BEHIND, // detail: the kind of the value in front of it
    REASON_TOKEN_MALFORMED,      // detail: which kind of byte
    REASON_TOKEN_LINE_END,       // detail: which line end
    REASON_TOKEN_WRAPPED,        // detail: what is around it
    REASON_TOKEN_QUOTED,
    REASON_TOKEN_PREFIXED,
    REASON_TOKEN_TOO_LONG,
    REASON_JWT_REFRESH,
    REASON_JWT_ACCESS,
    REASON_JWT_OTHER,
    REASON_JWT_TRUNCATED,
    REASON_JWT_BROKEN,
    REASON_JWT_EXPIRED,
    REASON_JWT_ACCESS_UNFIT, // under --jwt trade or accept: a JWT, but no Personal Access Token
    REASON_JWT_OTHER_UNFIT,
    REASON_JWT_TRUNCATED_UNFIT,
    REASON_JWT_BROKEN_UNFIT,
    REASON_TOKEN_CONFLICT,
    // The file of NAME_FILE
    REASON_SECRET_MISSING,
    REASON_SECRET_UNREADABLE,
    REASON_SECRET_IS_DIRECTORY,
    REASON_SECRET_EMPTY,
    REASON_SECRET_NOT_REGULAR,
    REASON_SECRET_TOO_BIG,
    // The .env file
    REASON_ENV_MISSING,
    REASON_ENV_UNREADABLE,
    REASON_ENV_IS_DIRECTORY,
    REASON_ENV_NOT_REGULAR,
    REASON_ENV_TOO_BIG,
    REASON_ENV_UTF16,
    REASON_ENV_INVALID,
    REASON_ENV_INVALID_HEREDOC, // the shell command that should have written the file stands in it
    REASON_ENV_INVALID_LINK_TEXT, // a symbolic link checked out as a text file
    // Other settings
    REASON_URL_MISSING,
    REASON_URL_MISSING_HOST_SET, // only LABEL_STUDIO_HOST is set
    REASON_URL_INVALID,
    REASON_HEADER_FILE_INVALID,
    REASON_CA_FILE_INVALID,
    REASON_COMMAND_NOT_FOUND,
    REASON_COMMAND_INTERPRETER_NOT_FOUND,
    REASON_COMMAND_NOT_EXECUTABLE,
    REASON_USAGE,
    REASON_USAGE_SHELL_WORDS, // shell syntax in an exec-form HEALTHCHECK
    REASON_WAIT_TIMEOUT,
    REASON_STOPPED,
    REASON_STOPPED_WAITING, // every verb but `run`
    REASON_APP_UNREACHABLE,
    REASON_APP_STATUS,
    REASON_START_FAILED,
    REASON_OUTPUT_FAILED,
    REASON_LOGIN_FAILED,
    REASON_ENABLE_REFUSED,
    REASON_FILE_CHANGED,
    REASON_FILE_CHANGED_KEPT,
    REASON_WRITE_FAILED,
    REASON_WRITE_FAILED_LINK, // {subject} is a symbolic link that leads nowhere
    REASON_CHECKS_INVALID,
    REASON_CHECKS_INVALID_FILE, // there is no such file, or it cannot be read
    REASON_INSTALL_FAILED,
    // Label Studio said no (class refused)
    REASON_NO_ORGANIZATION,
    REASON_NO_ORGANIZATION_REMOVED, // e-mail "Deleted"
    REASON_LEGACY_DISABLED,
    REASON_TOKEN_UNKNOWN,
    REASON_JWT_AS_TOKEN,
    REASON_TOKEN_MALFORMED_SEEN, // 401 "Invalid token header. …"
    REASON_HEADER_LOST,
    REASON_JWT_DISABLED,
    REASON_BEARER_REFUSED,
    REASON_TOKEN_MISSING_SEEN, // 401 to a request that carried no token
    REASON_USER_INACTIVE,
    REASON_USER_DELETED,
    REASON_PAT_EXPIRED,
    REASON_PAT_INVALID,
    REASON_PAT_REVOKED,
    REASON_ACCESS_AS_PAT,
    REASON_PAT_MISSING,
    REASON_UNAUTHORIZED,
    REASON_UNAUTHORIZED_UNREAD, // a 401 or 403 whose body cannot be read
    REASON_FORBIDDEN_UNREAD,
    REASON_FORBIDDEN,
    // Something else answered, or nobody (class unclear)
    REASON_NO_PAT_SUPPORT,
    REASON_HOST_REJECTED,
    REASON_HOST_REJECTED_UNDERSCORE,
    REASON_HTTPS_NEEDED,
    REASON_HEADER_TOO_LARGE,
    REASON_PROXY_AUTH,
    REASON_PROXY_DENIED,
    REASON_REDIRECTED,
    REASON_NOT_FOUND,
    REASON_BAD_REPLY,
    REASON_NOT_LABEL_STUDIO,
    REASON_RATE_LIMITED,
    REASON_SERVER_ERROR,
    REASON_NAME_UNRESOLVED,
    REASON_CONNECTION_REFUSED,
    REASON_CONNECTION_REFUSED_LOCALHOST,
    REASON_UNREACHABLE,
    REASON_CONNECTION_RESET,
    REASON_TIMEOUT,
    REASON_TLS_UNTRUSTED,
    REASON_TLS_EXPIRED,
    REASON_TLS_WRONG_HOST,
    REASON_TLS_CERTIFICATE,
    REASON_TLS_FAILED,
    REASON_TLS_FAILED_PLAIN,
    REASON_COUNT,
};

// What fills the slots of a sentence; reason.def says for each row what they hold. Empty slots
// print as nothing. Never a token's bytes.
#define FINDING_SLOT 512
struct finding {
    enum reason reason;
    char subject[FINDING_SLOT]; // {subject}: a variable's name, a path, an address, a command
    char where[FINDING_SLOT];   // {where}: "environment", ".env line 3", the path of a secret
    char detail[FINDING_SLOT];  // {detail}: the kind and length, a server's text, an interpreter, a
                                // character
};

const char *reason_word(enum reason reason);
enum reason_class reason_class(enum reason reason);
const char *reason_class_name(enum reason_class class); // "fine" "local" "refused" "unclear"
// The class `fine`: there are two such sentences.
bool reason_is_fine(enum reason reason);
// May asking again help? The class `unclear`, and an app that does not answer yet (contract,
// sections 2 and 6).
bool reason_may_pass(enum reason reason);
// The templates as they stand in reason.def, for the manual: {subject}, {where}, {detail}; [parts]
// may be left out.
const char *reason_sentence_template(enum reason reason);
const char *reason_remedy_template(enum reason reason);

// Sets reason and slots; each slot is made visible and shortened to fit. NULL is an empty slot.
void finding_set(struct finding *self, enum reason reason, const char *subject, const char *where,
                 const char *detail);
// Do both say the same? What stands behind the end of a slot's text is nobody's.
bool finding_equal(const struct finding *a, const struct finding *b);
// A bounded `out` without room for all of it gets the sentence with its slots shortened, the fixed
// words whole.
void finding_add_sentence(const struct finding *self, struct text *out);
void finding_add_remedy(const struct finding *self, struct text *out);

#endif

// SPDX-License-Identifier: MIT
// What a token is: pure functions from bytes to a kind, and from a kind to a verdict. Nothing is
// verified, nothing printed.
//
// Rules: RFC 7515 section 3, RFC 7519 section 7.2; Label Studio's is_jwt_formatted (PyJWT without
// verification); the SDK's choice of the scheme. See token_classify.
#ifndef LABELGATE_TOKEN_TOKEN_H
#define LABELGATE_TOKEN_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spec/reason.h"

// No token of Label Studio is longer; a PAT has about 230 bytes, nginx stops a header at 8 KiB.
#define TOKEN_MAX 4096

enum token_kind {
    TOKEN_LEGACY_HEX,    // 40 lower-case hex digits: certainly a legacy token
    TOKEN_LEGACY_OTHER,  // any other text an operator may have chosen
    TOKEN_JWT_REFRESH,   // whole JWT, token_type "refresh": a Personal Access Token
    TOKEN_JWT_ACCESS,    // whole JWT, token_type "access"
    TOKEN_JWT_OTHER,     // whole JWT of another or no type
    TOKEN_JWT_TRUNCATED, // header.payload, as Label Studio's list shows it, or header.payload.
    TOKEN_JWT_BROKEN,    // looks like a JWT, a part does not decode
    TOKEN_EMPTY,
    TOKEN_PLACEHOLDER,
    TOKEN_COMMENT,   // begins with '#'
    TOKEN_QUOTED,    // wrapped in ' or "
    TOKEN_PREFIXED,  // begins with "Token " or "Bearer ", any case
    TOKEN_MALFORMED, // blank, control or non-ASCII byte
    TOKEN_TOO_LONG,
    TOKEN_REFERENCE, // names the place of a token: a secret manager's reference, a variable
    TOKEN_PATH,      // a path of a folder for secrets, or of a file that exists
    TOKEN_WRAPPED,   // a token and more: JSON, NAME=value, a request header, base64
    TOKEN_COMMENTED, // a comment behind the value
};

// A launch with it makes sense, but it looks like a token that was damaged on its way.
enum token_doubt {
    TOKEN_DOUBT_NONE,
    TOKEN_DOUBT_LENGTH,  // 38, 39, 41 or 42 hex digits
    TOKEN_DOUBT_CAPITAL, // 40 hex digits with capitals
    TOKEN_DOUBT_LETTER,  // 40 characters, one or two of them no hex digits
    TOKEN_DOUBT_AROUND,  // 40 hex digits with other characters before or behind them
    TOKEN_DOUBT_PATH,    // begins with '/'
};

// What the claims of a JWT say. Numbers are seconds since 1970; `has_` tells whether the claim is
// there and whole.
#define TOKEN_CLAIM 128
struct token_claims {
    char token_type[TOKEN_CLAIM];
    char jti[TOKEN_CLAIM];     // an id, no secret by itself; shown in full by `check` only
    char user_id[TOKEN_CLAIM]; // string or number in the token, text here
    char alg[TOKEN_CLAIM];     // of the header
    bool has_exp, has_iat;
    int64_t exp, iat;
};

struct token {
    enum token_kind kind;
    enum token_kind inner; // kind of the text without its prefix, quotes or white space; else the
                           // same as `kind`
    size_t len;
    char prefix[8];     // "Token" or "Bearer" as people know it, when kind is TOKEN_PREFIXED
    char dirt[64];      // MALFORMED: first wrong byte and its place: "a newline at the end",
                        // "U+00AD soft hyphen, byte 21"
    bool line_end;      // MALFORMED: by nothing but line ends at the end
    const char *around; // REFERENCE: which kind of it; WRAPPED: what is around the token; else NULL
    enum token_doubt doubt; // of LEGACY_OTHER; else NONE
    char broken[64];        // JWT_BROKEN: which part and why: "part 2 (payload) is not a JSON object"
    struct token_claims claims; // of a JWT kind (of `inner`); else empty
};

enum jwt_policy { JWT_REJECT, JWT_TRADE, JWT_ACCEPT };

// Never fails. What comes first counts: empty, too long, comment, placeholder, reference, a comment
// behind the value, other text around a token, a wrong byte (or a blank at an end), quotes, a
// scheme word, a blank inside, then the kinds of tokens. Placeholders and references are looked for
// behind blanks, quotes and a scheme word: the remedy for those would be a detour. `self` holds no
// byte of the token but the claims above.
void token_classify(struct token *self, const char *text, size_t len);
// The value may be a path: the caller, who knows the file system, looks whether there is such a
// file and then calls token_set_path.
bool token_may_be_path(const struct token *self, const char *text, size_t len);
void token_set_path(struct token *self);

// REASON_OK when a launch with this token makes sense under `policy` at `now` (seconds since 1970).
// Under reject every JWT kind is refused; of the JWT kinds only a whole refresh token that has not
// expired passes under trade and accept. A legacy token passes under each policy: the contract's
// --jwt is about JWT-shaped tokens. `finding` gets sentence and detail; `name` is the variable,
// `where` its place in words.
bool token_judge(const struct token *self, enum jwt_policy policy, int64_t now, const char *name,
                 const char *where, struct finding *finding);

// One sentence for a token with a doubt, else false: what looks damaged, and what to do.
bool token_doubt_text(const struct token *self, const char *name, const char *where, char *buffer,
                      size_t size);

// "a Personal Access Token (refresh JWT), 230 bytes": for people, no byte of the token.
void token_describe(const struct token *self, char *buffer, size_t size);
// Stable words for --json: "legacy", "jwt_refresh", …
const char *token_kind_name(enum token_kind kind);
// "a Personal Access Token (refresh JWT)".
const char *token_kind_phrase(enum token_kind kind);
// "2026-01-27T02:08:43Z"; years beyond 9999 too.
void token_date(int64_t seconds, char *buffer, size_t size);

#endif

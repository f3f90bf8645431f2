// SPDX-License-Identifier: MIT
// The kinds of tokens, and the facts about one: token_classify (token.h) fills it.
#ifndef LABELGATE_TOKEN_KIND_H
#define LABELGATE_TOKEN_KIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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
    TOKEN_COMMENTED, // a comment after the value
};

// A launch with it makes sense, but it looks like a token that was damaged on its way.
enum token_doubt {
    TOKEN_DOUBT_NONE,
    TOKEN_DOUBT_LENGTH,  // 38, 39, 41 or 42 hex digits
    TOKEN_DOUBT_CAPITAL, // 40 hex digits with capitals
    TOKEN_DOUBT_LETTER,  // 40 characters, one or two of them no hex digits
    TOKEN_DOUBT_AROUND,  // 40 hex digits with other characters before or after them
    TOKEN_DOUBT_PATH,    // begins with '/'
    TOKEN_DOUBT_SHORT,   // below what Label Studio sets
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
    char prefix[8];       // "Token" or "Bearer" as people know it, when kind is TOKEN_PREFIXED
    char dirt[64];        // MALFORMED: first wrong byte and its place: "a newline at the end",
                          // "U+00AD soft hyphen, byte 21"
    bool line_end;        // MALFORMED: by nothing but line ends at the end
    bool carriage_return; // that one begins with a CR: an editor on Windows wrote it
    const char *around; // REFERENCE: which kind of it; WRAPPED: what is around the token; else NULL
    enum token_doubt doubt; // of LEGACY_OTHER; else NONE
    char broken[64]; // JWT_BROKEN: which part and why: "part 2 (payload) is not a JSON object"
    struct token_claims claims; // of a JWT kind (of `inner`); else empty
};

#endif

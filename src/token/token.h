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
#include "token/kind.h"

enum jwt_policy { JWT_REJECT, JWT_TRADE, JWT_ACCEPT };

// Never fails. What comes first counts: empty, too long, comment, placeholder, reference, a comment
// after the value, other text around a token, a wrong byte (or a blank at an end), quotes, a
// scheme word, a blank inside, then the kinds of tokens. Placeholders and references are looked for
// after blanks, quotes and a scheme word: the remedy for those would be a detour. `self` points to
// nothing of `text`, and holds no byte of the token but the claims.
void token_classify(struct token *self, const char *text, size_t len);
// The value may be a path: the caller, who knows the file system, looks whether there is such a
// file and then calls token_set_path.
bool token_may_be_path(const struct token *self, const char *text, size_t len);
void token_set_path(struct token *self);

// ---- token_judge.c: from a kind to a verdict ----------------------------------------------------

// REASON_OK when a launch with this token makes sense under `policy` at `now` (seconds since 1970).
// Under reject every JWT kind is refused; of the JWT kinds only a whole refresh token that has not
// expired passes under trade and accept. A legacy token passes under each policy: the contract's
// --jwt is about JWT-shaped tokens. `finding` gets a copy of all its sentence needs; `name` is the
// variable, `where` its place in words.
bool token_judge(const struct token *self, enum jwt_policy policy, int64_t now, const char *name,
                 const char *where, struct finding *finding);

// One sentence for a token with a doubt, else false: what looks damaged, and what to do. It is cut
// to `buffer`.
bool token_doubt_text(const struct token *self, const char *name, const char *where, char *buffer,
                      size_t size);

// ---- token_words.c: what a kind and its dates are called ----------------------------------------

// "a Personal Access Token (refresh JWT), 230 bytes": for people, no byte of the token. It is cut
// to `buffer`.
void token_describe(const struct token *self, char *buffer, size_t size);
// Both are literals. Stable words for --json: "legacy", "jwt_refresh", …
const char *token_kind_name(enum token_kind kind);
// "a Personal Access Token (refresh JWT)".
const char *token_kind_phrase(enum token_kind kind);
// "2026-01-27T02:08:43Z"; years beyond 9999 too. 48 bytes always fit.
void token_date(int64_t seconds, char *buffer, size_t size);

#endif

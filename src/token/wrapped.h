// SPDX-License-Identifier: MIT
// Values that hold more than a token: an answer of the server, a line of a file, a command, a code.
#ifndef LABELGATE_TOKEN_WRAPPED_H
#define LABELGATE_TOKEN_WRAPPED_H

#include "base/span.h"
#include "token/kind.h"

// What is around the token in `span`, in words ("a JSON object"); NULL when `span` may be a token
// that an operator chose. `span` is the value without blanks, quotes and a scheme word around it.
// self->inner is the kind of the first token of a known shape inside, TOKEN_LEGACY_OTHER when there
// is none, and self->claims are those of a JWT.
const char *wrapped_kind(struct token *self, struct span span);

// The same for signs alone around a known token, as <TOKEN> or `TOKEN`.
const char *wrapped_in_signs(struct token *self, struct span span);

#endif

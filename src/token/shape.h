// SPDX-License-Identifier: MIT
// The shapes that a token of Label Studio has, alone or inside other text.
#ifndef LABELGATE_TOKEN_SHAPE_H
#define LABELGATE_TOKEN_SHAPE_H

#include <stdbool.h>

#include "base/span.h"
#include "token/kind.h"

#define SHAPE_LEGACY 40 // hex digits of a generated legacy token
// Label Studio sets LABEL_STUDIO_USER_TOKEN, an operator's own, from this length on.
#define SHAPE_SHORTEST 6

bool shape_is_hex(struct span span);     // every byte, in any case; not empty
bool shape_is_legacy(struct span span);  // 40 lower-case hex digits
bool shape_is_jwt(enum token_kind kind); // of any type, whole or without its signature; not broken

// The first token of a known shape in `text`: a JWT with at least header and payload, or exactly 40
// lower-case hex digits between other characters than letters, digits and '_'. Its bytes in
// `found`, its kind in self->inner, and the claims of a JWT in self->claims. False: nothing of
// `self` is changed.
bool shape_find(struct token *self, struct span text, struct span *found);

#endif

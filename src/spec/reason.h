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

// One value for each row of reasons.def: ROW(TOKEN_MISSING, …) is REASON_TOKEN_MISSING.
enum reason {
#define ROW(situation, word, class, sentence, remedy, ...) REASON_##situation,
#include "spec/reasons.def"
    REASON_COUNT,
};

// What brings a changed value to the app: {apply} of a remedy.
enum apply {
    APPLY_UP,       // it is part of the container's environment, or of compose.yaml
    APPLY_RESTART,  // it is in a file that `run` reads in the container
    APPLY_RECREATE, // whichever way the file gets into the container
    APPLY_POD,      // in Kubernetes
    APPLY_AGAIN,    // outside of containers
    APPLY_NOTHING,  // the verb's next call reads it
    APPLY_COUNT,
};

// What fills the slots of a sentence; reasons.def says for each row what they hold. Empty slots
// print as nothing. Never a token's bytes.
#define FINDING_SLOT 512
#define FINDING_VIA 192
struct finding {
    enum reason reason;
    char subject[FINDING_SLOT]; // {subject}: a variable's name, a path, an address, a command
    char where[FINDING_SLOT];   // {where}: "environment", ".env line 3", the path of a secret
    char detail[FINDING_SLOT];  // {detail}: the kind and length, a server's text, an interpreter, a
                                // character
    enum apply apply;           // {apply}; finding_set says APPLY_UP
    char via[FINDING_VIA];      // said behind each sentence: how it was asked; see finding_via
};

const char *reason_word(enum reason reason);
enum reason_class reason_class(enum reason reason);
const char *reason_class_name(enum reason_class class); // "fine" "local" "refused" "unclear"
// The class `fine`: there are two such sentences.
bool reason_is_fine(enum reason reason);
// May asking again help? The class `unclear`, and an app that does not answer yet (contract,
// sections 2 and 6).
bool reason_may_pass(enum reason reason);
// ", then docker compose up -d": a literal; empty for APPLY_NOTHING.
const char *apply_text(enum apply apply);
// The templates as reasons.def has them, for the manual: {subject}, {where}, {detail}, {apply};
// [parts] may be left out.
const char *reason_sentence_template(enum reason reason);
const char *reason_remedy_template(enum reason reason);

// Sets reason and slots; each slot is made visible and shortened to fit. NULL is an empty slot. The
// texts may be those of `self`.
void finding_set(struct finding *self, enum reason reason, const char *subject, const char *where,
                 const char *detail);
// Adds how it was asked, "through the proxy …", to all that is said of it; finding_set forgets it.
void finding_via(struct finding *self, const char *via);
// Do both say the same? What follows the end of a slot's text does not count.
bool finding_equal(const struct finding *a, const struct finding *b);
// A bounded `out` without room for all of it gets the sentence with its slots shortened, the fixed
// words whole.
void finding_add_sentence(const struct finding *self, struct text *out);
void finding_add_remedy(const struct finding *self, struct text *out);
// The remedy's first step, its slots shortened where it is longer than `most` and 180 bytes, and as
// many of the others as fit whole.
void finding_add_steps(const struct finding *self, size_t most, struct text *out);
// What usually fills the slots of a row, for `help reasons`.
void finding_example(struct finding *self, enum reason reason);

#endif
